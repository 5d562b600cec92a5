package planted

var _ = plant(mayBugs...)

var mayBugs = []bug{
	{"let who does not see a flow request it", "internal/flow/visible.go", " && (f.VisibleTo == nil || names(f.VisibleTo, p))", "", "./internal/flow", "TestVisibleNarrows"},
	{"take a flow that nobody sees", "internal/flow/visible.go", "case len(unseen) == len(f.Requesters):", "case false:", "./internal/flow", "TestVisible"},
	{"let a token add to a listed group", "internal/flow/directory.go", "if _, listed := d.Groups[name]; listed {", "if _, listed := d.Groups[name]; listed && false {", "./internal/flow", "TestTokenGroups"},
	{"take members from any token group", "internal/flow/directory.go", "return slices.Contains(token, from) })", "return len(token) > 0 && from != \"\" })", "./internal/flow", "TestTokenGroups"},
	{"split a token's group at its comma", "localaws/gateway/token.go", "url.PathUnescape(strings.TrimSpace(g))", "url.PathUnescape(url.PathEscape(strings.TrimSpace(g)))", "./localaws/gateway", "TestWhoCalls"},
	{"let the run's rule alone approve", "internal/run/may.go", "if by, means := t.meaning(f.Approvers, p, f.Admins); means && t.meansAny(byFlow, p, f.Admins) {", "if by, means := t.meaning(byFlow, p, f.Admins); means {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"let today's flow alone approve", "internal/run/may.go", "means && t.meansAny(byFlow, p, f.Admins) {", "means {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"ask the admins of then", "internal/run/may.go", "if f, there := t.Flows[r.Flow.Name]; there {\n\t\treturn f.Admins", "if _, there := t.Flows[r.Flow.Name]; there {\n\t\treturn r.Flow.Admins", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"let viewers of then see", "internal/run/may.go", "\t\tviewers = nil\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"forget whom get_permissions named", "internal/run/routing.go", "return Named{Approvers: p.ApproversSet, Approvals: p.Approvals != nil, Viewers: p.ViewersSet}", "return Named{Viewers: p.ViewersSet}", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"let who is named no more deny", "internal/run/may.go", "return t.knows(t.address(principal)) || t.namedIn(principal, f.Admins, f.Approvers, f.Viewers)", "return f.Admins != nil || t.knows(t.address(principal))", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"believe the groups of then", "internal/run/today.go", "if !listed {", "if !listed || slices.Contains(p.Groups, group) {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"count an approval that has lapsed", "internal/run/threshold.go", "if !r.mayApprove(a.Person, t) {", "if t == nil && !r.mayApprove(a.Person, t) {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestAnApprovalLapses"},
	{"let nobody finish what has no flow", "internal/run/may.go", "\tif known {\n\t\treturn t.Admins\n\t}\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"give the file's admins the flows that are there", "internal/run/may.go", "\t\treturn f.Admins\n", "\t\treturn append(slices.Clone(f.Admins), t.Admins...)\n", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoMayActToday"},
	{"find no request of a flow that is gone", "functions/request/request/gone.go", "return append(s.flowNames(\"\"), gone...), err", "_ = gone\n\treturn s.flowNames(\"\"), err", "./functions/request/...", "TestInboxOfGoneFlows"},
	{"do not ask get_permissions again", "internal/engine/review_recheck.go", "return recheck && ", "return false && recheck && ", "./internal/run ./internal/hookapi ./internal/engine/...", "TestPermissionsAreAskedAgain"},
	{"let a failed reducer widen", "internal/engine/review_recheck.go", "if !d.IsAdmin(*c.Person, t) {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestPermissionsAreAskedAgain"},
	{"notify who may not decide", "internal/run/routing.go", "\t\trule.Notify = []Notify{{To: []string{\"admins\"}}}\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoDecidesIsWhoIsNotified"},
	{"keep the flow's list for other approvers", "internal/engine/routing.go", "d.Review.Notify = d.NotifyDeciders(rule.Notify, d.step.Today)", "_ = rule", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoDecidesIsWhoIsNotified"},
	{"wait for more than there are", "internal/engine/routing.go", "if why := d.Short(d.step.Today); why != \"\" {", "if why := d.Short(d.step.Today); false && why != \"\" {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhoDecidesIsWhoIsNotified"},
	{"wait for those who have left", "internal/engine/proceed.go", "\td.rerouteToAdmins()\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "TestTooFewAreLeft"},
	{"take a flow that nobody can decide", "internal/flow/together.go", "r.decidable(file, f, path, t)\n", "", "./internal/flow", "TestFlowsThatCanNotBeDecided"},
	{"read an exception as no answer at all", "internal/engine/decision_outcomes.go", "if a.FailedWhole && d.step.Failure != nil && d.step.Failure.Raised {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestAnExceptionReads"},
	{"read less of a file than it says", "internal/flow/today.go", "file.Directory.unify(file)\n", "", "./internal/flow", "TestTodayIsWhat"},
}
