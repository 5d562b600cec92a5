package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

func (r *reader) fields(n *yaml.Node, path string, f *Flow) {
	names := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		var field Field
		before := len(r.errs.List)
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"name": func(n *yaml.Node, at string) {
				r.text(&field.Name, 63)(n, at)
				if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !isFieldName(n.Value) {
					r.fail(n, at, "must be lower-case letters, digits and underscores, got %q", clip(n.Value))
				}
			},
			"type": func(n *yaml.Node, at string) {
				if n.Tag != "!!str" || !slices.Contains(fieldTypes, n.Value) {
					r.fail(n, at, "must be one of %s, got %s", strings.Join(fieldTypes, ", "), describe(n))
					return
				}
				field.Type = n.Value
			},
			"label":       r.text(&field.Label, 200),
			"description": r.text(&field.Description, 2000),
			"required":    r.bool(&field.Required),
			"prefetch":    r.bool(&field.Prefetch),
			"sensitive":   r.bool(&field.Sensitive),
			"min":         r.bound(&field.Min),
			"max":         r.bound(&field.Max),
			"pattern": func(n *yaml.Node, at string) {
				r.text(&field.Pattern, 1000)(n, at)
				if _, err := regexp.Compile(field.Pattern); err != nil {
					r.fail(n, at, "must be a regular expression (RE2): %v", err)
				}
			},
			"allowed": func(n *yaml.Node, at string) {
				if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
					r.fail(n, at, "must have at least one value")
				}
				r.items(n, at, func(item *yaml.Node, at string) {
					r.places[at] = item
					if value, ok := r.json(item, at); ok {
						field.Allowed = append(field.Allowed, value)
					}
				})
			},
			"default": func(n *yaml.Node, at string) {
				r.places[at] = n
				field.Default, _ = r.json(n, at)
			},
			"when":         r.when(&field),
			"depends_on":   r.dependsOn(&field),
			"default_from": r.defaultFrom(&field),
		})
		if item.Kind == yaml.MappingNode {
			r.fieldAsAWhole(item, at, field, seen)
			if names[field.Name] && field.Name != "" {
				r.fail(seen["name"], join(at, "name"), "there are two fields named %q", field.Name)
			}
			names[field.Name] = true
		}
		r.broken[at] = len(r.errs.List) > before
		r.places[at] = item
		f.Fields = append(f.Fields, field)
	})
}

// bound reads a min or max: a whole number, or a duration as text.
func (r *reader) bound(into **int64) func(*yaml.Node, string) {
	return func(n *yaml.Node, at string) {
		v := new(int64)
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
			seconds, err := ParseDuration(n.Value)
			if err != nil {
				r.fail(n, at, "must be a whole number or a duration, got %s", describe(n))
				return
			}
			*v = int64(seconds)
		} else {
			r.int(v, -fields.MaxInt, fields.MaxInt)(n, at)
		}
		*into = v
	}
}

// fieldAsAWhole checks what the keys of a field mean for one another.
func (r *reader) fieldAsAWhole(item *yaml.Node, path string, field Field, seen map[string]*yaml.Node) {
	for _, key := range []string{"name", "type"} {
		if seen[key] == nil {
			r.fail(item, join(path, key), "it is missing")
		}
	}
	if field.Type == "" {
		return
	}
	for _, key := range []string{"min", "max"} {
		if seen[key] == nil {
			continue
		}
		switch n := resolve(seen[key]); {
		case slices.Contains([]string{Bool, TargetOf, User}, field.Type):
			r.fail(n, join(path, key), "only a string, text, int, duration or strings has one")
		case n.Tag == "!!str" && field.Type != Duration:
			r.fail(n, join(path, key), "must be a whole number, got %s", describe(n))
		}
	}
	if field.Min != nil && field.Max != nil && *field.Min > *field.Max {
		r.fail(seen["min"], join(path, "min"), "it is more than max")
	}
	if seen["pattern"] != nil && field.Type != String && field.Type != Text {
		r.fail(seen["pattern"], join(path, "pattern"), "only a string or text has one")
	}
	if field.Prefetch {
		at := join(path, "prefetch")
		switch {
		case !slices.Contains([]string{String, User, Strings}, field.Type):
			r.fail(seen["prefetch"], at, "only a string, user or strings has it")
		case seen["allowed"] != nil:
			r.fail(seen["prefetch"], at, "it does not go with allowed: hooks or the file say what may be chosen, not both")
		case field.Sensitive:
			r.fail(seen["prefetch"], at, "it does not go with sensitive: hooks never see the value, so they can't check it")
		}
	}
}

var fieldTypes = []string{String, Text, Int, Bool, Duration, TargetOf, User, Strings}

// fieldValues checks that a field's own values pass its own check.
func (r *reader) fieldValues(path string, f *Flow, field Field) {
	unbound := field
	unbound.Allowed = nil
	if field.Type == Strings { // what each item may be
		unbound = Field{Name: field.Name, Type: String}
	}
	known := map[string]bool{}
	for i, value := range field.Allowed {
		at := fmt.Sprintf("%s.allowed[%d]", path, i)
		if known[string(value)] {
			r.fail(r.places[at], at, "appears twice")
		}
		known[string(value)] = true
		if _, wrong := f.Form().CheckValue(unbound, value); wrong != "" {
			r.fail(r.places[at], at, "%s", wrong)
		}
	}
	if field.Default != nil {
		if _, wrong := f.Form().CheckValue(field, field.Default); wrong != "" {
			r.fail(r.places[path+".default"], path+".default", "%s", wrong)
		}
	}
}
