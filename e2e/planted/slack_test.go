package planted

var _ = plant(slackBugs...)

// slackBugs are those of who acts in Slack, and of what it shows.
var slackBugs = []bug{
	// A call of Slack proves that Slack made it, and that its user did something now.
	{"take any signature of a call of Slack", "functions/slack/slack/signature.go", "if hmac.Equal([]byte(\"v0=\"+hex", "if true || hmac.Equal([]byte(\"v0=\"+hex", "./functions/slack/slack", "Forged"},
	{"take a call of Slack of any age", "functions/slack/slack/signature.go", "age > maxAge || age < -maxAge", "false && age > 0", "./functions/slack/slack", "Forged"},
	{"act before the trigger is proved", "functions/slack/slack/act.go", "\tif err != nil {\n\t\treturn who, v, r, false, c.clickAgain(ctx, in, err)\n\t}\n", "\tif err != nil {\n\t\twho, _ = c.who(ctx, u)\n\t\tok = true\n\t}\n", "./functions/slack/slack", "Forged"},
	{"take a form without proof", "functions/slack/slack/seal.go", "json.Unmarshal([]byte(text), &s) != nil || !hmac.Equal(", "json.Unmarshal([]byte(text), &s) != nil || false && !hmac.Equal(", "./functions/slack/slack", "Sealed"},
	{"prove a form for any user", "functions/slack/slack/seal.go", "[]string{team, user, s.Request", "[]string{team, \"\", s.Request", "./functions/slack/slack", "Sealed"},
	{"prove a form for any action", "functions/slack/slack/seal.go", "s.Form, s.Action, strconv", "s.Form, \"\", strconv", "./functions/slack/slack", "Sealed"},
	{"take a form after any time", "functions/slack/slack/seal.go", "age > sealedFor || age < -time.Minute", "age < -time.Minute", "./functions/slack/slack", "Sealed"},
	// Members alone are served, as Slack describes them.
	{"serve any workspace", "functions/slack/slack/people.go", "if id != \"\" && slices.Contains(c.Teams, id) {", "if id != \"\" {", "./functions/slack/slack", "Served|Grid"},
	{"know no organization", "functions/slack/slack/people.go", "[]string{u.enterprise, u.team}", "[]string{u.team}", "./functions/slack/slack", "Grid"},
	{"serve people of shared channels", "functions/slack/slack/people.go", "case info.IsStranger, elsewhere:", "case info.IsStranger && elsewhere:", "./functions/slack/slack", "Served|Grid"},
	{"serve guests", "functions/slack/slack/people.go", "case info.IsRestricted, info.IsUltraRestricted, info.IsInvitedUser:", "case info.IsUltraRestricted, info.IsInvitedUser:", "./functions/slack/slack", "Served"},
	{"believe an address that nobody confirmed", "functions/slack/slack/people.go", "case !info.IsEmailConfirmed, info.Profile.Email", "case info.Profile.Email", "./functions/slack/slack", "Served"},
	// The engine takes a person under the alias alone, by a link that holds.
	{"take a person from any caller's header", "internal/httpapi/identity_slack.go", "if !ok || !slackcaller.UnderAlias(lc.InvokedFunctionArn) {", "if !ok || false && !slackcaller.UnderAlias(lc.InvokedFunctionArn) {", "./internal/httpapi", "Slack"},
	{"act without a link", "internal/httpapi/identity_slack.go", "err == nil && l.First && s.Identity != SlackEmail:", "err == nil && l.First && false:", "./internal/httpapi", "Slack"},
	{"keep a link when the address changes", "internal/httpapi/identity_slack.go", "case !email.Equal(l.Email, c.Email):", "case false:", "./internal/httpapi", "Slack"},
	{"act in Slack without a limit", "functions/approve/approve/limit.go", "case !room:", "case !room && false:", "./functions/approve/approve", "Slack"},
	// What the engine did is not said to be undone.
	{"say that nothing was done when the engine does not respond", "functions/slack/slack/handler.go", "if errors.Is(err, errUnanswered) {", "if false {", "./functions/slack/slack", "Unanswered"},
	// App Homes and copies show the request as it is.
	{"show one App Home and stop at the first failure", "functions/slack/slack/home.go", "\t\t\terrs = append(errs, err)\n", "\t\t\treturn err\n", "./functions/slack/slack", "Homes"},
	{"leave buttons on a card that was posted too late", "functions/notify/slackway/way.go", "\t\tw.settle(ctx, api, n, c)\n", "", "./functions/notify/slackway", "NoCard"},
	{"leave a modal at what was stored", "functions/slack/slack/act.go", "\tif goesOn(r) {\n", "\tif false {\n", "./functions/slack/slack", "ClicksAreKept"},
	{"know no card whose answer was lost", "functions/slack/slack/act.go", "\t\tc.keepCard(ctx, in, r)\n", "", "./functions/slack/slack", "ClicksAreKept"},
	{"leave buttons on what was decided and is clicked", "functions/slack/slack/act.go", "\t\tc.refresh(ctx, in, who, r)\n", "", "./functions/notify/notify", "NobodyKnows"},
	{"update a card twice that was clicked", "functions/notify/slackway/follow.go", "return c.Clicked && posted", "return false && posted", "./functions/notify/slackway", "AClickedCard"},
	{"update one form of two", "functions/notify/slackway/submitted.go", "if c.Kind == store.SlackView && !c.Done &&", "if c.Kind == store.SlackView && !c.Done && len(forms) == 0 &&", "./functions/notify/slackway", "TwoResponses"},
	{"update copies from what an event found", "functions/notify/slackway/follow.go", "if now.Version == r.Version {", "if true {", "./functions/notify/slackway", "NoCard"},
	{"notify guests of what is requested", "functions/notify/slackway/people.go", "case u.IsRestricted, u.IsUltraRestricted, u.IsInvitedUser:", "case u.IsUltraRestricted, u.IsInvitedUser:", "./functions/notify/slackway", "Reaches"},
	// Texts are letters.
	{"have Slack read the text of a message", "internal/slackui/text.go", "strings.NewReplacer(\"&\", \"&amp;\", \"<\", \"&lt;\", \">\", \"&gt;\").Replace(s)", "s", "./internal/slackui", "Hostile"},
	{"turn names of emoji into pictures", "internal/slackui/text.go", "emoji := false", "emoji := true", "./internal/slackui", "Hostile"},
	{"show letters that nobody sees", "internal/slackui/text.go", "if r != unicode.ReplacementChar || was[i] == unicode.ReplacementChar {\n\t\t\tb.WriteRune(r)", "if r = was[i]; true {\n\t\t\tb.WriteRune(r)", "./internal/slackui", "Hostile"},
}
