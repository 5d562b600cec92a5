package flow

import (
	"bytes"
	"encoding/json"
	"strings"
)

// checkAllowed checks that a value, or each item of a list, is among the
// allowed ones.
func (field Field) checkAllowed(canonical json.RawMessage) (wrong string) {
	values := []json.RawMessage{canonical}
	if field.Type == Strings {
		_ = json.Unmarshal(canonical, &values)
	}
	for _, v := range values {
		if !field.allows(v) {
			var names []string
			for _, a := range field.Allowed {
				names = append(names, strings.Trim(string(a), `"`))
			}
			return "one of " + strings.Join(names, ", ") + " was expected"
		}
	}
	return ""
}

func (field Field) allows(v json.RawMessage) bool {
	for _, a := range field.Allowed {
		if field.Type == TargetOf {
			var t Target
			var id string
			if json.Unmarshal(v, &t) == nil && json.Unmarshal(a, &id) == nil && t.ID == id {
				return true
			}
		}
		if field.Type == Duration {
			var s string
			if json.Unmarshal(a, &s) == nil {
				if n, err := ParseDuration(s); err == nil {
					a = jsonOf(n)
				}
			}
		}
		if bytes.Equal(a, v) {
			return true
		}
	}
	return false
}
