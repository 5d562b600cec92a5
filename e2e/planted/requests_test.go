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
	{"list a reviewed request by each act", "internal/store/merge.go", "page.Runs[shown-1].View.ID == all[i].id {", "false {", "./internal/store", "TestReviewed"},
	{"list a reviewed request again on the next page", "internal/store/merge.go", "page.Next = positionOf(page.Runs[shown-1]) // its other acts don't list it again", "_ = page", "./internal/store", "TestReviewed"},
	{"forget what was reviewed after a month", "internal/store/reviewed.go", "if !r.Reviews(a) {\n\t\treturn soonest", "if true {\n\t\treturn soonest", "./internal/store", "TestHowLong"},
	{"reindex what is listed already", "internal/store/reindex.go", "if listed[e.Act] || ", "if listed[\"\"] || ", "./internal/store", "TestReindex"},
	{"list what may not be read", "internal/store/readable.go", "return e.whole != nil && e.whole.MaySee(by.Person, by.Today)", "return e.whole != nil", "./internal/store", "TestListsOverFlows"},
	{"take access that has ended for open", "internal/run/access_times.go", " && r.Access.GoneAt.IsZero() && !r.Over()", "", "./internal/store", "TestLiveOverALife|TestListsOverFlows"},
	{"lose what lies between the cuts of two partitions", "internal/store/merge.go", "(boundary == \"\" || read.before(part[last].position, boundary))", "boundary == \"\"", "./internal/store", "TestListsOverFlows|CutOff"},
	{"look further than asked", "internal/store/merge.go", "q.Look > 0 && page.seen == q.Look && all[i].id != all[i-1].id", "false", "./internal/store", "TestListsOverFlows"},
	{"call the lists whole after a dry run", "internal/store/reindex.go", "if left || x.DryRun {", "if left {", "./internal/store", "TestReindexOpenAccess"},
	{"call the lists of an old table whole", "functions/request/request/listed.go", "if err == nil && unused {", "if err == nil && (unused || true) {", "./functions/request/request", "TestMissingFromLists"},
	{"call the caller's own words proven", "internal/run/source.go", "Verified: r.Channel == ViaSlack}", "Verified: true}", "./internal/run", "TestSource"},
	{"take a place with a password", "internal/httpapi/body.go", "strings.Contains(host, \"@\")", "false", "./internal/httpapi", "TestPlace"},
	{"go on in a list with other filters", "functions/request/request/cursor.go", "strings.Join(by, \"\") != \"\"", "len(by) == 0", "./functions/request/request", "TestListQueries"},
	{"let a file outgrow Lambda's response", "functions/request/request/activity.go", " || f.encoded+httpapi.EncodedSize(record) > maxActivityBytes", "", "./functions/request/request", "TestActivityIsBounded"},
}
