package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// The limits on what a field depends on.
const (
	maxConditions = 10
	maxDependsOn  = 10
)

// when reads the conditions of a field: by the name of another one a value, or a list of
// values.
func (r *reader) when(field *Field) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		r.places[path] = n
		if n.Kind != yaml.MappingNode {
			r.fail(n, path, "must be a mapping of fields to values, such as {urgency: [High]}, got %s", describe(n))
			return
		}
		if len(n.Content) == 0 {
			r.fail(n, path, "must name at least one field")
		}
		if len(n.Content)/2 > maxConditions {
			r.fail(n, path, "must name at most %d fields, got %d", maxConditions, len(n.Content)/2)
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := resolve(n.Content[i]), resolve(n.Content[i+1])
			at := join(path, clip(key.Value))
			switch {
			case key.Kind != yaml.ScalarNode || key.Tag != "!!str":
				r.fail(n.Content[i], path, "a key must be the name of a field, got %s", describe(key))
			case field.When[key.Value] != nil:
				r.fail(n.Content[i], at, "appears twice")
			default:
				r.places[at] = n.Content[i]
				if field.When == nil {
					field.When = map[string][]json.RawMessage{}
				}
				field.When[key.Value] = r.whenValues(value, at)
			}
		}
	}
}

// whenValues reads a value or a list of values; never nil.
func (r *reader) whenValues(n *yaml.Node, path string) []json.RawMessage {
	values := []json.RawMessage{}
	one := func(n *yaml.Node, at string) {
		r.places[at] = n
		if value, ok := r.json(n, at); ok {
			values = append(values, value)
		}
	}
	if n.Kind != yaml.SequenceNode {
		one(n, path+"[0]")
		return values
	}
	if len(n.Content) == 0 {
		r.fail(n, path, "must have at least one value")
	}
	r.items(n, path, one)
	return values
}

// dependsOn reads the names of the fields whose values the hook of a field's options gets.
func (r *reader) dependsOn(field *Field) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		r.places[path] = n
		r.strings(&field.DependsOn, func(string) error { return nil })(n, path)
		switch {
		case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
			r.fail(n, path, "must name at least one field")
		case len(field.DependsOn) > maxDependsOn:
			r.fail(n, path, "must name at most %d fields, got %d", maxDependsOn, len(field.DependsOn))
		}
		for i, name := range field.DependsOn {
			if slices.Contains(field.DependsOn[:i], name) {
				r.fail(n, fmt.Sprintf("%s[%d]", path, i), "appears twice")
			}
		}
	}
}

// defaultFrom reads the name of the field whose value is the default.
func (r *reader) defaultFrom(field *Field) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		r.places[path] = n
		r.text(&field.DefaultFrom, 63)(n, path)
	}
}

// fieldDepends checks what a field says about other fields of the flow. path is the
// field's.
func (r *reader) fieldDepends(path string, f *Flow, d Field) {
	for _, name := range sortedKeys(d.When) {
		at := join(join(path, "when"), clip(name))
		if source, ok := r.source(at, at, f, d, name); ok {
			r.whenPossible(at, f, source, d.When[name])
		}
	}
	if len(d.When) > 0 && f.Strategy != nil && d.Type == TargetOf {
		at := join(path, "when")
		r.fail(r.places[at], at, "the field says what access is granted to, so it is always shown")
	}
	for i, name := range d.DependsOn {
		at := join(path, "depends_on")
		source, ok := r.source(at, fmt.Sprintf("%s[%d]", at, i), f, d, name)
		if ok && source.Type == Text {
			r.fail(r.places[at], fmt.Sprintf("%s[%d]", at, i), "field %q is a text, which is too long for a search", clip(name))
		}
	}
	if len(d.DependsOn) > 0 && !d.Prefetch {
		at := join(path, "depends_on")
		r.fail(r.places[at], at, "only a field with prefetch has it: it says which values the hook gets")
	}
	if d.DefaultFrom != "" {
		at := join(path, "default_from")
		if source, ok := r.source(at, at, f, d, d.DefaultFrom); ok && !fits(source.Type, d.Type) {
			r.fail(r.places[at], at, "field %q is a %s, whose value does not fit a %s", clip(source.Name), source.Type, d.Type)
		}
	}
	if loop := loopOf(f, d.Name); loop != nil {
		r.fail(r.places[path], path, "field %q depends on itself: %s", d.Name, strings.Join(loop, " → "))
	}
}

// source returns the field that another one names; false after a mistake.
func (r *reader) source(place, at string, f *Flow, d Field, name string) (Field, bool) {
	n := r.places[place]
	source, there := f.Field(name)
	switch {
	case !there:
		r.fail(n, at, "unknown field %q; the flow has %s", clip(name), strings.Join(f.fieldNames(), ", "))
	case name == d.Name:
		r.fail(n, at, "a field can't depend on itself")
	case source.Sensitive:
		r.fail(n, at, "field %q is sensitive: what depends on it would show its value", clip(name))
	default:
		return source, true
	}
	return Field{}, false
}

// whenPossible checks that a field can have the values of a condition.
func (r *reader) whenPossible(path string, f *Flow, source Field, values []json.RawMessage) {
	if source.Type == "" || source.Type == TargetOf && len(f.Targets) == 0 {
		return // a mistake of its own
	}
	known := map[string]bool{}
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", path, i)
		kept, wrong := f.Form().CheckItem(source, v)
		switch {
		case wrong != "":
			r.fail(r.places[at], at, "%s", wrong)
		case known[string(kept)]:
			r.fail(r.places[at], at, "appears twice")
		}
		known[string(kept)] = true
		if wrong == "" && source.Type != TargetOf {
			values[i] = kept // a duration in seconds, as responses have it
		}
	}
}

// fits reports whether a value of one type, as a request sends it, is of another.
func fits(from, to string) bool {
	lines := []string{String, User, TargetOf}
	return from == to || slices.Contains(lines, from) && slices.Contains([]string{String, Text}, to)
}

// loopOf returns the way from a field back to itself, nil without one. Each loop is
// of its first field.
func loopOf(f *Flow, name string) []string {
	var way func(at string, path []string) []string
	seen := map[string]bool{}
	way = func(at string, path []string) []string {
		d, there := f.Field(at)
		if !there {
			return nil
		}
		for _, next := range fields.Sources(d) {
			if next == name && at != name {
				return append(path, at, next)
			}
			if seen[next] || next == name {
				continue
			}
			seen[next] = true
			if found := way(next, append(slices.Clone(path), at)); found != nil {
				return found
			}
		}
		return nil
	}
	loop := way(name, nil)
	for _, other := range f.Fields {
		if other.Name == name {
			return loop
		}
		if slices.Contains(loop, other.Name) {
			return nil
		}
	}
	return loop
}
