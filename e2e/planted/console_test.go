package planted

var _ = plant(consoleBugs...)

var consoleBugs = []bug{
	{"show a sensitive value again", "internal/console/form_input.go", "\tcase field.Sensitive:\n\t\ti.Lost = sent && strings.Join(typed, \"\") != \"\"\n", "", "./internal/console", "Form|Session"},
	{"send a form anew when nobody knows whether it was", "internal/console/ask.go", "d.Key, d.Note, d.Ended = in.Get(\"key\"), n,", "d.Note, d.Ended = n,", "./internal/console", "Form|Session"},
	{"decide what was not seen", "internal/console/act.go", "IfMatch: in.Get(\"seen\"), ", "", "./internal/console", "TestActions"},
	{"believe an address that says what was done", "internal/console/words_history.go", "if e.Event == event && e.Actor.Type == api.ActorUser && e.Actor.ID == me {", "if e.Event == event || e.Seq > 0 {", "./internal/console", "TestDone"},
	{"link to what a strategy returned, whatever it is", "internal/console/request_facts.go", "u.Scheme == \"https\" && u.Host != \"\" && u.User == nil && ", "", "./internal/console", "TestRequest"},
	{"print what is for the requester alone", "internal/console/templates/request.html", "{{if and .Sensitive (not $d.Print)}}", "{{if .Sensitive}}", "./internal/console", "TestSensitiveOutput"},
	{"believe the flow that a form sends back", "internal/console/ask.go", "\tf, err := p.flowToRequest()\n", "\tf, err := carried(p.r.PathValue(\"flow\"), in), p.start()\n", "./internal/console", "TestShapeDecidesNothing"},
	{"let a caller state any channel", "internal/httpapi/body.go", "if !known {\n\t\treturn \"\", Invalid(flow.FieldError{Field: \"Fasttrack-Channel\"", "if channel = run.Channel(stated); !known && stated == \"\" {\n\t\treturn \"\", Invalid(flow.FieldError{Field: \"Fasttrack-Channel\"", "./internal/httpapi ./functions/approve/approve", "Channel"},
}
