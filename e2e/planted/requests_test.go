package planted

var _ = plant(requestBugs...)

var requestBugs = []bug{
	{"show what was allowed when it was asked", "internal/run/eligible.go", "if err := r.Check(e, p, t, now); err != nil {", "if err := r.Check(e, p, nil, now); err != nil {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhatIsShownIsWhatHappens"},
	{"let who is shown approve a request that goes to its admins", "internal/run/eligible.go", "\tr = r.asOf(t)\n\tif e == Revoke", "\tif e == Revoke", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhatIsShownIsWhatHappens"},
	{"show an action after the end of the review", "internal/run/eligible.go", "case r.Review != nil && now.After(r.Review.ExpiresAt):", "case false:", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhatIsShownIsWhatHappens"},
	{"show a revoke of what is taken back already", "internal/run/eligible.go", "case next == NextTakeBack || next == NextPause || next == NextHook && r.Engine.Hook == OnDeescalate:", "case next == \"none\":", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWhatIsShownIsWhatHappens"},
	{"tell logins apart that are linked", "functions/request/request/shown.go", "\treturn s.Store.Linked(ctx, s.links, append(people, &c.Caller.Person)...)", "\treturn nil", "./e2e/people", "Shown|Listed"},
	{"link by what was seen alone", "functions/request/request/service.go", "today, today.Links(), &flowNames", "today, func(string) []string { return nil }, &flowNames", "./e2e/people", "Shown|Listed"},
	{"take the summary of an approved request for all of it", "internal/run/summary.go", " && len(s.View.Review.ApprovedBy) == 0", "", "./e2e/people", "Shown|Listed"},
	{"wait with an approval that has lapsed", "internal/run/waits_for.go", "\tlapsed := r.Lapsed(t)\n", "\tlapsed := r.Lapsed(nil)\n", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWaitingFor"},
	{"name the requester among those who may approve", "internal/run/waits_for.go", "\t\t\tcase !r.couldApprove(address, t):\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWaitingFor"},
	{"name members to a machine", "internal/run/waits_for.go", "if p.Machine && !isOne(principal) {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWaitingFor"},
	{"name all of a large group", "internal/run/waits_for.go", "case len(people) == namedPeople:", "case false:", "./internal/run ./internal/hookapi ./internal/engine/...", "TestWaitingFor"},
	{"list what a reviewer tried", "internal/store/reviewed.go", "return e.whole.ReviewedBy(e.act, by, p) && e.whole.MaySee(p, t)", "return e.whole.MaySee(p, t)", "./internal/store", "TestReviewed"},
	{"list what a reviewer may no longer see", "internal/store/reviewed.go", "return e.whole.ReviewedBy(e.act, by, p) && e.whole.MaySee(p, t)", "return e.whole.ReviewedBy(e.act, by, p)", "./internal/store", "TestReviewed"},
	{"list a reviewed request by each act", "internal/store/list.go", "page.Runs[shown-1].View.ID == all[i].id {", "false {", "./internal/store", "TestReviewed"},
	{"list a reviewed request again on the next page", "internal/store/list.go", "page.Next = positionOf(page.Runs[shown-1]) // its other acts don't list it again", "_ = page", "./internal/store", "TestReviewed"},
	{"forget what was reviewed after a month", "internal/store/reviewed.go", "if !r.Reviews(a) {\n\t\treturn soonest", "if true {\n\t\treturn soonest", "./internal/store", "TestHowLong"},
	{"reindex what is listed already", "internal/store/reindex.go", "if listed[e.Act] || ", "if listed[\"\"] || ", "./internal/store", "TestReindex"},
}
