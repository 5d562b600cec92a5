package planted

var _ = plant(glassSlackBugs...)

// glassSlackBugs are those of an emergency in Slack.
var glassSlackBugs = []bug{
	{"review an emergency in Slack where the flow is decided elsewhere", "internal/run/slack.go", "case use.Decides(), use.Requests()", "case use.Decides(), e == Reviews, use.Requests()", "./functions/approve/approve", "TestReviewInSlack"},
	{"let who broke the glass review it in Slack", "internal/run/may_act.go", "\tcase r.concerns(p):\n\t\treturn Refusal(\"You can't review", "\tcase p.Machine && r.concerns(p):\n\t\treturn Refusal(\"You can't review", "./functions/approve/approve", "TestReviewInSlack"},
	{"show the requester the button of the review", "functions/notify/slackway/way.go", "self := r.Flow.Review.SelfApproval && r.BreakGlass == nil", "self := r.Flow.Review.SelfApproval", "./functions/notify/slackway", "TestAlerts"},
	{"leave the alert as it was posted", "functions/notify/slackway/way.go", "case deliver.Ask, deliver.Alert:", "case deliver.Ask:", "./functions/notify/slackway", "TestAlerts"},
	{"ask for a review while access lasts", "internal/slackui/card.go", "case unreviewed(r):", "case r.Emergency():", "./internal/slackui", "TestEmergencyCards"},
	{"ask nobody for the review", "internal/slackui/card.go", "case unreviewed(r):", "case unreviewed(r) && holds(r):", "./internal/slackui", "TestEmergencyCards"},
	{"take the button of the review from others", "functions/slack/slack/kept.go", "Buttons: unreviewed(r) || r.You", "Buttons: r.You", "./functions/slack/slack", "TestTheCardStaysForOthers"},
	{"lose the verdict of a review", "functions/slack/slack/act.go", "\"verdict\": values.Verdict", "\"verdict\": api.Justified", "./functions/slack/slack", "TestReviewEmergency"},
	{"break the glass in Slack unasked", "internal/slackui/form_values.go", "in.BreakGlass = slices.Contains(", "in.BreakGlass = true || slices.Contains(", "./internal/slackui", "TestFormBreaksTheGlass"},
	{"offer everybody to break the glass", "internal/slackui/emergency.go", "\tif f.BreakGlass != nil {\n\t\treturn f.BreakGlass\n\t}\n", "\tif f.BreakGlass == nil {\n\t\treturn &api.BreakGlassRule{}\n\t}\n", "./internal/slackui", "TestFormBreaksTheGlass"},
	{"list in App Homes emergencies that others review", "functions/slack/slack/home.go", "r.You.Review != nil && r.You.Review.May {", "r.You.Review != nil {", "./functions/slack/slack", "TestHomeShowsEmergencies"},
	{"list open emergencies in App Homes as to be reviewed", "functions/slack/slack/home.go", "if unreviewed(r) && r.You != nil", "if r.You != nil", "./functions/slack/slack", "TestHomeShowsEmergencies"},
	{"read emergencies for the App Home of who has none", "functions/slack/slack/home.go", "n != nil && *n == 0 {", "n != nil && *n < 0 {", "./functions/slack/slack", "TestHomeShowsEmergencies"},
	{"say nothing of emergencies where they could not be counted", "functions/slack/slack/home.go", "n == nil && !slices.Contains(counts.Failed, \"unreviewed\") ||", "n == nil ||", "./functions/slack/slack", "TestHomeShowsEmergencies"},
	{"say in App Homes that others wait for a review that do not", "functions/slack/slack/home.go", "list.NextCursor != \"\" && (counts", "list.NextCursor != \"\" || (counts", "./functions/slack/slack", "TestHomeShowsEmergencies"},
	{"review in App Homes what is decided elsewhere", "internal/slackui/home.go", "p.unreviewedLine, func(r api.Request) []slack.BlockElement {\n\t\t\treturn cardButtons(r, Look{Buttons: p.Decides(r)})", "p.unreviewedLine, func(r api.Request) []slack.BlockElement {\n\t\t\treturn cardButtons(r, Look{Buttons: true})", "./internal/slackui", "TestHomeOfEmergencies"},
	{"show App Homes with more than Slack takes", "internal/slackui/home.go", "if blocks <= maxBlocks {", "if true {", "./internal/slackui", "TestHomeThatIsFull"},
	{"leave the App Homes of who reviews an emergency", "functions/notify/slackway/homes.go", "if r.BreakGlass != nil { // whoever", "if false { // whoever", "./functions/notify/slackway", "TestAppHomesAreShownAgain"},
	{"remind of a review by one more card", "functions/notify/slackway/way.go", "reminded || err != nil {", "false && (reminded || err != nil) {", "./functions/notify/slackway", "TestRemindersOfAReview"},
	{"remind of a review without notifying", "functions/notify/slackway/remind_review.go", ", slack.MsgOptionBroadcast())", ")", "./functions/notify/slackway", "TestRemindersOfAReview"},
	{"remind of a review below somebody else's card", "functions/notify/slackway/remind_review.go", " && to == a.Person+a.Channel", " && to != \"\"", "./functions/notify/slackway", "TestRemindersOfAReview"},
	{"remind of a review below a card that is deleted", "functions/notify/slackway/remind_review.go", "!c.Clicked && !c.Done &&", "!c.Clicked &&", "./functions/notify/slackway", "TestAReminderWithoutACard"},
	{"fail a reminder whose card is deleted", "functions/notify/slackway/remind_review.go", "case \"thread_not_found\", ", "case ", "./functions/notify/slackway", "TestAReminderWithoutACard"},
	{"remind of what is reviewed", "internal/slackui/emergency.go", "\tif !unreviewed(r) {\n\t\treturn Message{}, false", "\tif r.ID == \"\" {\n\t\treturn Message{}, false", "./functions/notify/slackway", "TestAReminderThatIsNotSent"},
	// Each channel marks it.
	{"mail of an emergency as of any request", "internal/mail/content.go", "\t\treturn \"Emergency: \"", "\t\treturn \"\"", "./internal/mail", "TestMarks"},
	{"publish an emergency as any request", "functions/notify/notify/message.go", "\t\treturn \"Emergency: \", \"emergency request\"", "\t\treturn \"\", \"request\"", "./functions/notify/notify", "TestMarkedMessages"},
	// Lists, files and backtests.
	{"list an emergency once it has ended alone", "internal/store/unreviewed.go", "\tfor _, flow := range open {", "\tfor _, flow := range open[:0] {", "./internal/store", "TestUnreviewed"},
	{"list emergencies to who may not read them", "internal/store/unreviewed.go", "r.Unreviewed() && r.MaySee(p, t)", "r.Unreviewed()", "./internal/store", "TestUnreviewed"},
	{"count an emergency as overdue before its time", "internal/store/unreviewed.go", "#list = :list AND #rank <= :now", "#list = :list AND #rank >= :now", "./internal/store", "TestUnreviewed"},
	{"count an emergency as approved by people", "internal/backtest/case.go", "\t\tcase d.By.Type == run.EngineActor:\n\t\t\tt.Kind = Emergency\n", "", "./internal/backtest", "TestOf$"},
	{"export a reviewed emergency as one that nobody has reviewed", "api/break_glass.go", "\tcase b.Review != nil:\n\t\treturn string", "\tcase b.Review == nil && false:\n\t\treturn string", "./internal/export", "TestRow$"},
}
