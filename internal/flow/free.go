package flow

import (
	"encoding/json"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// maxSettings bounds one block of free-form values, in bytes of JSON: a run
// keeps it, and hooks are sent it.
const maxSettings = 16 << 10

// settings reads a mapping of anything that JSON can say.
func (r *reader) settings(n *yaml.Node, path string, into *map[string]any) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping, got %s", describe(n))
		return
	}
	value, ok := r.free(n, path)
	if !ok {
		return
	}
	if size := len(jsonOf(value)); size > maxSettings {
		r.fail(n, path, "must be at most %d bytes, got %d", maxSettings, size)
		return
	}
	*into = value.(map[string]any)
}

// json returns a node's value as JSON.
func (r *reader) json(n *yaml.Node, path string) (json.RawMessage, bool) {
	value, ok := r.free(n, path)
	if !ok {
		return nil, false
	}
	return jsonOf(value), true
}

// free reads a value of no fixed shape. It is what encoding/json would decode
// from the same value in JSON, so that it reads back the same from a stored
// run. Where YAML would turn a text into something else in silence (012 into
// 10, a date into a time), it is a mistake, or stays the text it is.
func (r *reader) free(n *yaml.Node, path string) (any, bool) {
	n = resolve(n)
	switch n.Kind {
	case yaml.MappingNode:
		return r.freeMapping(n, path)
	case yaml.SequenceNode:
		list, sound := make([]any, 0, len(n.Content)), true
		r.items(n, path, func(item *yaml.Node, at string) {
			value, ok := r.free(item, at)
			list, sound = append(list, value), sound && ok
		})
		return list, sound
	}
	switch n.Tag {
	case "!!str", "!!timestamp":
		return n.Value, true
	case "!!null":
		return nil, true
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b, true
		}
	case "!!int":
		if i, ok := decimal(n); ok {
			return float64(i), true
		}
		return r.notANumber(n, path)
	case "!!float":
		if x, err := strconv.ParseFloat(n.Value, 64); err == nil && json.Valid([]byte(n.Value)) {
			return x, true
		}
		return r.notANumber(n, path)
	}
	r.fail(n, path, "must be a value of JSON, got %s", describe(n))
	return nil, false
}

func (r *reader) notANumber(n *yaml.Node, path string) (any, bool) {
	r.fail(n, path, "must be a number as JSON writes it, whole ones within ±2^53, got %s; put it in quotes to keep it as a text", describe(n))
	return nil, false
}

func (r *reader) freeMapping(n *yaml.Node, path string) (any, bool) {
	m, sound := make(map[string]any, len(n.Content)/2), true
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		if key.Kind != yaml.ScalarNode || key.Tag != "!!str" {
			r.fail(n.Content[i], path, "a key must be a text, got %s; put it in quotes", describe(key))
			sound = false
			continue
		}
		at := join(path, key.Value)
		if _, twice := m[key.Value]; twice {
			r.fail(n.Content[i], at, "appears twice")
			sound = false
			continue
		}
		value, ok := r.free(n.Content[i+1], at)
		m[key.Value], sound = value, sound && ok
	}
	return m, sound
}

// decimal reads a whole number that a double holds exactly (RFC 8259,
// section 6), written the way JSON writes it: 012 is ten to YAML 1.1 and twelve
// to whoever pasted an account number.
func decimal(n *yaml.Node) (int64, bool) {
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || i > fields.MaxInt || i < -fields.MaxInt || strconv.FormatInt(i, 10) != n.Value {
		return 0, false
	}
	return i, true
}

// jsonOf is for values that JSON can always say.
func jsonOf(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("flow: %T as JSON: %v", v, err))
	}
	return raw
}
