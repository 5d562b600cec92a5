package planted

var _ = plant(consoleBugs...)

var consoleBugs = []bug{
	{"make markup of a text", "internal/console/templates/parts.html", "{{define \"row\"}}", "{{define \"row\"}}<!--{{.Reason}}-->", "./internal/console", "TestTexts"},
	{"follow a text of the API", "internal/console/templates/parts.html", "<a class=\"row-title\" href=\"{{base}}/requests/{{.ID}}\">", "<a class=\"row-title\" href=\"{{.ID}}\">", "./internal/console", "TestTexts"},
	{"say where the API is", "internal/console/problem.go", "problem.Document == nil && problem.Type == \"about:blank\"", "false", "./internal/console", "TestForeignProblems"},
	{"renew a session on a poll's 401", "internal/console/page.go", "\tcase IsPoll(p.r):\n\t\tp.w.WriteHeader(http.StatusUnauthorized)\n", "", "./internal/console", "TestExpiredSession"},
	{"leave the last day out of a period", "internal/console/activity_filters.go", "to.AddDate(0, 0, 1)", "to", "./internal/console", "TestFilters"},
	{"read statistics for who may not list", "internal/console/flow.go", "if slices.Contains(f.May, api.MayList) {", "if true {", "./internal/console", "TestFlowOfWho"},
	{"show a sensitive value again", "internal/console/form_input.go", "\tcase field.Sensitive:\n\t\ti.Lost = sent && strings.Join(typed, \"\") != \"\"\n", "", "./internal/console", "Form|Session"},
	{"send a form anew when nobody knows whether it was", "internal/console/ask.go", "d.Key, d.Note, d.Ended = in.Get(\"key\"), n,", "d.Note, d.Ended = n,", "./internal/console", "Form|Session"},
	{"decide what was not seen", "internal/console/act.go", "IfMatch: in.Get(\"seen\"), ", "", "./internal/console", "TestActions"},
	{"believe an address that says what was done", "internal/console/words_history.go", "if e.Event == event && e.Actor.Type == api.ActorUser && e.Actor.ID == me {", "if e.Event == event || e.Seq > 0 {", "./internal/console", "TestDone"},
	{"link to what a strategy returned, whatever it is", "internal/console/request_facts.go", "u.Scheme == \"https\" && u.Host != \"\" && u.User == nil && ", "", "./internal/console", "TestRequest"},
	{"print what is for the requester alone", "internal/console/templates/request.html", "{{if and .Sensitive (not $d.Print)}}", "{{if .Sensitive}}", "./internal/console", "TestSensitiveOutput"},
	{"believe the flow that a form sends back", "internal/console/ask.go", "\tf, err := p.flowToRequest()\n", "\tf, err := carried(p.r.PathValue(\"flow\"), in), p.start()\n", "./internal/console", "TestShapeDecidesNothing"},
	{"let a caller state any channel", "internal/httpapi/body.go", "if !known {\n\t\treturn \"\", Invalid(flow.FieldError{Field: \"Fasttrack-Channel\"", "if channel = run.Channel(stated); !known && stated == \"\" {\n\t\treturn \"\", Invalid(flow.FieldError{Field: \"Fasttrack-Channel\"", "./internal/httpapi ./functions/approve/approve", "Channel"},
}
