package hook

import "encoding/json"

// Vars are settings of flows.yaml. Each accessor returns the zero value for one
// that is absent or of another type; Lookup reports which.
//
// Reading a var that the flow does not declare fails the hook.
type Vars struct {
	values map[string]json.RawMessage
	names  names
}

// Lookup returns the JSON of a setting; false if it is absent.
func (v Vars) Lookup(name string) (json.RawMessage, bool) {
	v.names.check(name)
	raw, ok := v.values[name]
	return raw, ok
}

// MarshalJSON returns all settings.
func (v Vars) MarshalJSON() ([]byte, error) { return marshalValues(v.values) }

// UnmarshalJSON reads settings from a JSON object.
func (v *Vars) UnmarshalJSON(raw []byte) error {
	*v = Vars{}
	return json.Unmarshal(raw, &v.values)
}

func setting[T any](v Vars, name string) T {
	v.names.check(name)
	return get[T](v.values, name)
}

// String returns a setting that is a string.
func (v Vars) String(name string) string { return setting[string](v, name) }

// Int returns a setting that is a whole number.
func (v Vars) Int(name string) int64 { return setting[int64](v, name) }

// Bool returns a setting that is true or false.
func (v Vars) Bool(name string) bool { return setting[bool](v, name) }

// Strings returns a setting that is a list of strings.
func (v Vars) Strings(name string) []string { return setting[[]string](v, name) }
