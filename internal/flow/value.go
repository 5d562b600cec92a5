package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The limits on values.
const (
	maxText  = 4000 // characters of a string or text
	maxItems = 100  // of a list
	maxInt   = 1 << 53
)

// checkValue checks one value; it returns the value as it is kept, or what is
// wrong with it.
func (f *Flow) checkValue(field Field, value json.RawMessage) (canonical json.RawMessage, wrong string) {
	canonical, length, wrong := f.convert(field, value)
	if wrong != "" {
		return nil, wrong
	}
	if len(field.Allowed) > 0 {
		if wrong := field.checkAllowed(canonical); wrong != "" {
			return nil, wrong
		}
	}
	switch {
	case field.Min != nil && length < *field.Min:
		return nil, fmt.Sprintf("%s of at least %d was expected", field.measure(), *field.Min)
	case field.Max != nil && length > *field.Max:
		return nil, fmt.Sprintf("%s of at most %d was expected", field.measure(), *field.Max)
	}
	return canonical, ""
}

// convert gives a value of the field's type, and what its min and max are
// about: the number itself, seconds, characters or items.
func (f *Flow) convert(field Field, value json.RawMessage) (canonical json.RawMessage, length int64, wrong string) {
	expected := field.expected() + " was expected"
	switch field.Type {
	case Int:
		n, ok := wholeNumber(value)
		if !ok {
			return nil, 0, expected
		}
		return jsonOf(n), n, ""
	case Bool:
		var b bool
		if json.Unmarshal(value, &b) != nil {
			return nil, 0, expected
		}
		return jsonOf(b), 0, ""
	case Duration:
		seconds, ok := wholeNumber(value)
		if !ok {
			var s string
			if json.Unmarshal(value, &s) != nil {
				return nil, 0, expected
			}
			n, err := ParseDuration(s)
			if err != nil {
				return nil, 0, err.Error()
			}
			seconds = int64(n)
		}
		if seconds < 0 {
			return nil, 0, expected
		}
		return jsonOf(seconds), seconds, ""
	case Strings:
		var list []string
		if json.Unmarshal(value, &list) != nil || list == nil {
			return nil, 0, expected
		}
		if len(list) > maxItems {
			return nil, 0, fmt.Sprintf("at most %d items were expected", maxItems)
		}
		for _, s := range list {
			if utf8.RuneCountInString(s) > maxText {
				return nil, 0, fmt.Sprintf("items of at most %d characters were expected", maxText)
			}
		}
		return jsonOf(list), int64(len(list)), ""
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil, 0, expected
	}
	n := utf8.RuneCountInString(s)
	if n > maxText {
		return nil, 0, fmt.Sprintf("at most %d characters were expected, not %d", maxText, n)
	}
	switch field.Type {
	case TargetOf:
		for _, t := range f.Targets {
			if t.ID == s {
				return jsonOf(t), 0, ""
			}
		}
		return nil, 0, "one of " + f.targetIDs() + " was expected"
	case User:
		if !email.MatchString(s) {
			return nil, 0, expected
		}
		return jsonOf(strings.ToLower(s)), 0, ""
	case String:
		if err := run.CheckText(s, maxText); err != nil {
			return nil, 0, err.Error()
		}
	}
	if field.Required && strings.TrimSpace(s) == "" {
		return nil, 0, "it is required, and empty"
	}
	if field.Pattern != "" {
		if re, err := regexp.Compile(field.Pattern); err != nil || !re.MatchString(s) {
			return nil, 0, "a text that matches " + field.Pattern + " was expected"
		}
	}
	return jsonOf(s), int64(n), ""
}

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

// expected names the type of a field, for a sentence.
func (field Field) expected() string {
	switch field.Type {
	case Int:
		return "a whole number"
	case Bool:
		return "true or false"
	case Duration:
		return "a duration, in seconds or as 30m,"
	case TargetOf:
		return "the id of a target"
	case User:
		return "an e-mail"
	case Strings:
		return "a list of strings"
	}
	return "a string"
}

func (field Field) measure() string {
	switch field.Type {
	case Int:
		return "a value"
	case Duration:
		return "a duration in seconds"
	case Strings:
		return "a number of items"
	}
	return "a number of characters"
}

func (f *Flow) targetIDs() string {
	var ids []string
	for _, t := range f.Targets {
		ids = append(ids, t.ID)
	}
	return strings.Join(ids, ", ")
}

// wholeNumber reads an integer that a double holds exactly (RFC 8259,
// section 6).
func wholeNumber(value json.RawMessage) (int64, bool) {
	var n json.Number
	if len(value) == 0 || value[0] == '"' || json.Unmarshal(value, &n) != nil {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil && i <= maxInt && i >= -maxInt
}

// jsonOf is for values that JSON can always say.
func jsonOf(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("flow: %T as JSON: %v", v, err))
	}
	return raw
}
