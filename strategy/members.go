package strategy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// readMembers reads an object by its members. encoding/json alone would take the
// last of two members with one name, and replace invalid UTF-8.
func readMembers(raw []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("must be UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("must be a JSON object: %w", err)
		}
		name, _ := token.(string) // a member's name always is one
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("member %q appears twice", clip(name, 100))
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", clip(name, 100), err)
		}
		members[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("must be a JSON object: %w", err)
	}
	if d.More() {
		return nil, errors.New("must be one JSON object")
	}
	if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("must be one JSON object")
	}
	return members, nil
}

// present reports whether a member has a value other than null.
func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// maxText is how many characters a text that people read may have.
const maxText = 2000

// checkText checks a text that people read.
func checkText(s string) error {
	if n := utf8.RuneCountInString(s); n > maxText {
		return fmt.Errorf("must have at most %d characters, got %d", maxText, n)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return fmt.Errorf("must have no control character, got %U", r)
		}
	}
	return nil
}

// text makes a text fit for people: control characters become spaces, and what is
// too long is cut.
func text(s string) string {
	clean := []rune(s)
	for i, r := range clean {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			clean[i] = ' '
		}
	}
	return clip(string(clean), maxText)
}

// clip cuts a text to at most so many characters.
func clip(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
