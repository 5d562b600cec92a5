package planted

var _ = plant(
	bug{"let one person use up the acts of a run", "internal/run/share.go", "case of.taken >= MaxActsOfPerson:", "case false:", "./internal/run", "Revocable"},
	bug{"keep no acts for admins and revokes", "internal/run/share.go", "most -= reservedForAdmins + reservedForRevoke", "_ = most", "./internal/run", "TestRoom"},
	bug{"keep every ignored act of one person", "internal/run/share.go", "&& own < maxIgnoredOfPerson", "&& own >= 0", "./internal/run", "IgnoredActs"},
	bug{"deal with acts that find no room", "internal/run/decide_people.go", "room.take(act) != nil ||", "room.take(act) == nil && false ||", "./internal/run", "Revocable"},
)
