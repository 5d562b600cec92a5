package planted

var _ = plant(glassBugs...)

var glassBugs = []bug{
	{"let who broke the glass review it", "internal/run/may_act.go", "\tcase r.concerns(p):\n\t\treturn Refusal(\"You can't review", "\tcase p.Machine && r.concerns(p):\n\t\treturn Refusal(\"You can't review", "./internal/engine", "TestWhoReviews"},
	{"end an emergency that nobody has reviewed", "internal/run/glass_review.go", "r.BreakGlass.Reviewed == 0 &&", "r.BreakGlass.Reviewed < 0 &&", "./internal/engine", "TestEachEmergencyIsReviewed"},
	{"review an emergency twice", "internal/engine/break_glass.go", "\td.BreakGlass.Reviewed = len(d.History) + 1\n", "", "./internal/engine", "TestTwoReviewsAtOnce"},
	{"leave the admins out of an overdue review", "internal/engine/break_glass.go", "to = append(to, run.AdminsAlone...)", "to = append(to, b.Notify...)", "./internal/engine", "TestReminders"},
	{"remind of an emergency once alone", "internal/engine/break_glass.go", "case d.now.Before(d.NextRemindAt()):", "case true:", "./internal/engine", "TestReminders"},
	{"break the glass without a reason", "functions/request/request/break_glass.go", "if text.Blank(in.Reason) && !body.Failed(\"reason\") {", "if text.Blank(in.Reason) && body.Failed(\"reason\") {", "./functions/request/request", "TestBreakGlass"},
	{"let anybody break the glass", "functions/request/request/break_glass.go", "case !rule.MayBreakGlass(c.Caller.Person):", "case len(rule.Who) == 0:", "./functions/request/request", "TestBreakGlass"},
	{"do not count emergencies", "functions/request/request/break_glass.go", "own.TakeGlass(id, rule.MaxPerPersonPerDay, others, now)", "own.TakeGlass(id, 1000, others, now)", "./functions/request/request", "TestBreakGlass"},
	{"let an emergency last as long as any access", "internal/flow/break_glass.go", "checked <= b.MaxDurationSeconds:", "checked > 0:", "./functions/request/request", "TestBreakGlass"},
	{"count an emergency again when its call is repeated", "internal/flow/break_glass.go", "if _, there := broken[id]; there {", "if _, there := broken[id]; there && most == 0 {", "./internal/flow", "TestTakeGlass"},
	{"tell nobody of an emergency", "internal/engine/apply.go", "entry.To = d.BreakGlass.Notify", "entry.To = nil", "./e2e/torture", "TestScenarios/broke_the_glass$"},
	{"remind before the end of an emergency", "internal/run/glass_review.go", "r.BreakGlass.Reviewed == 0 && r.Status.Final(r.Flow.HasAccess()) && !r.Over()", "r.BreakGlass.Reviewed == 0 && r.Status.Decided() && !r.Over()", "./e2e/torture", "TestScenarios/broke_the_glass$"},
	{"end an emergency without its review", "internal/engine/apply.go", "|| d.AwaitsReview() {", "{", "./e2e/torture", "TestScenarios/broke_the_glass$"},
	{"lose a review that came before the wait", "internal/engine/break_glass.go", "\t\td.review(caseOf(act), act)\n", "\t\td.markHandled(act.ID)\n", "./e2e/torture", "TestScenarios/broke_the_glass_without"},
	{"wake for a reminder that has no room again and again", "internal/engine/break_glass.go", "\t\td.Hush(d.now)\n", "", "./internal/engine", "TestAFullRecordWaits"},
}
