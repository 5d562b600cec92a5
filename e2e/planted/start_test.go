package planted

var _ = plant(startBugs...)

var startBugs = []bug{
	{"grant at once what starts later", "internal/run/start.go", "&& now.Before(r.StartsAt)", "&& false", "./internal/engine", "TestScheduledStart"},
	{"count the duration from the start that was chosen", "internal/engine/access.go", "EndsAt: d.AccessUntil(h.At)", "EndsAt: d.AccessUntil(d.StartsAt)", "./internal/engine", "TestScheduledStart"},
	{"wait for ever for a start", "internal/engine/wake.go", "\t\treturn r.StartsAt\n", "\t\treturn r.StartsAt.AddDate(1, 0, 0)\n", "./internal/engine", "TestScheduledStart"},
	{"let nothing watch a run that waits for its start", "internal/run/clock.go", "\t\t\treturn r.StartsAt.Add(grace)\n", "\t\t\treturn time.Time{}\n", "./internal/engine", "TestScheduledStart|TestAnyScheduledLife"},
	{"grant to whom today's flow no longer names", "internal/engine/start.go", "\treturn why == \"\"\n", "\treturn true\n", "./internal/engine", "TestRequestersAtTheStart"},
	{"grant where flows.yaml can't be read", "internal/run/start.go", "\t\treturn \"flows.yaml could not be read, so it is unknown who may request \" + name + \" today.\"\n", "\t\treturn \"\"\n", "./internal/engine", "TestRequestersAtTheStart"},
	{"forget whom a start is for", "internal/run/start.go", "case r.For.Machine || !t.requests(f.Beneficiaries, *r.For):", "case false:", "./internal/engine", "TestRequestersAtTheStart"},
	{"skip on_escalate at the start", "internal/engine/proceed_access.go", "\t\tif !d.checkStart() {\n\t\t\treturn\n\t\t}\n", "\t\tif !d.checkStart() || !d.StartsAt.IsZero() {\n\t\t\td.Access = &run.Access{}\n\t\t\td.Engine.Next, d.changed = run.NextGrant, true\n\t\t\treturn\n\t\t}\n", "./internal/engine", "TestHooksAtTheStart"},
	{"hide the start from hooks", "internal/hookapi/invocation.go", "StartsAt: r.StartsAt, ", "", "./internal/engine", "TestHooksAtTheStart"},
	{"keep access after a cancel from before the start", "internal/run/start.go", "(r.Status == Approved || r.Status == Active) && r.Flow", "r.Status == Approved && r.Flow", "./internal/engine", "TestCancelAgainstStart|TestAnyScheduledLife"},
	{"cancel without removing what is being granted", "internal/engine/start.go", "\tcase d.Access != nil:\n\t\td.removeAccess(c)\n", "", "./internal/engine", "TestCancelAgainstStart"},
	{"take a cancel after the start", "internal/run/start.go", "at.Before(r.StartsAt) && !r.TakingBack()", "!r.TakingBack()", "./internal/engine", "TestCancelAgainstStart|TestEndBeforeTheStart"},
	{"leave the start out of what is sealed", "internal/run/new.go", "a.UntilRevoked, a.StartsAt,", "a.UntilRevoked, time.Time{},", "./internal/run", "TestStartIsSealed"},
	{"take a start that has passed", "internal/flow/starts.go", "case !at.After(now):", "case false:", "./internal/flow", "TestCheckStart"},
	{"take a start after the time that the flow allows", "internal/flow/starts.go", "case at.After(latest):", "case false:", "./internal/flow", "TestCheckStart"},
	{"let a flow without starts start later", "internal/flow/starts.go", "case f.StartsWithinSeconds == 0:", "case false:", "./functions/request/request", "TestStartsAt"},
	{"guess which of two times is meant", "internal/localtime/localtime.go", "case len(shown) == 1:", "case len(shown) > 0:", "./internal/localtime", "TestParse"},
	{"guess what a skipped time means", "internal/localtime/localtime.go", "if _, is := t.Zone(); is == offset {", "if _, is := t.Zone(); is >= offset {", "./internal/localtime", "TestParse"},
	{"leave requesters out of today's file", "internal/flow/today.go", "t.Requesters, t.VisibleTo = f.Requesters, f.VisibleTo", "t.Requesters = []string{\"everyone\"}", "./internal/flow", "TestTodayNamesRequesters"},
}
