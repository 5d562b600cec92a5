package cli

import (
	"encoding/json"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// evaluated returns the form with some values, by the rules of the API.
func (f form) evaluated(values map[string]any) fields.Checked {
	given := map[string]json.RawMessage{}
	for name, v := range values {
		if raw, err := json.Marshal(v); err == nil {
			given[name] = raw
		}
	}
	return fields.Of(f.Flow).Check(given)
}

// missing returns the next field to prompt for: the first that is shown, required and
// without a value. One whose options depend on others comes after them.
func (f form) missing(values map[string]any) (api.Field, bool) {
	c := f.evaluated(values)
	var open []api.Field
	for _, d := range f.Fields {
		if _, given := values[d.Name]; !given && f.awaited(d, c) {
			open = append(open, d)
		}
	}
	for _, d := range open {
		waits := false
		for _, name := range d.DependsOn {
			source, there := fields.Of(f.Flow).Field(name)
			waits = waits || there && f.awaited(source, c)
		}
		if !waits {
			return d, true
		}
	}
	return api.Field{}, false
}

// awaited reports whether a field is shown and required, and has no value yet.
func (f form) awaited(d api.Field, c fields.Checked) bool {
	return d.Required && c.Shows(d.Name) && c.Values[d.Name] == nil
}

// hidden reports whether a field is hidden whatever else is filled in: no field that
// decides about it is still to be filled in.
func (f form) hidden(d api.Field, c fields.Checked) bool {
	if !c.Hides(d.Name) {
		return false
	}
	for name := range d.When {
		source, there := fields.Of(f.Flow).Field(name)
		if there && (f.awaited(source, c) || c.Hides(name) && !f.hidden(source, c)) {
			return false
		}
	}
	return true
}

// others returns the values that the options of a field depend on, as a request sends them.
func (f form) others(values map[string]any, name string) map[string]any {
	d, there := fields.Of(f.Flow).Field(name)
	if !there {
		return nil
	}
	out := map[string]any{}
	for name, value := range f.evaluated(values).Asked(d) {
		out[name] = fields.Sent(value)
	}
	return out
}

// depends says in a list of fields when a field is shown and required, and what it takes
// from others; with a comma before each.
func (f form) depends(d api.Field) string {
	said := ""
	when := fields.Of(f.Flow).Condition(d)
	switch {
	case d.Required && when != "":
		said += ", required when " + when
	case d.Required:
		said += ", required"
	case when != "":
		said += ", only when " + when
	}
	if d.DefaultFrom != "" {
		said += ", by default that of " + d.DefaultFrom
	}
	if len(d.DependsOn) > 0 {
		said += ", depends on " + orDash(d.DependsOn)
	}
	return said
}
