// Package fields is the form of a request: the values that its fields take, and which
// fields are shown for which values of the others. The API, the console, Slack and the
// command line evaluate a form by it, so that they agree.
package fields

import (
	"encoding/json"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Field is a field of a form, as GET /flows shows it.
type Field = api.Field

// The types of fields.
const (
	String   = api.FieldString
	Text     = api.FieldText
	Int      = api.FieldInt
	Bool     = api.FieldBool
	Duration = api.FieldDuration
	TargetOf = api.FieldTarget
	User     = api.FieldUser
	Strings  = api.FieldStrings
)

// Target is what access is requested to.
type Target struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Settings are for hooks and strategies; no response shows them.
	Settings map[string]any `json:"settings,omitempty"`
}

// Form is the fields of a flow, and the targets that fields of that type take.
type Form struct {
	Fields  []Field
	Targets []Target
}

// Of returns the form of a flow as GET /flows shows it.
func Of(f api.Flow) Form {
	out := Form{Fields: f.Fields}
	for _, t := range f.Targets {
		out.Targets = append(out.Targets, Target{ID: t.ID, Label: t.Label})
	}
	return out
}

// Field returns the field of a name; false if the form has none.
func (f Form) Field(name string) (Field, bool) {
	i := slices.IndexFunc(f.Fields, func(d Field) bool { return d.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return f.Fields[i], true
}

// Absent reports whether a value counts as none: it is missing, or null.
func Absent(value json.RawMessage) bool { return len(value) == 0 || string(value) == "null" }
