package planted

var _ = plant(extendSlackBugs...)

// extendSlackBugs are those of an extension that is requested in Slack.
var extendSlackBugs = []bug{
	{"extend in Slack past the flow's maximum", "functions/request/request/extend.go", "case slices.Contains(left, *asked):", "case *asked > 0:", "./functions/request/request", "TestExtendInSlack"},
	{"extend in Slack where the flow takes no requests there", "functions/request/request/extend.go", "case c.Slack != nil && !(f.Slack", "case false && !(f.Slack", "./functions/request/request", "TestExtendInSlack"},
	{"extend in Slack what was filed with links alone", "functions/request/request/extend.go", " && extended.SlackUse(s.today).Requests())", ")", "./functions/request/request", "TestExtendInSlack"},
	{"show a button to extend where the flow has links alone", "functions/notify/slackway/way.go", "buttons = w.use(r).Requests()", "buttons = true", "./functions/notify/slackway", "TestTheReminderOffersTheExtension"},
	{"offer to extend what can't be", "internal/slackui/extend.go", "\tcase !look.Extend:\n\t\treturn nil\n", "", "./internal/slackui", "TestReminderOffersTheExtension"},
	{"leave the form of an extension open for what is refused for good", "functions/slack/slack/extend.go", "p.Status < 500 && p.Status != http.StatusTooManyRequests:", "false:", "./functions/slack/slack", "TestExtendAccess"},
	{"show no outcome of an extension", "functions/slack/slack/extend.go", "becomes(c.outcome(ctx, in, who, r))", "becomes(slackui.Outcome(r, \"\"))", "./functions/slack/slack", "TestExtendAccess"},
	{"offer a second extension while one is open", "functions/slack/slack/extend.go", "x != nil && may.May {", "x != nil && !may.May {", "./functions/slack/slack", "TestExtendAccess"},
	{"offer in the App Home to extend what can't be", "internal/slackui/home.go", "r.You.Extend != nil && r.You.Extend.May &&", "r.You.Extend != nil &&", "./internal/slackui", "TestHomeOfAccess"},
	{"offer in the App Home a second extension", "internal/slackui/home.go", "r.You.Extend.May && !p.extending(r) {", "r.You.Extend.May {", "./internal/slackui", "TestHomeOfAccess"},
	{"offer in the App Home to confirm too early", "internal/slackui/home.go", "if r.You != nil && r.You.Confirm != nil && r.You.Confirm.May {\n\t\tall", "if r.You != nil && r.You.Confirm != nil {\n\t\tall", "./internal/slackui", "TestHomeOfAccess"},
	{"offer to act on access where the flow has links alone", "internal/slackui/home.go", "if !p.Returns(r) || !holds(r) {", "if !holds(r) {", "./internal/slackui", "TestHomeOfAccess"},
	{"show an extension as any request in Slack", "internal/slackui/words.go", "\tcase r.Extends != nil:\n\t\treturn \"Extension", "\tcase r.Extends != nil && r.Extends.ID == \"\":\n\t\treturn \"Extension", "./internal/slackui", "TestExtensionsAreMarked"},
}
