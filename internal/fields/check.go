package fields

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Checked is a form with the values that were given.
type Checked struct {
	// Values are the values of the shown fields as they are kept, with defaults. It has
	// none of a hidden field.
	Values map[string]json.RawMessage
	// Wrong is what is wrong, in the order of the fields.
	Wrong []api.FieldError

	states map[string]state
}

// state is what became of a field.
type state int

const (
	// unknown: the field depends on one whose value is wrong.
	unknown state = iota
	hidden
	shown
	// invalid: the field is shown, and its value is wrong.
	invalid
)

// Shows reports whether the form shows a field. One that depends on a wrong value is not
// shown.
func (c Checked) Shows(name string) bool { return c.states[name] == shown || c.states[name] == invalid }

// Hides reports whether the form hides a field for sure: not by a value that is wrong.
func (c Checked) Hides(name string) bool { return c.states[name] == hidden }

// Check evaluates a form: which fields are shown, and whether the given values pass. The
// order of the fields changes nothing but the order of what is wrong. Names that the
// form does not have are ignored.
func (f Form) Check(given map[string]json.RawMessage) Checked {
	c := &checking{Form: f, given: given, wrong: map[string]string{}, Checked: Checked{Values: map[string]json.RawMessage{}, states: map[string]state{}}}
	for _, d := range f.Fields {
		c.visit(d.Name)
		if detail, is := c.wrong[d.Name]; is {
			c.Wrong = append(c.Wrong, api.FieldError{Field: "fields." + d.Name, Detail: detail})
		}
	}
	return c.Checked
}

// checking is a form while it is evaluated.
type checking struct {
	Form
	Checked
	given map[string]json.RawMessage
	wrong map[string]string
}

// visit evaluates a field after the fields that it depends on. A field that depends on
// itself, which no flow has, is unknown.
func (c *checking) visit(name string) state {
	if s, visited := c.states[name]; visited {
		return s
	}
	d, there := c.Field(name)
	if !there {
		return unknown
	}
	c.states[name] = unknown
	c.states[name] = c.evaluate(d)
	return c.states[name]
}

func (c *checking) evaluate(d Field) state {
	value, given := c.given[d.Name], !Absent(c.given[d.Name])
	met := c.met(d)
	if met == hidden {
		if given {
			c.wrong[d.Name] = "shown only when " + c.Condition(d)
		}
		return hidden
	}
	copied := false
	if !given {
		if value, copied = c.inherited(d); value == nil && copied {
			return unknown
		}
	}
	if value == nil {
		if d.Required && met == shown {
			c.wrong[d.Name] = "it is required; must be " + expected(d)
			return invalid
		}
		return met
	}
	kept, detail := c.CheckValue(d, value)
	switch {
	case detail != "" && copied:
		c.wrong[d.Name] = "the value of " + d.DefaultFrom + " does not fit: " + detail
		return invalid
	case detail != "":
		c.wrong[d.Name] = detail
		return invalid
	case met == shown:
		c.Values[d.Name] = kept
	}
	return met
}

// met reports whether the conditions of a field hold: shown, hidden, or unknown.
func (c *checking) met(d Field) state {
	met := shown
	for _, source := range conditions(d) {
		switch s := c.visit(source); {
		case s == hidden:
			return hidden
		case s != shown:
			met = unknown
		case !c.holds(source, d.When[source]):
			return hidden
		}
	}
	return met
}

// holds reports whether a shown field has one of the values; of a list, whether an item
// is one.
func (c *checking) holds(name string, values []json.RawMessage) bool {
	d, _ := c.Field(name)
	has := []json.RawMessage{c.Values[name]}
	if d.Type == Strings {
		has = nil
		if json.Unmarshal(c.Values[name], &has) != nil {
			return false
		}
	}
	item := itemOf(d)
	for _, v := range values {
		if v, _, detail := c.convert(item, v); detail == "" && containsJSON(has, v) {
			return true
		}
	}
	return false
}

// inherited returns the value that a field has if none is given: that of another field,
// or else its own default. copied reports that it is another's, nil if that is unknown.
func (c *checking) inherited(d Field) (value json.RawMessage, copied bool) {
	if d.DefaultFrom != "" {
		switch c.visit(d.DefaultFrom) {
		case unknown, invalid:
			return nil, true
		case shown:
			if value := c.Values[d.DefaultFrom]; value != nil {
				return Sent(value), true
			}
		}
	}
	return d.Default, false
}

// Sent returns a kept value as a request sends it: of a target its id.
func Sent(kept json.RawMessage) json.RawMessage {
	var t struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(kept, &t) == nil && t.ID != nil {
		return t.ID
	}
	return kept
}

// Sent returns the values of a checked form as a request sends them.
func (c Checked) Sent() map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(c.Values))
	for name, value := range c.Values {
		out[name] = Sent(value)
	}
	return out
}

// Prune returns the given values without those of fields that the form hides.
func (f Form) Prune(given map[string]json.RawMessage) map[string]json.RawMessage {
	asked := make(map[string]json.RawMessage, len(given))
	for name, value := range given {
		asked[name] = Sent(value)
	}
	checked := f.Check(asked)
	out := maps.Clone(given)
	maps.DeleteFunc(out, func(name string, _ json.RawMessage) bool { return checked.Hides(name) })
	return out
}

// conditions returns the names of the fields that decide whether a field is shown, in order.
func conditions(d Field) []string {
	names := make([]string, 0, len(d.When))
	for name := range d.When {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Condition returns when a field is shown, in words: "urgency is High or Urgent and
// masked is true". Empty if always.
func (f Form) Condition(d Field) string {
	var parts []string
	for _, name := range conditions(d) {
		var values []string
		for _, v := range d.When[name] {
			values = append(values, clip(plain(v)))
		}
		parts = append(parts, name+" is "+orList(values))
	}
	return strings.Join(parts, " and ")
}

func orList(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// Sources returns the names of all fields that a field depends on.
func Sources(d Field) []string {
	names := append(conditions(d), d.DependsOn...)
	if d.DefaultFrom != "" {
		names = append(names, d.DefaultFrom)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Governs reports whether the value of a field changes the rest of the form: what is
// shown, what is the default of another, or what another's options are.
func (f Form) Governs(name string) bool {
	return slices.ContainsFunc(f.Fields, func(d Field) bool { return slices.Contains(Sources(d), name) })
}

// Depends reports whether any field depends on another.
func (f Form) Depends() bool {
	return slices.ContainsFunc(f.Fields, func(d Field) bool { return len(Sources(d)) > 0 })
}

// Asked returns what the hook that returns the options of a field gets: the values of
// the shown fields that the field depends on.
func (c Checked) Asked(d Field) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, name := range d.DependsOn {
		if value, there := c.Values[name]; there {
			out[name] = value
		}
	}
	return out
}
