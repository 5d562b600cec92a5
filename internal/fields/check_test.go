package fields_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

type values = map[string]json.RawMessage

func raw(texts ...string) (all []json.RawMessage) {
	for _, t := range texts {
		all = append(all, json.RawMessage(t))
	}
	return all
}

// incident is a form whose parts depend on one another, written from the end.
var incident = fields.Form{
	Targets: []fields.Target{{ID: "prod", Label: "Production"}, {ID: "test", Label: "Test"}},
	Fields: []fields.Field{
		{Name: "postmortem", Type: fields.Bool, Required: true, When: map[string][]json.RawMessage{"ticket": raw(`"OPS-1"`)}},
		{Name: "ticket", Type: fields.String, Required: true, Pattern: "^OPS-", When: map[string][]json.RawMessage{"urgency": raw(`"High"`, `"Urgent"`), "masked": raw(`false`)}},
		{Name: "urgency", Type: fields.String, Allowed: raw(`"Low"`, `"High"`, `"Urgent"`), Default: json.RawMessage(`"Low"`)},
		{Name: "masked", Type: fields.Bool, Default: json.RawMessage(`false`)},
		{Name: "why_prod", Type: fields.Text, When: map[string][]json.RawMessage{"target": raw(`"prod"`)}},
		{Name: "target", Type: fields.TargetOf},
		{Name: "dba", Type: fields.User, When: map[string][]json.RawMessage{"tags": raw(`"db"`)}},
		{Name: "tags", Type: fields.Strings},
		{Name: "long", Type: fields.String, When: map[string][]json.RawMessage{"length": raw(`"1h"`)}},
		{Name: "length", Type: fields.Duration},
		{Name: "owner", Type: fields.User, DefaultFrom: "dba"},
		{Name: "contact", Type: fields.String, DefaultFrom: "owner", Default: json.RawMessage(`"nobody"`), Max: new(int64(12))},
		{Name: "place", Type: fields.String, DefaultFrom: "target"},
	},
}

func TestForm(t *testing.T) {
	for name, tc := range map[string]struct {
		given values
		kept  string
		wrong string
	}{
		"nothing":              {values{}, `contact=nobody masked=false urgency=Low`, ""},
		"shown":                {values{"urgency": raw(`"High"`)[0], "ticket": raw(`"OPS-2"`)[0]}, `contact=nobody masked=false ticket=OPS-2 urgency=High`, ""},
		"any of":               {values{"urgency": raw(`"Urgent"`)[0], "ticket": raw(`"OPS-2"`)[0]}, `contact=nobody masked=false ticket=OPS-2 urgency=Urgent`, ""},
		"required when shown":  {values{"urgency": raw(`"High"`)[0]}, `contact=nobody masked=false urgency=High`, "ticket: it is required; must be a string"},
		"hidden":               {values{"ticket": raw(`"OPS-2"`)[0]}, `contact=nobody masked=false urgency=Low`, "ticket: shown only when masked is false and urgency is High or Urgent"},
		"hidden and null":      {values{"ticket": raw(`null`)[0]}, `contact=nobody masked=false urgency=Low`, ""},
		"hidden and empty":     {values{"ticket": raw(`""`)[0]}, `contact=nobody masked=false urgency=Low`, "ticket: shown only when masked is false and urgency is High or Urgent"},
		"all must hold":        {values{"urgency": raw(`"High"`)[0], "masked": raw(`true`)[0], "ticket": raw(`"OPS-2"`)[0]}, `contact=nobody masked=true urgency=High`, "ticket: shown only when masked is false and urgency is High or Urgent"},
		"chain":                {values{"urgency": raw(`"High"`)[0], "ticket": raw(`"OPS-1"`)[0], "postmortem": raw(`true`)[0]}, `contact=nobody masked=false postmortem=true ticket=OPS-1 urgency=High`, ""},
		"chain, required":      {values{"urgency": raw(`"High"`)[0], "ticket": raw(`"OPS-1"`)[0]}, `contact=nobody masked=false ticket=OPS-1 urgency=High`, "postmortem: it is required; must be true or false"},
		"chain, source hidden": {values{"ticket": raw(`"OPS-1"`)[0], "postmortem": raw(`true`)[0]}, `contact=nobody masked=false urgency=Low`, "postmortem: shown only when ticket is OPS-1\nticket: shown only when masked is false and urgency is High or Urgent"},
		// What depends on a wrong value is not judged, but for its own value.
		"wrong source":         {values{"urgency": raw(`"high"`)[0], "ticket": raw(`"OPS-1"`)[0]}, `contact=nobody masked=false`, "urgency: must be one of Low, High, Urgent"},
		"wrong source, 2":      {values{"urgency": raw(`7`)[0], "ticket": raw(`"x"`)[0], "postmortem": raw(`9`)[0]}, `contact=nobody masked=false`, "postmortem: must be true or false\nticket: must be a text that matches ^OPS-\nurgency: must be a string"},
		"hidden by another":    {values{"urgency": raw(`7`)[0], "masked": raw(`true`)[0], "ticket": raw(`"x"`)[0]}, `contact=nobody masked=true`, "ticket: shown only when masked is false and urgency is High or Urgent\nurgency: must be a string"},
		"target":               {values{"target": raw(`"prod"`)[0], "why_prod": raw(`"x"`)[0]}, `contact=nobody masked=false place=prod target={prod} urgency=Low why_prod=x`, ""},
		"another target":       {values{"target": raw(`"test"`)[0], "why_prod": raw(`"x"`)[0]}, `contact=nobody masked=false place=test target={test} urgency=Low`, "why_prod: shown only when target is prod"},
		"an item of a list":    {values{"tags": raw(`["a","db"]`)[0], "dba": raw(`"Ada@Example.com"`)[0], "contact": raw(`"x"`)[0]}, `contact=x dba=ada@example.com masked=false owner=ada@example.com tags=["a","db"] urgency=Low`, ""},
		"no item of a list":    {values{"tags": raw(`["dba"]`)[0], "dba": raw(`"a@x.com"`)[0]}, `contact=nobody masked=false tags=["dba"] urgency=Low`, "dba: shown only when tags is db"},
		"a duration":           {values{"length": raw(`3600`)[0], "long": raw(`"x"`)[0]}, `contact=nobody length=3600 long=x masked=false urgency=Low`, ""},
		"default of a default": {values{"owner": raw(`"a@x.com"`)[0]}, `contact=a@x.com masked=false owner=a@x.com urgency=Low`, ""},
		"own before another's": {values{"owner": raw(`"a@x.com"`)[0], "contact": raw(`"b"`)[0]}, `contact=b masked=false owner=a@x.com urgency=Low`, ""},
		"emptied":              {values{"owner": raw(`"a@x.com"`)[0], "contact": raw(`""`)[0]}, `contact= masked=false owner=a@x.com urgency=Low`, ""},
		"does not fit":         {values{"owner": raw(`"ada.lovelace@x.com"`)[0]}, `masked=false owner=ada.lovelace@x.com urgency=Low`, "contact: the value of owner does not fit: must have at most 12 characters"},
		"default of a wrong":   {values{"owner": raw(`"ada"`)[0]}, `masked=false urgency=Low`, "owner: must be an e-mail"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, form := range []fields.Form{incident, turned(incident)} {
				c := form.Check(tc.given)
				if got := shownValues(c.Values); got != tc.kept {
					t.Errorf("kept %s\nwant %s", got, tc.kept)
				}
				if got := wrongOf(c); got != tc.wrong {
					t.Errorf("wrong %q\nwant  %q", got, tc.wrong)
				}
			}
		})
	}
}

// turned returns a form with its fields in the opposite order.
func turned(f fields.Form) fields.Form {
	f.Fields = slices.Clone(f.Fields)
	slices.Reverse(f.Fields)
	return f
}

func shownValues(kept values) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		v := strings.Trim(string(kept[name]), `"`)
		var t fields.Target
		if json.Unmarshal(kept[name], &t) == nil && t.ID != "" {
			v = "{" + t.ID + "}"
		}
		parts = append(parts, name+"="+v)
	}
	return strings.Join(parts, " ")
}

func wrongOf(c fields.Checked) string {
	var lines []string
	for _, w := range c.Wrong {
		lines = append(lines, strings.TrimPrefix(w.Field, "fields.")+": "+w.Detail)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// A random form, whose fields have the values a, b and c and depend on fields before
// them. Names are shuffled, so that no order of names helps.
func randomForm(t *rapid.T) fields.Form {
	n := rapid.IntRange(1, 7).Draw(t, "fields")
	names := rapid.Permutation([]string{"p", "q", "r", "s", "t", "u", "v"}).Draw(t, "names")[:n]
	letters := []string{`"a"`, `"b"`, `"c"`}
	var form fields.Form
	for i, name := range names {
		d := fields.Field{Name: name, Type: fields.String, Required: rapid.Bool().Draw(t, "required"), Allowed: raw(letters...)}
		if rapid.IntRange(0, 3).Draw(t, "default") == 0 {
			d.Default = json.RawMessage(rapid.SampledFrom(letters).Draw(t, "is"))
		}
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "default from") == 0 {
			d.DefaultFrom = rapid.SampledFrom(names[:i]).Draw(t, "from")
		}
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			if i == 0 {
				break
			}
			if d.When == nil {
				d.When = map[string][]json.RawMessage{}
			}
			d.When[rapid.SampledFrom(names[:i]).Draw(t, "when")] = raw(rapid.SliceOfNDistinct(rapid.SampledFrom(letters), 1, 2, rapid.ID).Draw(t, "is")...)
		}
		form.Fields = append(form.Fields, d)
	}
	return form
}

// model says field by field what a form keeps and refuses, for fields in the order in
// which they depend on one another and values that are all of a, b and c.
func model(form fields.Form, given values) (kept values, refused map[string]bool) {
	kept, refused = values{}, map[string]bool{}
	for _, d := range form.Fields {
		shown := true
		for source, any := range d.When {
			is := slices.ContainsFunc(any, func(v json.RawMessage) bool { return string(v) == string(kept[source]) })
			shown = shown && is
		}
		value := given[d.Name]
		switch {
		case !shown && value != nil:
			refused[d.Name] = true
			continue
		case !shown:
			continue
		case value == nil && d.DefaultFrom != "" && kept[d.DefaultFrom] != nil:
			value = kept[d.DefaultFrom]
		case value == nil:
			value = d.Default
		}
		switch {
		case value == nil && d.Required:
			refused[d.Name] = true
		case value != nil:
			kept[d.Name] = value
		}
	}
	return kept, refused
}

// Whatever the fields depend on and in whichever order they are declared: no value of a
// hidden field is kept, each is refused, and a shown field that is required has a value.
func TestNoHiddenValueIsKept(t *testing.T) {
	hidden, missing := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		form, given := randomForm(t), values{}
		for _, d := range form.Fields {
			if v := rapid.SampledFrom([]string{"", `"a"`, `"b"`, `"c"`}).Draw(t, "value of "+d.Name); v != "" {
				given[d.Name] = json.RawMessage(v)
			}
		}
		want, refused := model(form, given)
		asDeclared := form.Check(given)
		form.Fields = rapid.Permutation(form.Fields).Draw(t, "order")
		got := form.Check(given)
		if wrongOf(asDeclared) != wrongOf(got) {
			t.Fatalf("the order decides what is wrong:\n%s\nor\n%s", wrongOf(asDeclared), wrongOf(got))
		}
		names := map[string]bool{}
		for _, w := range got.Wrong {
			names[strings.TrimPrefix(w.Field, "fields.")] = true
		}
		// A field that copies, or depends on, a refused one is not judged.
		for name := range names {
			if !refused[name] {
				t.Fatalf("refused: %s\n%s", name, wrongOf(got))
			}
		}
		if (len(names) > 0) != (len(refused) > 0) {
			t.Fatalf("refused: %v, want %v", names, refused)
		}
		for name, v := range got.Values {
			if string(want[name]) != string(v) {
				t.Fatalf("kept %s=%s, want %s", name, v, want[name])
			}
		}
		if len(refused) == 0 {
			if diff := cmp.Diff(shownValues(want), shownValues(got.Values)); diff != "" {
				t.Fatal(diff)
			}
			if again := form.Check(got.Sent()); len(again.Wrong) > 0 {
				t.Fatalf("what was kept is refused: %s", wrongOf(again))
			}
		}
		for name := range refused {
			if given[name] != nil {
				hidden++
			} else {
				missing++
			}
		}
	})
	if hidden == 0 || missing == 0 {
		t.Errorf("%d hidden values and %d missing: both are to be tried", hidden, missing)
	}
}

// A form that a flow can't have, such as one that a page sent back, ends.
func TestLoopsEnd(t *testing.T) {
	form := fields.Form{Fields: []fields.Field{
		{Name: "a", Type: fields.String, Required: true, When: map[string][]json.RawMessage{"b": raw(`"x"`)}},
		{Name: "b", Type: fields.String, DefaultFrom: "a"},
		{Name: "c", Type: fields.String, When: map[string][]json.RawMessage{"c": raw(`"x"`)}},
		{Name: "d", Type: fields.String, When: map[string][]json.RawMessage{"gone": raw(`"x"`)}},
	}}
	for _, given := range []values{{}, {"a": raw(`"x"`)[0], "b": raw(`"x"`)[0], "c": raw(`"x"`)[0], "d": raw(`"x"`)[0]}} {
		c := form.Check(given)
		for _, name := range []string{"c", "d"} {
			if c.Shows(name) || c.Values[name] != nil {
				t.Errorf("%s is shown, or kept: %s", name, fmt.Sprint(c.Values))
			}
		}
	}
}
