package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// maxDepth bounds how deep JSON may be nested.
const maxDepth = 64

// checkJSON refuses what encoding/json lets pass but I-JSON (RFC 7493) doesn't,
// since its readers differ on it: members that are there twice, numbers beyond a
// double, halves of surrogate pairs; also nesting without end. It gives what is
// wrong, nil if all is well. raw is UTF-8.
func checkJSON(raw []byte) *flow.FieldError {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if wrong := walk(d, "", 0); wrong != nil {
		return wrong
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &flow.FieldError{Field: "body", Detail: "one JSON value was expected"}
	}
	if halfPair(raw) {
		return &flow.FieldError{Field: "body", Detail: `it holds half of a surrogate pair, such as \ud800, which is no character`}
	}
	return nil
}

func walk(d *json.Decoder, path string, depth int) *flow.FieldError {
	wrong := func(detail string) *flow.FieldError {
		if path == "" {
			path = "body"
		}
		return &flow.FieldError{Field: path, Detail: detail}
	}
	if depth > maxDepth {
		return wrong(fmt.Sprintf("it is nested more than %d deep", maxDepth))
	}
	token, err := d.Token()
	if err != nil {
		return noJSON(err)
	}
	switch token := token.(type) {
	case json.Number:
		if _, err := token.Float64(); err != nil {
			return wrong("the number is beyond a double")
		}
		return nil
	case json.Delim:
		seen := map[string]bool{}
		for i := 0; d.More(); i++ {
			inner := path + "[" + strconv.Itoa(i) + "]"
			if token == '{' {
				key, err := d.Token()
				if err != nil {
					return noJSON(err)
				}
				name, _ := key.(string)
				inner = strings.TrimPrefix(path+"."+Clip(name), ".")
				if seen[name] {
					return &flow.FieldError{Field: inner, Detail: "it is there twice"}
				}
				seen[name] = true
			}
			if wrong := walk(d, inner, depth+1); wrong != nil {
				return wrong
			}
		}
		if _, err := d.Token(); err != nil {
			return noJSON(err)
		}
	}
	return nil
}

func noJSON(err error) *flow.FieldError {
	return &flow.FieldError{Field: "body", Detail: "JSON was expected: " + strings.TrimPrefix(err.Error(), "json: ")}
}

// halfPair tells whether a string of valid JSON escapes half of a surrogate pair
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

// Clip shortens a name that was sent, for an answer that names it.
func Clip(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}
