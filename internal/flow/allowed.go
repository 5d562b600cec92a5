package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// checkAllowed checks that a value, or each item of a list, is one of the
// allowed values. canonical is as [Flow.convert] returns it.
func (f *Flow) checkAllowed(field Field, canonical json.RawMessage) (wrong string) {
	item := Field{Name: field.Name, Type: field.Type}
	values := []json.RawMessage{canonical}
	if field.Type == Strings {
		item.Type = String
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
			return fmt.Sprintf("item %d: %s", i, mustBeOneOf(names))
		}
		return mustBeOneOf(names)
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

// mustBeOneOf says which values are allowed. It names the first few of a long list, each
// cut, so that a mistake among 1,000 targets is not answered with all of them.
func mustBeOneOf(values []string) string {
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
