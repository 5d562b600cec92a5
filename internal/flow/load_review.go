package flow

import (
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

func (r *reader) review(n *yaml.Node, path string, v *Review) {
	r.members(n, path, map[string]func(*yaml.Node, string){
		"approvers":     r.strings(&v.Approvers, checkPrincipal(true)),
		"viewers":       r.strings(&v.Viewers, checkPrincipal(true)),
		"self_approval": r.bool(&v.SelfApproval),
		"approvals":     func(n *yaml.Node, at string) { r.approvals(n, at, v) },
		"timeout":       r.duration(&v.TimeoutSeconds, 1, maxReviewSeconds),
		"notify":        func(n *yaml.Node, at string) { r.notify(n, at, v) },
	})
}

// approvals reads a count, or a list of {from, count}.
func (r *reader) approvals(n *yaml.Node, path string, v *Review) {
	const most = 20
	v.Approvals = nil
	if n.Kind != yaml.SequenceNode {
		var count int64 = 1
		r.int(&count, 1, most)(n, path)
		v.Approvals = []Requirement{{Count: int(count)}}
		return
	}
	total := 0
	r.items(n, path, func(item *yaml.Node, at string) {
		need := Requirement{Count: 1}
		var count int64 = 1
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"from": func(n *yaml.Node, at string) {
				r.text(&need.From, 320)(n, at)
				if err := checkPrincipal(true)(need.From); err != nil {
					r.fail(n, at, "%v", err)
				}
			},
			"count": r.int(&count, 1, most),
		})
		if item.Kind == yaml.MappingNode && seen["from"] == nil {
			r.fail(item, join(at, "from"), "it is missing")
		}
		need.Count = int(count)
		total += need.Count
		v.Approvals = append(v.Approvals, need)
	})
	if total < 1 || total > most {
		r.fail(n, path, "1 to %d people were expected, not %d", most, total)
	}
}

func (r *reader) notify(n *yaml.Node, path string, v *Review) {
	r.items(n, path, func(item *yaml.Node, at string) {
		var entry Notify
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"to": r.strings(&entry.To, func(s string) error {
				if s == "" {
					return fmt.Errorf("whom to tell was expected, not nothing")
				}
				return nil
			}),
			"wait": r.duration(&entry.WaitSeconds, 0, maxReviewSeconds),
		})
		if item.Kind == yaml.MappingNode && len(entry.To) == 0 {
			at := join(at, "to")
			if seen["to"] == nil {
				r.fail(item, at, "it is missing")
			} else {
				r.fail(seen["to"], at, "at least one was expected")
			}
		}
		v.Notify = append(v.Notify, entry)
	})
	if len(v.Notify) > 50 {
		r.fail(n, path, "at most 50 entries were expected, not %d", len(v.Notify))
	}
}

func (r *reader) strategy(n *yaml.Node, path string, f *Flow) {
	s := &Strategy{}
	f.Strategy = s
	var all map[string]any
	r.settings(n, path, &all)
	if n.Kind != yaml.MappingNode {
		return
	}
	s.Type, _ = all["type"].(string)
	s.Function, _ = all["function"].(string)
	delete(all, "type")
	delete(all, "function")
	if len(all) > 0 {
		s.Settings = all
	}
	if !slices.Contains([]string{"lambda", "iam-group", "identity-center"}, s.Type) {
		r.fail(n, join(path, "type"), "lambda, iam-group or identity-center was expected")
	}
	if s.Type == "lambda" {
		if err := checkFunction(s.Function); err != nil {
			r.fail(n, join(path, "function"), "%v", err)
		}
	}
}

// settings reads a mapping of anything that JSON can say.
func (r *reader) settings(n *yaml.Node, path string, into *map[string]any) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "a mapping was expected, not %s", describe(n))
		return
	}
	raw, ok := r.json(n, path)
	if !ok {
		return
	}
	if len(raw) > 16<<10 {
		r.fail(n, path, "at most 16 KiB were expected, not %d bytes", len(raw))
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		r.fail(n, path, "values that JSON can say were expected: %v", err)
	}
}

// json gives a node's value as JSON.
func (r *reader) json(n *yaml.Node, path string) (json.RawMessage, bool) {
	var v any
	if err := n.Decode(&v); err != nil {
		r.fail(n, path, "%v", err)
		return nil, false
	}
	raw, err := json.Marshal(v)
	if err != nil {
		r.fail(n, path, "a value that JSON can say was expected: %v", err)
		return nil, false
	}
	return raw, true
}

func (r *reader) directory(n *yaml.Node, path string, d *Directory) {
	r.members(n, path, map[string]func(*yaml.Node, string){
		"groups": func(n *yaml.Node, at string) {
			d.Groups = map[string][]string{}
			if n.Kind != yaml.MappingNode {
				r.fail(n, at, "a mapping of groups was expected, not %s", describe(n))
				return
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				if !groupName.MatchString(key.Value) {
					r.fail(key, at, "a group's name was expected, not %q", clip(key.Value))
				}
				if _, twice := d.Groups[key.Value]; twice {
					r.fail(key, join(at, key.Value), "it is there twice")
				}
				var members []string
				r.strings(&members, checkMember)(resolve(n.Content[i+1]), join(at, key.Value))
				d.Groups[key.Value] = members
			}
		},
		"people": func(n *yaml.Node, at string) { r.people(n, at, d) },
	})
}

func checkMember(s string) error {
	if !email.MatchString(s) {
		return fmt.Errorf("an e-mail was expected, not %q", clip(s))
	}
	return nil
}

func (r *reader) people(n *yaml.Node, path string, d *Directory) {
	taken := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		var p Entry
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"email":      r.text(&p.Email, 320),
			"name":       r.text(&p.Name, 200),
			"identities": r.strings(&p.Identities, func(string) error { return nil }),
		})
		if item.Kind != yaml.MappingNode {
			return
		}
		if err := checkMember(p.Email); err != nil {
			at, node := join(at, "email"), item
			if seen["email"] != nil {
				node = seen["email"]
			}
			r.fail(node, at, "%v", err)
		}
		for _, identity := range append([]string{p.Email}, p.Identities...) {
			if taken[fold(identity)] {
				r.fail(item, at, "%q is there for two people", clip(identity))
			}
			taken[fold(identity)] = true
		}
		d.People = append(d.People, p)
	})
}
