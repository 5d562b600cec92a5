package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// What is typed until it is an option, and what is shown meanwhile.
func TestPromptOfOptions(t *testing.T) {
	many := []api.Option{{Value: "billing", Label: "Billing of all countries"}, {Value: "Ada@Example.com", Label: "Ada@Example.com"}}
	for i := range 30 {
		many = append(many, api.Option{Value: fmt.Sprint("s", i), Label: fmt.Sprint("s", i)})
	}
	search := func(_, query string) (api.OptionList, error) {
		if query == "fail" {
			return api.OptionList{}, errors.New("prefetch of deploy failed: oh")
		}
		var found []api.Option
		for _, o := range many {
			if strings.Contains(strings.ToLower(o.Value), strings.ToLower(query)) {
				found = append(found, o)
			}
		}
		return api.OptionList{Options: found, More: query == "bill"}, nil
	}
	for name, tc := range map[string]struct {
		kind, typed string
		want        any // nil for an error
		shown       []string
		lines       int
	}{
		"an option":         {"string", "billing\n", "billing", nil, 1},
		"after a search":    {"string", "bill\nbilling\n", "billing", []string{"  billing  Billing of all countries\n", "  … and more; type more characters.\n"}, 3},
		"after nothing":     {"string", "\ns7\n", "s7", []string{"  s17\n", "  … and 12 more; type more characters.\n"}, 22},
		"after what is not": {"string", "none\ns7\n", "s7", []string{"  No matching option.\n"}, 2},
		"another case":      {"string", "S7\n", nil, []string{"  s7\n"}, 2},
		"a person":          {"user", "ADA@example.com\n", "ADA@example.com", nil, 1},
		"an item":           {"strings", "s7\n", []string{"s7"}, nil, 1},
		"a hook that fails": {"string", "fail\n", nil, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := form{api.Flow{Name: "deploy", Fields: []api.Field{{Name: "service", Label: "Service", Type: tc.kind, Required: true, Prefetch: true}}}}
			body := api.CreateInput{Fields: map[string]any{}}
			var out bytes.Buffer
			err := f.prompt(bufio.NewReader(strings.NewReader(tc.typed)), &out, &body, search)
			if diff := cmp.Diff(tc.want, body.Fields["service"]); diff != "" || (err != nil) != (tc.want == nil) {
				t.Errorf("%v; (-want +got):\n%s", err, diff)
			}
			for _, want := range append(tc.shown, "Service (type to search): ") {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in:\n%s", want, out.String())
				}
			}
			// The last question's line is ended by who answers it.
			if lines := strings.Count(out.String(), "\n") + 1; lines != tc.lines {
				t.Errorf("%d lines, want %d:\n%s", lines, tc.lines, out.String())
			}
		})
	}
}

// What is prompted for depends on what was typed before, and on flags.
func TestPromptOfFieldsThatDepend(t *testing.T) {
	raw := func(texts ...string) (all []json.RawMessage) {
		for _, t := range texts {
			all = append(all, json.RawMessage(t))
		}
		return all
	}
	f := form{api.Flow{Name: "f", Fields: []api.Field{
		{Name: "application", Type: api.FieldString, Required: true, Prefetch: true, DependsOn: []string{"department"}},
		{Name: "ticket", Type: api.FieldString, Required: true, When: map[string][]json.RawMessage{"urgency": raw(`"High"`)}},
		{Name: "department", Type: api.FieldString, Required: true, Allowed: raw(`"Sales"`, `"Finance"`)},
		{Name: "urgency", Type: api.FieldString, Required: true, Allowed: raw(`"Low"`, `"High"`)},
		{Name: "owner", Type: api.FieldString, Required: true, DefaultFrom: "department"},
	}}}
	for name, tc := range map[string]struct {
		flags map[string]any
		typed string
		want  map[string]any
	}{
		"hidden": {nil, "Sales\nSales-app\nLow\n", map[string]any{"department": "Sales", "application": "Sales-app", "urgency": "Low"}},
		"shown":  {nil, "Sales\nSales-app\nHigh\nOPS-1\n", map[string]any{"department": "Sales", "application": "Sales-app", "urgency": "High", "ticket": "OPS-1"}},
		"a flag": {map[string]any{"urgency": "Low", "department": "Finance"}, "Finance-app\n", map[string]any{"department": "Finance", "application": "Finance-app", "urgency": "Low"}},
	} {
		t.Run(name, func(t *testing.T) {
			body := api.CreateInput{Fields: map[string]any{}}
			maps.Copy(body.Fields, tc.flags)
			search := func(field, _ string) (api.OptionList, error) {
				value, _ := f.others(body.Fields, field)["department"].(json.RawMessage)
				app := strings.Trim(string(value), `"`) + "-app"
				return api.OptionList{Options: []api.Option{{Value: app, Label: app}}}, nil
			}
			var out bytes.Buffer
			if err := f.prompt(bufio.NewReader(strings.NewReader(tc.typed)), &out, &body, search); err != nil {
				t.Fatalf("%v: %s", err, &out)
			}
			if diff := cmp.Diff(tc.want, body.Fields); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for given, hidden := range map[string]bool{"": false, "High": false, "Low": true} { // without an urgency it is prompted for
		body := api.CreateInput{Fields: map[string]any{"ticket": "OPS-1"}}
		if given != "" {
			body.Fields["urgency"] = given
		}
		err := f.check(body, []string{"ticket=OPS-1"})
		if (err != nil) != hidden || hidden && !strings.Contains(err.Error(), "shown only when urgency is High") {
			t.Errorf("urgency %q: %v", given, err)
		}
	}
}
