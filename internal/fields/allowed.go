package fields

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// checkAllowed checks that a value, or each item of a list, is one of the
// allowed values. canonical is as [Form.convert] returns it.
func (f Form) checkAllowed(field Field, canonical json.RawMessage) (wrong string) {
	item := itemOf(field)
	values := []json.RawMessage{canonical}
	if field.Type == Strings {
		// A list of its own: encoding/json would write the items into canonical's memory.
		values = nil
		if err := json.Unmarshal(canonical, &values); err != nil {
			return "must be " + expected(field)
		}
	}
	allowed := make([]json.RawMessage, 0, len(field.Allowed))
	for _, a := range field.Allowed {
		if a, _, wrong := f.convert(item, a); wrong == "" {
			allowed = append(allowed, a)
		}
	}
	for i, v := range values {
		if containsJSON(allowed, v) {
			continue
		}
		names := make([]string, len(field.Allowed))
		for i, a := range field.Allowed {
			names[i] = plain(a)
		}
		if field.Type == Strings {
			return fmt.Sprintf("item %d: %s", i, MustBeOneOf(names))
		}
		return MustBeOneOf(names)
	}
	return ""
}

func containsJSON(list []json.RawMessage, v json.RawMessage) bool {
	for _, item := range list {
		if bytes.Equal(item, v) {
			return true
		}
	}
	return false
}

// plain returns a string's text and any other value's JSON.
func plain(value json.RawMessage) string {
	if s, ok := readString(value); ok {
		return s
	}
	return string(value)
}

// maxNamed bounds how many values a message names.
const maxNamed = 10

// MustBeOneOf says which values are allowed. It names the first few of a long list, each
// cut, so that a mistake among 1,000 targets is not answered with all of them.
func MustBeOneOf(values []string) string {
	named := make([]string, 0, maxNamed)
	for _, v := range values[:min(len(values), maxNamed)] {
		named = append(named, clip(v))
	}
	list := strings.Join(named, ", ")
	if more := len(values) - len(named); more > 0 {
		list += fmt.Sprintf(" or %d more", more)
	}
	return "must be one of " + list
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
