package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Chosen is a value that a requester chose among the options that hooks have for
// a field.
type Chosen struct {
	Field Field
	Value string
	// where it is, for a sentence: "" or an item of a list.
	where string
}

// Chosen returns the values of the fields that have options, each once. The fields have
// passed Check.
func (f *Flow) Chosen(fields map[string]json.RawMessage) []Chosen {
	var all []Chosen
	for _, field := range f.Fields {
		raw, given := fields[field.Name]
		if !field.Prefetch || !given {
			continue
		}
		var one string
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			_ = json.Unmarshal(raw, &one) // of a checked field: a text unless it is a list
			all = append(all, Chosen{field, one, ""})
			continue
		}
		for i, value := range list {
			if !slices.Contains(list[:i], value) {
				all = append(all, Chosen{field, value, fmt.Sprintf("item %d: ", i)})
			}
		}
	}
	return all
}

// Possible reports whether the value could be an option at all.
func (c Chosen) Possible() bool {
	return c.Value != "" && utf8.RuneCountInString(c.Value) <= hookapi.MaxOption
}

// Question asks hooks whether the value is an option, for a requester who chose
// the other fields too.
func (c Chosen) Question(requester run.Person, fields map[string]json.RawMessage) hookapi.OptionsInvocation {
	others := maps.Clone(fields)
	delete(others, c.Field.Name)
	return hookapi.CheckOption(c.Field.Name, c.Value, hookapi.OptionsRun{Requester: requester, Fields: others})
}

// Among returns the label of the option that the value is; false if it is none. It
// ignores the case of an e-mail, which the field keeps in lower case.
func (c Chosen) Among(options []run.Option) (label string, is bool) {
	i := slices.IndexFunc(options, func(o run.Option) bool {
		return o.Value == c.Value || c.Field.Type == User && email.Equal(o.Value, c.Value)
	})
	if i < 0 {
		return "", false
	}
	return options[i].Label, true
}

// maxLabels bounds the labels that a request keeps, in bytes.
const maxLabels = 4 << 10

// Labels returns the labels of chosen options, as a request keeps them: by field and
// value, without those that say no more than the value. Those that don't fit are left
// out; the value is shown then.
func Labels(values []Chosen, labels []string) map[string]map[string]string {
	var kept map[string]map[string]string
	room := maxLabels
	for i, c := range values {
		label := labels[i]
		size := len(c.Field.Name) + len(c.Value) + len(label)
		if label == "" || label == c.Value || size > room {
			continue
		}
		room -= size
		if kept == nil {
			kept = map[string]map[string]string{}
		}
		if kept[c.Field.Name] == nil {
			kept[c.Field.Name] = map[string]string{}
		}
		kept[c.Field.Name][c.Value] = label
	}
	return kept
}

// Wrong says that the value is none of the options.
func (c Chosen) Wrong() FieldError {
	return FieldError{Field: "fields." + c.Field.Name, Detail: c.where + "it is not among the options that there are for you"}
}
