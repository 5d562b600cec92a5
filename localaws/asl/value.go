package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// decode reads JSON into plain values: integers as int64 where they fit, other
// numbers as float64, objects as map[string]any.
func decode(raw []byte) (any, error) {
	v, err := decodeOne(raw)
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// decodeOne reads the one JSON value that raw may hold, numbers as they are
// written.
func decodeOne(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	// Not d.More, which takes a bracket too many for the end of a list.
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			if i, err := v.Int64(); err == nil {
				return i
			}
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// encode writes a value as the service does: no HTML escapes.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		// Values come from JSON, so they go back to it.
		panic(fmt.Sprintf("asl: encode %T: %v", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// plainText writes a string as it is and other values as JSON.
func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(encode(v))
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// integer returns a number without a fraction.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		if i := int64(v); float64(i) == v {
			return i, true
		}
	}
	return 0, false
}

// equal compares values as JSON: 1 and 1.0 are the same.
func equal(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			other, there := b[k]
			if !there || !equal(a[k], other) {
				return false
			}
		}
		return true
	}
	return a == b
}
