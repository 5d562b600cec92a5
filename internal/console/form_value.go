package console

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// valueOf returns what a form says of a field as the API takes it, and nil for nothing.
// What is not of the field's type goes as it was typed: the API says what is wrong. A
// field with a default that was emptied is sent as empty, where it can be: otherwise the
// default would come back unseen.
func valueOf(f api.Field, typed []string) any {
	switch f.Type {
	case api.FieldBool:
		return slices.Contains(typed, "true")
	case api.FieldStrings:
		list := linesOf(typed)
		if len(list) == 0 && len(f.Default) == 0 {
			return nil
		}
		return list
	}
	v := ""
	if len(typed) > 0 {
		v = typed[0]
	}
	switch f.Type {
	case api.FieldString, api.FieldText:
		if f.Type == api.FieldText {
			v = plainLines(v)
		}
		if v == "" && len(f.Default) == 0 {
			return nil
		}
		return v
	case api.FieldInt:
		v = strings.TrimSpace(v)
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
	case api.FieldDuration:
		v = strings.ReplaceAll(v, " ", "")
		if n, err := strconv.Atoi(v); err == nil && len(f.Allowed) > 0 {
			return n // a choice, in seconds
		}
	default:
		v = strings.TrimSpace(v)
	}
	if v == "" {
		return nil
	}
	return v
}

// linesOf returns the lines that are not blank.
func linesOf(typed []string) []string {
	list := []string{}
	for _, v := range typed {
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
	}
	return list
}

// plainLines returns a text with the line ends that it was typed with; forms send others.
func plainLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// typedOf returns how a value of the API is typed.
func typedOf(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []string{text}
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return []string{string(raw)}
}
