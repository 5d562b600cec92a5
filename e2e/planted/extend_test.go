package planted

var _ = plant(extendBugs...)

var extendBugs = []bug{
	{"extend access that has ended", "internal/lease/extend.go", "l.Of(r.ID).State != run.NoHold || l.Of(r.Extends.ID).State == run.Held {", "l.Of(r.ID).State != run.NoHold || r.Extends.ID != \"\" {", "./internal/lease", "TestExtending"},
	{"leave both requests with the access", "internal/lease/attempt.go", "\tnext.takeOver(runID, now)\n", "", "./internal/lease", "TestExtending"},
	{"keep an extension past the revoke of what it extends", "internal/lease/extend.go", "if !next.revokeExtensions(runID, now) {", "if true {", "./internal/lease", "TestExtending"},
	{"revoke the first extension of a chain only", "internal/lease/extend.go", "further := l.revokeExtensions(h.RunID, now)", "further := false", "./internal/lease", "TestExtending"},
	{"refuse an extension where the lease is full", "internal/lease/extend.go", "return most + 1", "return most", "./internal/lease", "TestExtendingAFullLease"},
	{"count an extension from when it is granted", "internal/run/extend.go", "given = r.Extends.EndsAt", "_ = given", "./internal/engine", "TestAnExtensionCountsFromTheEnd"},
	{"count the total from the last extension", "internal/run/extend.go", "before.Number+1, before.StartedAt", "before.Number+1, r.Access.StartsAt", "./functions/request/request", "TestExtend$"},
	{"let an extension wait for people beyond the access", "internal/run/extend.go", "r.Extends.EndsAt.Before(end)", "false", "./internal/engine", "TestTheReviewOfAnExtension"},
	{"decide an extension of what was revoked", "internal/engine/decide.go", "case s.Lost != nil && !r.Status.Decided():", "case false:", "./internal/engine", "TestAnExtensionOfNothingIsCanceled"},
	{"leave the wait of an extension of nothing", "internal/engine/park.go", " || p.Lost != nil && !next.Status.Decided()", "", "./internal/engine", "TestAnExtensionOfNothingIsCanceled"},
	{"forget where the access goes on", "internal/engine/access.go", "\td.ExtendedBy = h.TakenOverBy\n", "", "./internal/engine", "TestTakenOver"},
	{"end an extension that was revoked with another on time", "internal/engine/extend.go", "d.removeAccess(d.byEngine(run.Revoke,", "d.removeAccess(d.byEngine(run.Deescalate,", "./internal/engine", "TestRevokedWith"},
	{"let anybody who sees it extend", "internal/run/extend.go", "case !r.OwnedBy(p):", "case false:", "./functions/request/request", "TestExtend$"},
	{"extend for who is no requester any more", "functions/request/request/extend.go", "if !f.MayAsk(caller) {", "if false {", "./functions/request/request", "TestExtend$"},
	{"extend beyond the total", "internal/run/extend.go", "r.Extension().TotalSeconds+d <= rule.MaxTotalSeconds", "true", "./functions/request/request", "TestExtend$"},
	{"open two extensions", "functions/request/request/extend.go", "case !x.Over():", "case false:", "./functions/request/request", "TestExtend$"},
	{"take over other access than the extended", "functions/request/request/extend.go", "if mine != theirs {", "if mine != theirs && false {", "./functions/request/request", "TestExtend$"},
	{"leave what is extended out of the history", "internal/run/new.go", "Extends: a.Extends, Channel: a.Channel, Place", "Channel: a.Channel, Place", "./internal/engine", "TestAnExtensionCountsFromTheEnd"},
	{"try an extension in a backtest as any other request", "internal/export/export.go", "Extends: r.Extends, Reason: r.Reason", "Reason: r.Reason", "./internal/backtest", "TestRun_Extensions"},
	{"export an extension as any other request", "internal/export/csv.go", "\tif r.Extends != nil {", "\tif r.Extends != nil && r.Extends.Number < 0 {", "./internal/export", "TestRow$"},
	{"offer what the flow refuses", "internal/deliver/extend.go", "today.Flows[r.Flow.Name].Extend, now)", "&run.ExtendRule{MaxTotalSeconds: 1 << 30, DurationsSeconds: []int{1}}, now)", "./internal/deliver", "TestExtendable"},
}
