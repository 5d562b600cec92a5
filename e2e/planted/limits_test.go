package planted

var _ = plant(
	bug{"let one person use up the acts of a run", "internal/run/share.go", "case of.taken >= MaxActsOfPerson:", "case false:", "./internal/run", "Revocable"},
	bug{"keep no acts for admins and revokes", "internal/run/share.go", "most -= reservedForAdmins + reservedForRevoke", "_ = most", "./internal/run", "TestRoom"},
	bug{"keep every ignored act of one person", "internal/run/share.go", "&& own < maxIgnoredOfPerson", "&& own >= 0", "./internal/run", "IgnoredActs"},
	bug{"deal with acts that find no room", "internal/run/decide_people.go", "room.take(act) != nil ||", "room.take(act) == nil && false ||", "./internal/run", "Revocable"},
	bug{"check a retried request against flows.yaml of today", "functions/request/ask/again.go", "if r.Sent == \"\" {", "if true {", "./functions/request/ask", "KeyOutlives"},
	bug{"take any body for the first of its key", "functions/request/ask/again.go", "if sent != r.Sent {", "if sent != r.Sent && false {", "./functions/request/ask", "KeyOutlives"},
	bug{"check a retried action before its key is looked up", "functions/approve/act/act.go", "if before, there := sameKey(rec.Acts, a.Key); there {\n\t\t\treturn s.again(ctx, c, r, before, a)\n\t\t}\n\t}\n\tif wrong", "if before, there := sameKey(rec.Acts, a.Key); there && wrong == nil {\n\t\t\treturn s.again(ctx, c, r, before, a)\n\t\t}\n\t}\n\tif wrong", "./functions/approve/act", "KeyOutlives"},
	bug{"count requests over what another call counted", "internal/store/usage.go", "err = s.put(ctx, s.ifSame(it, u.Version))", "err = s.put(ctx, &types.Put{TableName: &s.table, Item: it})", "./functions/request/ask", "RequestsAtOnce"},
	bug{"let one more through than the limit", "internal/flow/limits.go", "most != NoLimit && len(recent) >= most", "most != NoLimit && len(recent) > most", "./functions/request/ask", "RequestsAMinute"},
	bug{"keep the place of a decided request", "internal/flow/limits.go", "if waits || !stored &&", "if waits || true || !stored &&", "./functions/request/ask", "OpenRequests"},
	bug{"count each login of a person by itself", "internal/store/usage.go", "return found[0], found[1:], nil", "return found[0], nil, nil", "./functions/request/ask", "TwoLogins"},
	bug{"leave out of a run how many may hold its access", "internal/flow/request.go", "Holders: f.Limits.Holders,", "", "./internal/flow", "Allowance"},
)
