package flow

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
)

func (r *reader) review(n *yaml.Node, path string, v *Review) {
	r.members(n, path, map[string]func(*yaml.Node, string){
		"approvers":     r.principals(&v.Approvers, true),
		"viewers":       r.principals(&v.Viewers, true),
		"self_approval": r.bool(&v.SelfApproval),
		"approvals":     func(n *yaml.Node, at string) { r.approvals(n, at, v) },
		"timeout":       r.duration(&v.TimeoutSeconds, 1, maxReviewSeconds),
		"notify":        func(n *yaml.Node, at string) { r.notify(n, at, v) },
		"notify_ends":   r.bool(&v.NotifyEnds),
	})
}

// approvals reads a count, or a list of {from, count}.
func (r *reader) approvals(n *yaml.Node, path string, v *Review) {
	const most = 20
	v.Approvals = nil
	r.places[path] = n
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
				if err := checkPrincipal(true)(need.From); err != nil && n.Tag == "!!str" {
					r.fail(n, at, "%v", err)
				}
				r.namesGroup(n, at)
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
		r.fail(n, path, "must be 1 to %d people, got %d", most, total)
	}
}

func (r *reader) notify(n *yaml.Node, path string, v *Review) {
	r.items(n, path, func(item *yaml.Node, at string) {
		var entry Notify
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"to": r.strings(&entry.To, func(s string) error {
				if s == "" {
					return fmt.Errorf("must name who is notified")
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
				r.fail(seen["to"], at, "must name at least one")
			}
		}
		r.places[at] = item
		r.undelivered(seen["to"], join(at, "to"))
		v.Notify = append(v.Notify, entry)
	})
	if len(v.Notify) > 50 {
		r.fail(n, path, "must be at most 50 entries, got %d", len(v.Notify))
	}
}

// undelivered notes whom of a notify list nothing delivers to. The engine passes
// them over and says so in the history, so a function that finds such a file
// starts; `flows check` refuses it.
func (r *reader) undelivered(to *yaml.Node, path string) {
	if to == nil || resolve(to).Kind != yaml.SequenceNode {
		return
	}
	for i, item := range resolve(to).Content {
		if item = resolve(item); item.Kind != yaml.ScalarNode || item.Value == "" {
			continue
		}
		d, err := destination.Parse(item.Value)
		use := DestinationUse{d, Error{Line: item.Line, Column: item.Column, Path: fmt.Sprintf("%s[%d]", path, i)}}
		if err != nil {
			r.refused = append(r.refused, use.Mistake(fmt.Sprintf("unknown channel %q; %v", clip(item.Value), err)))
			continue
		}
		r.destinations = append(r.destinations, use)
	}
}
