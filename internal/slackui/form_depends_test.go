package slackui_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

func adaptive() api.Flow {
	return api.Flow{Name: "adaptive", Fields: []api.Field{
		{Name: "ticket", Type: api.FieldString, Required: true, When: map[string][]json.RawMessage{"urgency": {raw(`"High"`)}}},
		{Name: "urgency", Type: api.FieldString, Allowed: []json.RawMessage{raw(`"Low"`), raw(`"High"`)}, Default: raw(`"Low"`)},
		{Name: "paged", Type: api.FieldBool, When: map[string][]json.RawMessage{"ticket": {raw(`"OPS-1"`)}}},
		{Name: "token", Type: api.FieldString, Sensitive: true, Required: true, When: map[string][]json.RawMessage{"urgency": {raw(`"High"`)}}},
		{Name: "department", Label: "Department", Type: api.FieldString, Allowed: []json.RawMessage{raw(`"Sales"`), raw(`"Finance"`)}, Required: true},
		{Name: "application", Type: api.FieldString, Prefetch: true, Required: true, DependsOn: []string{"department"}},
		{Name: "owner", Type: api.FieldString},
		{Name: "contact", Type: api.FieldString, DefaultFrom: "owner"},
	}}
}

// opened is an open form: what its blocks hold.
type opened struct {
	blocks []string
	text   string
}

// open shows a form with what the view before held, and returns the blocks of its fields.
func open(t *testing.T, filled *slackui.Filled) opened {
	t.Helper()
	f := adaptive()
	view := slackui.RequestForm(slackui.Form{Flows: []api.MyFlow{{Name: f.Name}}, Flow: &f, Filled: filled, Metadata: "{}"})
	raw, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range blockkit.View(raw) {
		t.Errorf("Slack refuses it: %s", found)
	}
	out := opened{text: string(raw)}
	for _, b := range view.Blocks.BlockSet {
		if strings.HasPrefix(b.ID(), "f:") {
			out.blocks = append(out.blocks, b.ID())
		}
	}
	return out
}

func (o opened) of(name string) string {
	for _, b := range o.blocks {
		if b == "f:adaptive:"+name || strings.HasPrefix(b, "f:adaptive:"+name+":") {
			return b
		}
	}
	return ""
}

func (o opened) fill(values map[string]slackui.Input) slackui.Filled {
	held := map[string]slackui.Input{}
	for name, in := range values {
		held[o.of(name)] = in
	}
	return slackui.Fill(adaptive(), o.blocks, func(block string) slackui.Input { return held[block] })
}

// A form is shown again with what was changed, and holds what still counts.
func TestFormDepends(t *testing.T) {
	first := open(t, nil)
	for _, name := range []string{"ticket", "paged", "token"} {
		if first.of(name) != "" {
			t.Errorf("an empty form shows %s", name)
		}
	}
	if !strings.Contains(first.text, "First choose: Department.") || strings.Count(first.text, `"dispatch_action":true`) != 4 { // the flow and three fields
		t.Errorf("it says nothing of what to choose first, or sends what it need not: %s", first.text)
	}
	values := map[string]slackui.Input{"urgency": {Chosen: "#1"}, "department": {Chosen: "#0"}, "owner": {Text: "grace"}}
	filled := first.fill(values)
	if !filled.Changed() || filled.Waits(adaptive().Fields[5]) != "" {
		t.Error("a choice changes nothing")
	}
	second := open(t, &filled)
	if second.of("ticket") == "" || second.of("paged") != "" || !strings.Contains(second.text, "token is required and sensitive") || !strings.Contains(second.text, `"initial_value":"grace"`) {
		t.Errorf("after a choice: %s", second.text)
	}
	if got, err := json.Marshal(filled.Depending()); err != nil || string(got) != `{"application":{"department":"Sales"}}` {
		t.Errorf("it keeps %s for searches (%v)", got, err)
	}

	// Another department: another block, which Slack holds nothing for. A contact that was
	// typed stays; one that nobody changed follows the owner.
	values["ticket"], values["application"], values["contact"] = slackui.Input{Text: "OPS-1"}, slackui.Input{Chosen: "crm"}, slackui.Input{Text: "grace"}
	filled = second.fill(values)
	if !filled.Changed() { // the ticket shows whether somebody was paged
		t.Error("a ticket changes nothing")
	}
	third := open(t, &filled)
	if third.of("paged") == "" || third.of("application") != second.of("application") || third.of("contact") != second.of("contact") {
		t.Errorf("what did not change has other blocks: %v, %v", second.blocks, third.blocks)
	}
	filled = third.fill(values)
	if filled.Changed() {
		t.Error("what is shown is not what was filled in")
	}
	got, err := json.Marshal(filled.Request().Fields)
	if err != nil || string(got) != `{"application":"crm","department":"Sales","owner":"grace","ticket":"OPS-1","urgency":"High"}` {
		t.Errorf("it requests %s (%v)", got, err)
	}
	values["department"], values["owner"] = slackui.Input{Chosen: "#1"}, slackui.Input{Text: "linus"}
	filled = third.fill(values)
	fourth := open(t, &filled)
	if !filled.Changed() || fourth.of("application") == third.of("application") || fourth.of("contact") == third.of("contact") {
		t.Errorf("what depends on a change keeps its block: %v", fourth.blocks)
	}
	values["contact"] = slackui.Input{Text: "ada"}
	filled = third.fill(values)
	if typed := open(t, &filled); typed.of("contact") != third.of("contact") {
		t.Error("what was typed is lost")
	}

	// Back to Low: what is hidden is not requested.
	values["urgency"] = slackui.Input{Chosen: "#0"}
	filled = third.fill(values)
	if got := slices.Sorted(maps.Keys(filled.Request().Fields)); slices.Contains(got, "ticket") || slices.Contains(got, "paged") {
		t.Errorf("it requests %v", got)
	}
	if wrong := filled.Errors(api.Problem{Errors: []api.FieldError{{Field: "fields.application", Detail: "it is not among the options"}}}); wrong[third.of("application")] == "" {
		t.Errorf("a mistake is below %v", wrong)
	}
}

// Blocks that a view never had are none of the form.
func TestBlocksOfOthers(t *testing.T) {
	f := adaptive()
	for _, block := range []string{"f:adaptive:ticketx", "f:other:ticket", "f:adaptive:token", "ticket", ":"} {
		if d, is := slackui.FieldOf(f, block); is {
			t.Errorf("%s is of %s", block, d.Name)
		}
	}
	if d, is := slackui.FieldOf(f, "f:adaptive:contact:0123"); !is || d.Name != "contact" {
		t.Error("a block with what it came from is none")
	}
}
