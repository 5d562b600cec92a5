package planted

var _ = plant(accessBugs...)

// accessBugs are those of access that stays, or that is taken from whom it is not
// ours to take.
var accessBugs = []bug{
	// A lease is bounded: pruned at each begin, grants above a limit are refused, and
	// there is room for every take.
	{"list every run that ever held an access", "internal/lease/capacity.go", "return h.State == run.Dropped && !now.Before(h.At.Add(keep))", "return false", "./internal/lease", "Gap|Shrinks"},
	{"forget a run that dropped the access at once", "internal/lease/capacity.go", "h.State == run.Dropped && !now.Before(h.At.Add(keep))", "h.State == run.Dropped", "./internal/lease", "Late"},
	{"let any number of runs hold an access", "internal/lease/capacity.go", "held >= most {", "held >= most && false {", "./internal/lease ./functions/grant/grant", "Limit|Full"},
	{"keep texts of any length in a lease", "internal/lease/capacity.go", "maxText    = 400", "maxText    = 4000", "./internal/lease", "Full"},
	{"list any number of runs that were given nothing", "internal/lease/attempt.go", "if len(next.Holders) >= mostListed {\n\t\t\treturn nil", "if false {\n\t\t\treturn nil", "./internal/lease", "Full"},
	{"count approvals without an end", "internal/run/tally.go", "if more := len(t.Approved) - MaxFastTracked; more > 0 {", "if more := 0; more > 0 {", "./internal/run ./internal/hookapi ./internal/engine/...", "Tally"},
	{"begin a fence anew", "internal/lease/attempt.go", "l.Fence = max(l.Fence+1, deadline.Unix())", "l.Fence++", "./internal/lease", "Fence"},
	// A give says whether it made the access.
	{"believe what the first give found", "internal/lease/attempt.go", "next.Existed = false\n\tif !known {", "if !known {", "./internal/lease ./functions/grant/grant", "Interleaving|Made"},
	{"believe what was found before the last end", "internal/lease/attempt.go", "if !next.wanted() {", "if !l.Given {", "./functions/grant/grant", "Made"},
	{"let a call make access after its run dropped it", "internal/lease/attempt.go", "\t\tnext.abandon(runID)\n", "", "./internal/lease", "Interleaving"},
	{"take before the give has looked", "internal/lease/attempt.go", "if l.Existed {\n\t\tif hold", "if l.Existed && hold.State == run.Held {\n\t\tif hold", "./functions/grant/grant", "Looked"},
	{"do not look before a function of version 1 gives", "functions/grant/grant/give.go", "return !there, err", "return !there && false, err", "./functions/grant/grant", "Made"},
	{"look while a deletion goes on", "internal/strategy/identitycenter/identitycenter.go", "if err := s.settle(ctx, s.deletions(to), to, nil); err != nil {", "if err := error(nil); err != nil {", "./internal/strategy/identitycenter", "Made"},
	{"make an assignment before it is on record", "internal/strategy/identitycenter/identitycenter.go", "if err := l.Creating(ctx, noteUser+user); err != nil {", "if err := l.Creating(ctx, noteUser+user); err != nil && false {", "./internal/strategy/identitycenter", "Made"},
	{"take from whom an e-mail names now", "internal/strategy/identitycenter/identitycenter.go", "if len(users) == 0 {", "if true {", "./internal/strategy/identitycenter", "OnlyWhat"},
	// A user who is gone is the end of access.
	{"wait for a user who is gone", "internal/strategy/identitycenter/take.go", "if lookup != nil || there {", "if there || true {", "./internal/strategy/identitycenter", "Deleted"},
	{"take any failure for a user who is gone", "internal/strategy/identitycenter/take.go", "if lookup != nil || there {", "if there && false {", "./internal/strategy/identitycenter", "Failed"},
	{"take a user who is gone for one who has access", "internal/strategy/identitycenter/identitycenter.go", "if err == nil && is {\n\t\t\tis, err", "if false {\n\t\t\tis, err", "./internal/strategy/identitycenter", "Deleted"},
	// Sessions outlast their access, and it is said.
	{"say nothing of sessions", "internal/lease/attempt.go", "if gone.Sessions > 0 {", "if false {", "./functions/grant/grant", "Record"},
	{"leave sessions out of the history", "internal/engine/access_finish.go", "entry.Gone, entry.SessionsUntil, entry.SessionsOf = gone.Gone, gone.SessionsUntil, gone.SessionsOf", "entry.Gone, entry.SessionsOf = gone.Gone, gone.SessionsOf", "./internal/run ./internal/hookapi ./internal/engine/...", "Sessions"},
	{"do not compare sessions with durations", "internal/flowcheck/sessions.go", "case session > max(", "case false && session > max(", "./internal/flowcheck", "Sessions"},
	{"take sessions that AWS does not tell about for none", "internal/strategy/identitycenter/sessions.go", "case err != nil || out.PermissionSet == nil:\n\t\treturn LongestSession, nil", "case err != nil || out.PermissionSet == nil:\n\t\treturn 0, nil", "./internal/strategy/identitycenter", "Sessions"},
	{"deny sessions that begin after the end", "functions/endsessions/endsessions/policy.go", "d.before, d.until = d.before.UTC().Truncate(time.Second).Add(time.Second)", "d.before, d.until = d.until", "./functions/endsessions/endsessions", "Denied"},
	{"change a policy of somebody else", "functions/endsessions/endsessions/policy.go", "if !ours || s.Effect != \"Deny\" {", "if !ours && false {", "./functions/endsessions/endsessions", "Somebody"},
	// A user is known by the unique id.
	{"know a user by the name", "internal/strategy/iamgroup/membership.go", "if len(ids) == 0 {", "if true {", "./internal/strategy/iamgroup", "ID"},
}
