package flow

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Show adds to the view of a run what people read of it: the labels of today's flow
// and its fields, values as text, and the names of people. A flow that is gone has the
// label of the run; a nil file knows no labels.
func (f *File) Show(v *api.Request, r *run.Run) {
	label := r.Flow.Label
	var fields []Field
	if f != nil {
		if now, there := f.Find(v.Flow); there {
			label, fields = orName(now.Label, label), now.Fields
		}
		f.Directory.nameSeats(v)
	}
	v.FlowLabel, v.FieldsShown, v.WithheldShown = orName(label, v.Flow), []api.FieldShown{}, withheldShown(v.Withheld, fields)
	show := func(name, label, kind string) {
		if raw, there := v.Fields[name]; there {
			v.FieldsShown = append(v.FieldsShown, shownField(name, label, kind, raw, r.Chosen[name]))
		}
	}
	for _, field := range fields {
		show(field.Name, field.Label, field.Type)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Fields)) { // of before the flow changed
		if !slices.ContainsFunc(fields, func(field Field) bool { return field.Name == name }) {
			show(name, "", "")
		}
	}
	v.Title = v.FlowLabel
	if i := slices.IndexFunc(v.FieldsShown, func(s api.FieldShown) bool { return s.Type == TargetOf }); i >= 0 {
		v.Title = v.FieldsShown[i].Shown
	}
}

// withheldShown names sensitive fields as the flow's fields do, in their order. A field that
// is gone has its name alone.
func withheldShown(names []string, fields []Field) (shown []api.FieldName) {
	order := func(name string) int {
		if i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name }); i >= 0 {
			return i
		}
		return len(fields)
	}
	for _, name := range names {
		f := api.FieldName{Name: name, Label: name}
		if i := order(name); i < len(fields) {
			f.Label = orName(fields[i].Label, name)
		}
		shown = append(shown, f)
	}
	slices.SortStableFunc(shown, func(a, b api.FieldName) int { return cmp.Compare(order(a.Name), order(b.Name)) })
	return shown
}

// shownField is a field as people read it; chosen are the labels of options by value. A
// value that is not of its field's type any more is shown by what it is.
func shownField(name, label, kind string, raw json.RawMessage, chosen map[string]string) api.FieldShown {
	s := api.FieldShown{Name: name, Label: orName(label, name), Type: kind, Value: raw, Shown: string(raw)}
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return s
	}
	switch value := value.(type) {
	case string:
		s.Type, s.Shown = orName(s.Type, String), orName(chosen[value], value)
	case bool:
		s.Type, s.Shown = orName(s.Type, Bool), map[bool]string{true: "yes", false: "no"}[value]
	case float64:
		s.Type = orName(s.Type, Int)
		if s.Type == Duration {
			s.Shown = spelled(time.Duration(value) * time.Second)
		}
	case []any:
		s.Type = orName(s.Type, Strings)
		items := make([]string, 0, len(value))
		for _, item := range value {
			if text, is := item.(string); is {
				items = append(items, orName(chosen[text], text))
			}
		}
		s.Shown = strings.Join(items, ", ")
	case map[string]any:
		id, _ := value["id"].(string)
		label, _ := value["label"].(string)
		s.Type, s.Shown = TargetOf, orName(label, id)
		if encoded, err := json.Marshal(id); err == nil {
			s.Value = encoded
		}
	}
	return s
}

// nameSeats adds the directory's names to the people who fill or could fill a
// requirement.
func (d Directory) nameSeats(v *api.Request) {
	if v.Review == nil {
		return
	}
	for i := range v.Review.Seats {
		seat := &v.Review.Seats[i]
		for _, people := range [][]api.Person{seat.FilledBy, seat.People} {
			for j := range people {
				if p := &people[j]; p.Name == "" && p.Email != "" {
					p.Name = d.nameOf(p.Email)
				}
			}
		}
	}
}

// nameOf returns the name of the person of an address, "" if the directory has none.
func (d Directory) nameOf(address string) string {
	for _, e := range d.People {
		if e.Name != "" && e.is(email.Fold(address)) {
			return e.Name
		}
	}
	return ""
}

// spelled is a duration as flows.yaml has it: 30m, 1h30m.
func spelled(d time.Duration) string {
	s := d.String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

func orName(label, name string) string {
	if label == "" {
		return name
	}
	return label
}
