package fields

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// The limits on values.
const (
	maxText  = 4000 // characters of a string or text
	maxItems = 100  // of a list
	MaxInt   = 1 << 53
)

// CheckValue checks one value; it returns the value as it is kept, or what is
// wrong with it.
func (f Form) CheckValue(field Field, value json.RawMessage) (canonical json.RawMessage, wrong string) {
	canonical, length, wrong := f.convert(field, value)
	if wrong != "" {
		return nil, wrong
	}
	if len(field.Allowed) > 0 {
		if wrong := f.checkAllowed(field, canonical); wrong != "" {
			return nil, wrong
		}
	}
	switch {
	case field.Min != nil && length < *field.Min:
		return nil, bound(field, "at least", *field.Min)
	case field.Max != nil && length > *field.Max:
		return nil, bound(field, "at most", *field.Max)
	}
	return canonical, ""
}

// CheckItem checks a value that a field can have or, of a list, an item of it. The other
// rules of the field count only if it lists what is allowed.
func (f Form) CheckItem(field Field, value json.RawMessage) (canonical json.RawMessage, wrong string) {
	item := itemOf(field)
	item.Allowed = field.Allowed
	return f.CheckValue(item, value)
}

// convert returns a value of the field's type, and the number that its min and max bound:
// the value itself, seconds, characters or items.
func (f Form) convert(field Field, value json.RawMessage) (canonical json.RawMessage, length int64, wrong string) {
	expected := "must be " + expected(field)
	switch field.Type {
	case Int:
		n, ok := strictjson.WholeNumber(value)
		if !ok {
			return nil, 0, expected
		}
		return jsonOf(n), n, ""
	case Bool:
		if s := string(value); s == "true" || s == "false" {
			return value, 0, ""
		}
		return nil, 0, expected
	case Duration:
		seconds, ok := strictjson.WholeNumber(value)
		if !ok {
			s, ok := readString(value)
			if !ok {
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
		list, wrong := readStrings(value)
		switch {
		case wrong != "":
			return nil, 0, wrong
		case list == nil:
			return nil, 0, expected
		case field.Required && !slices.ContainsFunc(list, func(s string) bool { return !text.Blank(s) }):
			return nil, 0, "it is required, and empty"
		}
		return jsonOf(list), int64(len(list)), ""
	}
	s, ok := readString(value)
	if !ok {
		return nil, 0, expected
	}
	n := utf8.RuneCountInString(s)
	if n > maxText {
		return nil, 0, fmt.Sprintf("must have at most %d characters, got %d", maxText, n)
	}
	switch field.Type {
	case TargetOf:
		for _, t := range f.Targets {
			if t.ID == s {
				return jsonOf(t), 0, ""
			}
		}
		return nil, 0, MustBeOneOf(f.targetIDs())
	case User:
		if !email.Plain(s) || text.CheckLine(s, maxText) != nil {
			return nil, 0, expected
		}
		return jsonOf(email.Fold(s)), 0, ""
	case String:
		if err := text.CheckLine(s, maxText); err != nil {
			return nil, 0, err.Error()
		}
	case Text:
		if err := text.CheckLines(s, maxText); err != nil {
			return nil, 0, err.Error()
		}
	}
	if field.Required && text.Blank(s) {
		return nil, 0, "it is required, and empty"
	}
	if field.Pattern != "" {
		if re, err := regexp.Compile(field.Pattern); err != nil || !re.MatchString(s) {
			return nil, 0, "must be a text that matches " + field.Pattern
		}
	}
	return jsonOf(s), int64(n), ""
}

// readString reads a JSON string, and nothing else: encoding/json would take
// null for an empty one.
func readString(value json.RawMessage) (string, bool) {
	var s string
	if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &s) != nil {
		return "", false
	}
	return s, true
}

// readStrings reads a list of strings; nil if it is none.
func readStrings(value json.RawMessage) (list []string, wrong string) {
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil || items == nil {
		return nil, ""
	}
	if len(items) > maxItems {
		return nil, fmt.Sprintf("must have at most %d items, got %d", maxItems, len(items))
	}
	list = make([]string, len(items))
	for i, item := range items {
		s, ok := readString(item)
		if !ok {
			return nil, ""
		}
		if err := text.CheckLine(s, maxText); err != nil {
			return nil, fmt.Sprintf("item %d: %v", i, err)
		}
		list[i] = s
	}
	return list, ""
}

// expected names the type of a field, for a sentence.
func expected(field Field) string {
	switch field.Type {
	case Int:
		return "a whole number"
	case Bool:
		return "true or false"
	case Duration:
		return "a duration, in seconds or as 30m"
	case TargetOf:
		return "the id of a target"
	case User:
		return "an e-mail"
	case Strings:
		return "a list of strings"
	}
	return "a string"
}

// bound returns the mistake of a value beyond the field's min or max.
func bound(field Field, limit string, n int64) string {
	switch field.Type {
	case Int:
		return fmt.Sprintf("must be %s %d", limit, n)
	case Duration:
		return fmt.Sprintf("must be %s %s", limit, text.Count(int(n), "second"))
	case Strings:
		return fmt.Sprintf("must have %s %s", limit, text.Count(int(n), "item"))
	}
	return fmt.Sprintf("must have %s %s", limit, text.Count(int(n), "character"))
}

// itemOf returns a field that takes one item of a list, or the field's own values, without
// its other rules.
func itemOf(d Field) Field {
	item := Field{Name: d.Name, Type: d.Type}
	if d.Type == Strings {
		item.Type = String
	}
	return item
}

func (f Form) targetIDs() []string {
	ids := make([]string, len(f.Targets))
	for i, t := range f.Targets {
		ids[i] = t.ID
	}
	return ids
}

// jsonOf is for values that JSON can always say.
func jsonOf(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("fields: %T as JSON: %v", v, err))
	}
	return raw
}
