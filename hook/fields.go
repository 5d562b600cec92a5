package hook

import (
	"encoding/json"
	"time"
)

// Fields are the values of a request. Each accessor returns the zero value for a
// field that is absent, withheld or of another type; Lookup reports which.
//
// Reading a name that the flow does not declare in flows.yaml fails the hook.
type Fields struct {
	values map[string]json.RawMessage
	names  names
}

// Target is what access is requested to.
type Target struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Settings are the target's settings in flows.yaml. Targets differ in what
	// they set, so any name may be read.
	Settings Vars `json:"settings"`
}

// Lookup returns the JSON of a field; false if it is absent or withheld.
func (f Fields) Lookup(name string) (json.RawMessage, bool) {
	f.names.check(name)
	v, ok := f.values[name]
	return v, ok
}

// MarshalJSON returns all fields that were given and are not withheld, as they
// are in the hook event.
func (f Fields) MarshalJSON() ([]byte, error) { return marshalValues(f.values) }

func marshalValues(values map[string]json.RawMessage) ([]byte, error) {
	if values == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(values)
}

func get[T any](values map[string]json.RawMessage, name string) T {
	var v, zero T
	if raw, ok := values[name]; !ok || json.Unmarshal(raw, &v) != nil {
		return zero
	}
	return v
}

func field[T any](f Fields, name string) T {
	f.names.check(name)
	return get[T](f.values, name)
}

// String returns a string, text or user field.
func (f Fields) String(name string) string { return field[string](f, name) }

// Int returns an int field.
func (f Fields) Int(name string) int64 { return field[int64](f, name) }

// Bool returns a bool field.
func (f Fields) Bool(name string) bool { return field[bool](f, name) }

// Duration returns a duration field.
func (f Fields) Duration(name string) time.Duration {
	return time.Duration(field[int64](f, name)) * time.Second
}

// Target returns a target field.
func (f Fields) Target(name string) Target { return field[Target](f, name) }

// Strings returns a field that is a list of strings.
func (f Fields) Strings(name string) []string { return field[[]string](f, name) }
