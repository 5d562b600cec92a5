package hook

import (
	"encoding/json"
	"time"
)

// Fields are the values of a request. Each accessor gives the zero value for a
// field that is absent, withheld or of another type; Lookup tells.
type Fields struct{ values map[string]json.RawMessage }

// Target is a target that access is asked for.
type Target struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Settings are the target's settings in flows.yaml.
	Settings Vars `json:"settings"`
}

// Lookup gives the JSON of a field; false if it is absent or withheld.
func (f Fields) Lookup(name string) (json.RawMessage, bool) {
	v, ok := f.values[name]
	return v, ok
}

// MarshalJSON gives all fields that were given and are not withheld, as they are
// in what a hook is asked.
func (f Fields) MarshalJSON() ([]byte, error) {
	if f.values == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(f.values)
}

func get[T any](values map[string]json.RawMessage, name string) T {
	var v, zero T
	if raw, ok := values[name]; !ok || json.Unmarshal(raw, &v) != nil {
		return zero
	}
	return v
}

// String gives a string, text or user field.
func (f Fields) String(name string) string { return get[string](f.values, name) }

// Int gives an int field.
func (f Fields) Int(name string) int64 { return get[int64](f.values, name) }

// Bool gives a bool field.
func (f Fields) Bool(name string) bool { return get[bool](f.values, name) }

// Duration gives a duration field.
func (f Fields) Duration(name string) time.Duration {
	return time.Duration(get[int64](f.values, name)) * time.Second
}

// Target gives a target field.
func (f Fields) Target(name string) Target { return get[Target](f.values, name) }

// Strings gives a field that is a list of strings.
func (f Fields) Strings(name string) []string { return get[[]string](f.values, name) }

// Vars are settings of flows.yaml. Each accessor gives the zero value for one
// that is absent or of another type; Lookup tells.
type Vars map[string]json.RawMessage

// Lookup gives the JSON of a setting; false if it is absent.
func (v Vars) Lookup(name string) (json.RawMessage, bool) {
	raw, ok := v[name]
	return raw, ok
}

// String gives a setting that is a string.
func (v Vars) String(name string) string { return get[string](v, name) }

// Int gives a setting that is a whole number.
func (v Vars) Int(name string) int64 { return get[int64](v, name) }

// Bool gives a setting that is true or false.
func (v Vars) Bool(name string) bool { return get[bool](v, name) }

// Strings gives a setting that is a list of strings.
func (v Vars) Strings(name string) []string { return get[[]string](v, name) }
