package slackui_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

func number(n int64) *int64 { return &n }

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// everyField has a field of each type and form.
func everyField() api.Flow {
	return api.Flow{
		Name: "deploy", Label: "Deploy", DurationsSeconds: []int{1800, 3600}, RequireReason: []string{"request"},
		Rules:   api.Rules{StartsWithinSeconds: 86400},
		Targets: []api.Target{{ID: "prod", Label: "Production"}, {ID: "dev", Label: "Development"}},
		Fields: []api.Field{
			{Name: "target", Type: api.FieldTarget, Required: true},
			{Name: "service", Type: api.FieldString, Prefetch: true},
			{Name: "zones", Type: api.FieldStrings, Allowed: []json.RawMessage{raw(`"a <!channel>"`), raw(`"b"`)}, Default: raw(`["b"]`)},
			{Name: "lines", Type: api.FieldStrings},
			{Name: "count", Type: api.FieldInt, Min: number(1), Max: number(9), Default: raw("3")},
			{Name: "sure", Type: api.FieldBool, Default: raw("false")},
			{Name: "long", Type: api.FieldDuration, Allowed: []json.RawMessage{raw("60"), raw("7200")}},
			{Name: "wait", Type: api.FieldDuration},
			{Name: "buddy", Type: api.FieldUser},
			{Name: "note", Type: api.FieldText, Max: number(50)},
			{Name: "token", Type: api.FieldString, Sensitive: true},
		},
	}
}

// What is filled into a form is the request of the API, by type.
func TestFormValues(t *testing.T) {
	f := everyField()
	filled := map[string]slackui.Input{
		"f:deploy:target": {Chosen: "#1"}, "f:deploy:service": {Chosen: "billing"}, "f:deploy:zones": {Several: []string{"#0", "#1"}},
		"f:deploy:lines": {Text: "one\n\n two \n"}, "f:deploy:count": {Text: "3"}, "f:deploy:sure": {Chosen: "#1"}, "f:deploy:long": {Chosen: "#1"},
		"f:deploy:wait": {Text: " 30m "}, "f:deploy:buddy": {Text: "linus@example.com"}, "f:deploy:note": {Text: "a\nb"}, "f:deploy:token": {Text: "secret"},
		"r:deploy:": {Text: " why "}, "d:deploy:": {Chosen: "3600"}, "s:deploy:": {At: time.Unix(1798099200, 0).UTC()},
	}
	blocks := slices.Collect(maps.Keys(filled))
	got, err := json.Marshal(slackui.Fill(f, blocks, func(block string) slackui.Input { return filled[block] }).Request())
	const want = `{"flow":"deploy","fields":{"buddy":"linus@example.com","count":3,"lines":["one","two"],"long":7200,"note":"a\nb","service":"billing","sure":false,"target":"dev","wait":"30m","zones":["a \u003c!channel\u003e","b"]},"duration_seconds":3600,"starts_at":"2026-12-24T08:00:00Z","reason":"why"}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
	empty, err := json.Marshal(slackui.Fill(f, blocks, func(string) slackui.Input { return slackui.Input{} }).Request())
	if err != nil || string(empty) != `{"flow":"deploy"}` {
		t.Errorf("an empty form is %s (%v)", empty, err)
	}
}

// Each mistake is below its field; one without a field is below the choice of the flow.
func TestFormErrors(t *testing.T) {
	filled := slackui.Fill(everyField(), []string{"f:deploy:zones"}, func(string) slackui.Input { return slackui.Input{} })
	got := filled.Errors(api.Problem{Errors: []api.FieldError{
		{Field: "fields.zones[1]", Detail: "is not among the options"}, {Field: "fields.token", Detail: "it is required"}, {Field: "reason", Detail: "it is required"},
		{Field: "duration_seconds", Detail: "must be one of 1800, 3600"}, {Field: "flow", Detail: "unknown flow"}, {Field: "starts_at", Detail: "must be within 1 day"},
	}})
	for block, want := range map[string]string{
		"f:deploy:zones": "Is not among the options.", "r:deploy:": "It is required.", "d:deploy:": "Must be one of 1800, 3600.", "s:deploy:": "Must be within 1 day.", "flow": "Fields.token: it is required. Unknown flow.",
	} {
		if got[block] != want {
			t.Errorf("%s: got %q, want %q", block, got[block], want)
		}
	}
	if got := filled.Errors(api.Problem{Detail: "No."}); got["flow"] != "No." {
		t.Errorf("without fields: %v", got)
	}
}

// Forms of any size are ones that Slack takes, and hold no text that Slack parses.
func TestFormsFitIntoSlack(t *testing.T) {
	many := make([]api.MyFlow, 140)
	for i := range many {
		many[i] = api.MyFlow{Name: fmt.Sprint("flow-", i), Label: strings.Repeat("😀", 80)}
	}
	many[1].Name = "deploy"
	full, crowded, wide := everyField(), everyField(), everyField()
	for i := range 250 {
		wide.Targets = append(wide.Targets, api.Target{ID: fmt.Sprint("t", i), Label: strings.Repeat("<!here> *x* ", 20)})
	}
	for i := range 77 {
		full.Fields = append(full.Fields, api.Field{Name: fmt.Sprint("f", i), Type: api.FieldString, Label: strings.Repeat("\u202e<@U1>", 900), Description: strings.Repeat("x", 4000), Default: raw(`"` + strings.Repeat("d", 4000) + `"`)})
	}
	for i := range 100 {
		crowded.Fields = append(crowded.Fields, api.Field{Name: fmt.Sprint("f", i), Type: api.FieldString})
	}
	required := everyField()
	required.Fields[10].Required = true
	for name, form := range map[string]slackui.Form{
		"no flow chosen": {Flows: many[:3]}, "140 flows": {Flows: many}, "every field": {Flows: many[:3], Flow: &full}, "250 targets": {Flows: many, Flow: &wide},
		"too many fields": {Flows: many[:3], Flow: &crowded, Portal: "https://access.example.com/console"}, "a sensitive field": {Flows: many[:3], Flow: &required},
	} {
		form.Metadata = "{}"
		view, err := json.Marshal(slackui.RequestForm(form))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range blockkit.View(view) {
			t.Errorf("%s: Slack refuses it: %s", name, found)
		}
		if strings.Contains(string(view), `"mrkdwn"`) || strings.Contains(string(view), "\u202e") {
			t.Errorf("%s: it has text that Slack parses, or that hides", name)
		}
		if web := strings.Contains(string(view), "Make the request on the web"); web != (name == "too many fields" || name == "a sensitive field") {
			t.Errorf("%s: sends people to the web: %v", name, web)
		}
	}
}
