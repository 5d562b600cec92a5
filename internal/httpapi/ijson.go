package httpapi

import (
	"strconv"
	"unicode/utf16"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// checkJSON refuses what encoding/json lets pass but I-JSON (RFC 7493) doesn't:
// what [strictjson.Check] does, and halves of surrogate pairs. It returns
// nil if raw, which is UTF-8, is valid.
func checkJSON(raw []byte) *flow.FieldError {
	f := strictjson.Check(raw)
	switch {
	case f == nil && halfPair(raw):
		return &flow.FieldError{Field: "body", Detail: `must not contain half of a surrogate pair, such as \ud800`}
	case f == nil:
		return nil
	case f.Path == "":
		return &flow.FieldError{Field: "body", Detail: f.Detail}
	}
	return &flow.FieldError{Field: f.Path, Pointer: fragment(f.Pointer), Detail: f.Detail}
}

// halfPair reports whether a string of valid JSON escapes half of a surrogate pair
// alone (RFC 8259, section 8.2).
func halfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, ok := escaped(raw[i:])
		if !ok { // of another kind: the backslash and one character
			i++
			continue
		}
		i += 5
		if utf16.IsSurrogate(first) {
			second, _ := escaped(raw[i+1:])
			if utf16.DecodeRune(first, second) == '\uFFFD' {
				return true
			}
			i += 6
		}
	}
	return false
}

// escaped reads the \uXXXX that b starts with.
func escaped(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}
