package flow

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// ruleChangeFlow is the flow in which changes of rules are requested; see package rules.
const ruleChangeFlow = "rule-change"

// ruleChange refuses a flow of that name in which whoever proposes could approve, code could,
// or that lacks a field of a proposal.
func (r *reader) ruleChange(f *Flow, path string) {
	if f.Name != ruleChangeFlow {
		return
	}
	refuse := func(at, why string) {
		node := r.places[path+".review"]
		if node == nil {
			node = r.places[path+".admins"]
		}
		if node == nil {
			node = &yaml.Node{Line: 1, Column: 1}
		}
		r.refused = append(r.refused, Error{Line: node.Line, Column: node.Column, Path: at, Detail: why})
	}
	if f.Review.SelfApproval {
		refuse(path+".review.self_approval", "must be false in flow rule-change: whoever proposes a change of rules does not approve it")
	}
	if f.Hooks != NoHooks {
		refuse(path+".hooks", "must be none in flow rule-change: people approve changes of rules, not code that they change")
	}
	if f.Strategy != nil {
		refuse(path+".strategy", "must be absent in flow rule-change: `fasttrack flows apply` pushes what was approved")
	}
	for name, kind := range map[string]string{"digest": String, "base": Int, "sheet": String, "change": Text} {
		if field, there := f.Field(name); !there || field.Type != kind {
			refuse(path+".fields", fmt.Sprintf("must have field %s of type %s in flow rule-change", name, kind))
		}
	}
}
