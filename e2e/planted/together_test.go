package planted

var _ = plant(togetherBugs...)

// togetherBugs are found where features of a request meet one another, people who act at
// once, and what a request without them costs.
var togetherBugs = []bug{
	{"grant an extension after the end", "internal/lease/extend.go", "l.Of(r.ID).State != run.NoHold || l.Of(r.Extends.ID).State == run.Held {", "l.Of(r.ID).State != run.NoHold || r.Extends.ID != \"\" {", "./e2e/torture", "TestExtendAgainstTheEnd"},
	{"leave a late review without its answer", "functions/approve/approve/lost.go", "\tcase a.Event == run.Reviews:\n\t\treturn r.Over()\n", "\tcase a.Event == run.Reviews:\n\t\treturn false\n", "./e2e/torture", "TestReviewAgainstReview"},
	{"count emergencies at once as one", "functions/request/request/limit.go", "if !errors.Is(err, store.ErrConflict) {\n\t\t\treturn err", "if errors.Is(err, store.ErrConflict) {\n\t\t\treturn nil\n\t\t} else {\n\t\t\treturn err", "./e2e/torture", "TestEmergenciesAtOnce"},
	{"let an emergency start later", "functions/request/request/create.go", "\t\tif !startsAt.IsZero() {\n\t\t\tbody.Fail(flow.StartsAt", "\t\tif false {\n\t\t\tbody.Fail(flow.StartsAt", "./e2e/torture", "TestTogether"},
	{"write each request in a transaction", "internal/store/tally.go", "if !t.Flow.Changed && !t.Person.Changed && !r.Kept.Changed() {", "if r.ID == \"\" {", "./bench", "TestUnusedFeaturesCostNothing"},
	{"leave both with a membership that is extended", "internal/lease/attempt.go", "\tnext.takeOver(runID, now)\n", "", "./strategies/okta-group/oktagroup", "TestExtensionTakesOver"},
	{"keep the end of a password that is extended", "strategies/postgres/postgres/give.go", "if found != nil && found.until.After(ends) {", "if found != nil {", "./strategies/postgres/postgres", "TestPostgres/extension"},
}
