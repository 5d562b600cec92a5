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
	f := walk(d, 0)
	if f == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			f = &flaw{detail: "one JSON value was expected"}
		} else if halfPair(raw) {
			f = &flaw{detail: `it holds half of a surrogate pair, such as \ud800, which is no character`}
		}
	}
	switch {
	case f == nil:
		return nil
	case f.whole || f.path == "":
		return &flow.FieldError{Field: "body", Detail: f.detail}
	}
	return &flow.FieldError{Field: strings.TrimPrefix(f.path, "."), Detail: f.detail}
}

// flaw is something wrong with JSON, and where: its path is put together on the
// way back, so that it costs nothing while all is well.
type flaw struct {
	path, detail string
	// whole marks what is wrong with the text, wherever it was noticed.
	whole bool
}

func (f *flaw) in(segment string) *flaw {
	f.path = segment + f.path
	return f
}

func walk(d *json.Decoder, depth int) *flaw {
	if depth > maxDepth {
		return &flaw{detail: fmt.Sprintf("it is nested more than %d deep", maxDepth)}
	}
	token, err := d.Token()
	if err != nil {
		return noJSON(err)
	}
	switch token := token.(type) {
	case json.Number:
		if _, err := token.Float64(); err != nil {
			return &flaw{detail: "the number is beyond a double"}
		}
		return nil
	case json.Delim:
		var f *flaw
		if token == '{' {
			f = walkMembers(d, depth)
		} else {
			for i := 0; d.More() && f == nil; i++ {
				if f = walk(d, depth+1); f != nil {
					f.in("[" + strconv.Itoa(i) + "]")
				}
			}
		}
		if f != nil {
			return f
		}
		if _, err := d.Token(); err != nil {
			return noJSON(err)
		}
	}
	return nil
}

func walkMembers(d *json.Decoder, depth int) *flaw {
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return noJSON(err)
		}
		name, _ := key.(string)
		if seen[name] {
			return (&flaw{detail: "it is there twice"}).in("." + Clip(name))
		}
		seen[name] = true
		if f := walk(d, depth+1); f != nil {
			return f.in("." + Clip(name))
		}
	}
	return nil
}

func noJSON(err error) *flaw {
	return &flaw{whole: true, detail: "JSON was expected: " + strings.TrimPrefix(err.Error(), "json: ")}
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
