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

// Among reports whether the value is one of the options. It ignores the case of an
// e-mail, which the field keeps in lower case.
func (c Chosen) Among(options []run.Option) bool {
	return slices.ContainsFunc(options, func(o run.Option) bool {
		return o.Value == c.Value || c.Field.Type == User && email.Equal(o.Value, c.Value)
	})
}

// Wrong says that the value is none of the options.
func (c Chosen) Wrong() FieldError {
	return FieldError{Field: "fields." + c.Field.Name, Detail: c.where + "it is not among the options that there are for you"}
}
