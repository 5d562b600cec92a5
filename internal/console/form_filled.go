package console

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// filled is a form with what was typed, evaluated by the rules of the API: it decides
// which fields the page shows.
type filled struct {
	fields.Form
	fields.Checked
	in url.Values
	// sent reports that the form was sent. Then a field that was on the page and that it
	// does not mention is empty.
	sent  bool
	given map[string]json.RawMessage
	// copies are the values of fields that nobody changed since the page took them from
	// other fields.
	copies map[string]bool
}

// fill evaluates a form of a flow.
func fill(f api.Flow, in url.Values, sent bool) filled {
	d := filled{Form: fields.Of(f), in: in, sent: sent, given: map[string]json.RawMessage{}, copies: map[string]bool{}}
	for _, field := range f.Fields {
		typed, there := in[fieldKey(field)]
		if !there && !sent || sent && !d.rendered(field) {
			if field.Type == api.FieldBool && d.copied(field) == nil {
				d.given[field.Name] = json.RawMessage("false") // what a box that is not checked sends
			}
			continue
		}
		if sent && field.DefaultFrom != "" && in.Has("d."+field.Name) && lineEnds(typed) == plainLines(in.Get("d."+field.Name)) {
			d.copies[field.Name] = true
			continue
		}
		if raw, err := json.Marshal(valueOf(field, typed)); err == nil {
			d.given[field.Name] = raw
		}
	}
	d.Checked = d.Check(d.given)
	return d
}

func lineEnds(typed []string) string { return plainLines(strings.Join(typed, "\n")) }

// rendered reports whether a field was on the page that sent the form. A page of a form
// whose fields don't depend on one another has all of them.
func (d filled) rendered(field api.Field) bool {
	list, depends := d.in["shown"]
	return !depends || slices.Contains(strings.Split(strings.Join(list, " "), " "), field.Name)
}

// on reports whether the page shows a field. One that depends on a wrong value stays,
// if the page had it.
func (d filled) on(field api.Field) bool {
	if d.Shows(field.Name) {
		return true
	}
	return !d.Hides(field.Name) && d.sent && d.in.Has("shown") && d.rendered(field)
}

// names are the names of the fields on the page, with a space between them.
func (d filled) names() string {
	var names []string
	for _, field := range d.Fields {
		if d.on(field) {
			names = append(names, field.Name)
		}
	}
	return strings.Join(names, " ")
}

// copied returns what a field shows if nothing is typed: the value of another field, or
// its default.
func (d filled) copied(field api.Field) []string {
	raw := field.Default
	if from := d.Values[field.DefaultFrom]; field.DefaultFrom != "" && from != nil {
		raw = fields.Sent(from)
	}
	typed := typedOf(raw)
	if field.Type == api.FieldDuration && len(field.Allowed) == 0 && len(typed) == 1 && typed[0] != "" {
		return []string{typed[0] + "s"}
	}
	return typed
}

// others are the values that the options of a field depend on, as JSON; "" without such.
func (d filled) others(field api.Field) string {
	if len(field.DependsOn) == 0 {
		return ""
	}
	others := d.Asked(field)
	for name, value := range others {
		others[name] = fields.Sent(value)
	}
	raw, err := json.Marshal(others)
	if err != nil {
		return ""
	}
	return string(raw)
}

// waits returns the label of the first field that must be filled in before the options of
// another are known; "" if none.
func (d filled) waits(field api.Field) string {
	for _, name := range field.DependsOn {
		source, there := d.Field(name)
		if there && source.Required && d.on(source) && d.Values[name] == nil {
			return input{Field: source}.Head()
		}
	}
	return ""
}

// changed returns the labels of the fields that the sender has not seen as they are now:
// that were not on the page, or whose value or options come from a field that was changed
// since. Such a form is shown again before it is sent.
func (d filled) changed() []string {
	if !d.in.Has("shown") {
		return nil
	}
	var labels []string
	for _, field := range d.Fields {
		if !d.on(field) {
			continue
		}
		stale := d.copies[field.Name] && lineEnds(d.copied(field)) != plainLines(d.in.Get("d."+field.Name)) ||
			len(field.DependsOn) > 0 && d.in.Get("p."+field.Name) != d.others(field)
		if stale || !d.rendered(field) {
			labels = append(labels, input{Field: field}.Head())
		}
	}
	return labels
}

// values are what the form sends of its fields.
func (d filled) values() map[string]any {
	out := map[string]any{}
	for _, field := range d.Fields {
		if d.Hides(field.Name) || d.given[field.Name] == nil || !d.sent {
			continue
		}
		if v := valueOf(field, d.in[fieldKey(field)]); v != nil {
			out[field.Name] = v
		}
	}
	return out
}
