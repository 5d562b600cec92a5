package flow

import (
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// flow reads one flow; the node is that of its name, nil if it has none.
func (r *reader) flow(n *yaml.Node, path string) (Flow, *yaml.Node) {
	f := Flow{
		Hooks: OwnHooks, HookTimeoutSeconds: 10, Requesters: []string{"everyone"}, RequireReason: []string{"deny"},
		Review: Review{Approvals: []Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}
	start := len(r.errs.List)
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"name": func(n *yaml.Node, at string) {
			r.text(&f.Name, 63)(n, at)
			if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !flowName.MatchString(n.Value) {
				r.fail(n, at, "lower-case letters, digits and hyphens were expected, not %q", clip(n.Value))
			}
		},
		"label":       r.text(&f.Label, 200),
		"description": r.text(&f.Description, 2000),
		"hooks": func(n *yaml.Node, at string) {
			r.text(&f.Hooks, 200)(n, at)
			if err := checkFunction(f.Hooks); err != nil {
				r.fail(n, at, "%v", err)
			}
		},
		"hook_timeout":   r.duration(&f.HookTimeoutSeconds, 1, 60),
		"requesters":     r.strings(&f.Requesters, checkPrincipal(false)),
		"admins":         r.strings(&f.Admins, checkPrincipal(false)),
		"fields":         func(n *yaml.Node, at string) { r.fields(n, at, &f) },
		"targets":        func(n *yaml.Node, at string) { r.targets(n, at, &f) },
		"durations":      func(n *yaml.Node, at string) { r.durations(n, at, &f) },
		"strategy":       func(n *yaml.Node, at string) { r.strategy(n, at, &f) },
		"require_reason": r.strings(&f.RequireReason, checkReasonAct),
		"review":         func(n *yaml.Node, at string) { r.review(n, at, &f.Review) },
		"vars":           func(n *yaml.Node, at string) { r.settings(n, at, &f.Vars) },
	})
	if n.Kind == yaml.MappingNode {
		r.flowAsAWhole(n, path, &f, seen, len(r.errs.List) == start)
	}
	return f, seen["name"]
}

func checkReasonAct(s string) error {
	if !slices.Contains([]string{"request", "approve", "deny", "revoke"}, s) {
		return fmt.Errorf("request, approve, deny or revoke was expected, not %q", clip(s))
	}
	return nil
}

// flowAsAWhole checks what the parts of a flow mean for one another; sound
// tells that each part is right by itself.
func (r *reader) flowAsAWhole(n *yaml.Node, path string, f *Flow, seen map[string]*yaml.Node, sound bool) {
	if seen["name"] == nil {
		r.fail(n, join(path, "name"), "it is missing")
	}
	if seen["admins"] == nil {
		r.fail(n, join(path, "admins"), "it is missing; every flow has at least one admin, who decides when hooks fail")
	} else if len(f.Admins) == 0 && sound {
		r.fail(seen["admins"], join(path, "admins"), "at least one was expected")
	}
	if f.Label == "" {
		f.Label = f.Name
	}
	if len(f.Review.Approvers) == 0 {
		f.Review.Approvers = []string{"admins"}
	}
	switch {
	case f.Strategy != nil && len(f.DurationsSeconds) == 0 && seen["durations"] == nil:
		r.fail(seen["strategy"], join(path, "durations"), "it is missing; a flow that gives access says for how long")
	case f.Strategy == nil && seen["strategy"] == nil && seen["durations"] != nil:
		r.fail(seen["durations"], join(path, "durations"), "only a flow with a strategy has durations")
	}
	if !sound {
		return
	}
	for i, field := range f.Fields {
		at := fmt.Sprintf("%s[%d]", join(path, "fields"), i)
		if field.Type == TargetOf && len(f.Targets) == 0 {
			r.fail(r.places[at], at, "field %q is a target, but the flow has no targets", field.Name)
			continue
		}
		r.fieldValues(at, f, field)
	}
}

func (r *reader) fields(n *yaml.Node, path string, f *Flow) {
	names := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		var field Field
		number := func(into **int64) func(*yaml.Node, string) {
			return func(n *yaml.Node, at string) {
				v := new(int64)
				if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
					seconds, err := ParseDuration(n.Value)
					if err != nil {
						r.fail(n, at, "%v", err)
						return
					}
					*v = int64(seconds)
				} else {
					r.int(v, -1<<53, 1<<53)(n, at)
				}
				*into = v
			}
		}
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"name": func(n *yaml.Node, at string) {
				r.text(&field.Name, 63)(n, at)
				if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !fieldName.MatchString(n.Value) {
					r.fail(n, at, "lower-case letters, digits and underscores were expected, not %q", clip(n.Value))
				}
			},
			"type": func(n *yaml.Node, at string) {
				r.text(&field.Type, 40)(n, at)
				if !slices.Contains(fieldTypes, field.Type) {
					r.fail(n, at, "one of %v was expected, not %s", fieldTypes, describe(n))
				}
			},
			"label":       r.text(&field.Label, 200),
			"description": r.text(&field.Description, 2000),
			"required":    r.bool(&field.Required),
			"sensitive":   r.bool(&field.Sensitive),
			"min":         number(&field.Min),
			"max":         number(&field.Max),
			"pattern": func(n *yaml.Node, at string) {
				r.text(&field.Pattern, 1000)(n, at)
				if _, err := regexp.Compile(field.Pattern); err != nil {
					r.fail(n, at, "a regular expression (RE2) was expected: %v", err)
				}
			},
			"allowed": func(n *yaml.Node, at string) {
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
		})
		if item.Kind == yaml.MappingNode {
			for _, key := range []string{"name", "type"} {
				if seen[key] == nil {
					r.fail(item, join(at, key), "it is missing")
				}
			}
			if names[field.Name] && seen["name"] != nil {
				r.fail(seen["name"], join(at, "name"), "there are two fields named %q", field.Name)
			}
			names[field.Name] = true
			if field.Min != nil && field.Max != nil && *field.Min > *field.Max {
				r.fail(seen["min"], join(at, "min"), "it is more than max")
			}
			if field.Pattern != "" && field.Type != String && field.Type != Text {
				r.fail(seen["pattern"], join(at, "pattern"), "only a string or text has one")
			}
		}
		r.places[at] = item
		f.Fields = append(f.Fields, field)
	})
}

var fieldTypes = []string{String, Text, Int, Bool, Duration, TargetOf, User, Strings}

// fieldValues checks that a field's own values pass its own check.
func (r *reader) fieldValues(path string, f *Flow, field Field) {
	unbound := field
	unbound.Allowed = nil
	if field.Type == Strings { // what each item may be
		unbound = Field{Name: field.Name, Type: String}
	}
	for i, value := range field.Allowed {
		at := fmt.Sprintf("%s.allowed[%d]", path, i)
		if _, wrong := f.checkValue(unbound, value); wrong != "" {
			r.fail(r.places[at], at, "%s", wrong)
		}
	}
	if field.Default != nil {
		if _, wrong := f.checkValue(field, field.Default); wrong != "" {
			r.fail(r.places[path+".default"], path+".default", "%s", wrong)
		}
	}
}

func (r *reader) targets(n *yaml.Node, path string, f *Flow) {
	ids := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		var t Target
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"id": func(n *yaml.Node, at string) {
				r.text(&t.ID, 128)(n, at)
				if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !targetID.MatchString(n.Value) {
					r.fail(n, at, "letters, digits and _.:/- were expected, not %q", clip(n.Value))
				}
			},
			"label":    r.text(&t.Label, 200),
			"settings": func(n *yaml.Node, at string) { r.settings(n, at, &t.Settings) },
		})
		if item.Kind == yaml.MappingNode {
			if seen["id"] == nil {
				r.fail(item, join(at, "id"), "it is missing")
			} else if ids[t.ID] {
				r.fail(seen["id"], join(at, "id"), "there are two targets with id %q", t.ID)
			}
			ids[t.ID] = true
		}
		if t.Label == "" {
			t.Label = t.ID
		}
		f.Targets = append(f.Targets, t)
	})
}

func (r *reader) durations(n *yaml.Node, path string, f *Flow) {
	r.items(n, path, func(item *yaml.Node, at string) {
		var seconds int
		before := len(r.errs.List)
		r.duration(&seconds, 1, maxDurationSeconds)(item, at)
		if len(r.errs.List) > before {
			return
		}
		if slices.Contains(f.DurationsSeconds, seconds) {
			r.fail(item, at, "it is there twice")
		}
		f.DurationsSeconds = append(f.DurationsSeconds, seconds)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.fail(n, path, "at least one was expected")
	}
}
