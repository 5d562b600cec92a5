package flow

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// ruleChangeFlow is the flow in which changes of rules are requested; see package rules.
const ruleChangeFlow = "rule-change"

// ruleChange refuses a flow of that name in which whoever proposes could approve, anybody
// but people could, or that lacks a field of a proposal.
func (r *reader) ruleChange(f *Flow, path string) {
	for _, e := range f.WhyNoRuleChange() {
		node := r.places[path+".review"]
		if node == nil {
			node = r.places[path+".admins"]
		}
		if node == nil {
			node = &yaml.Node{Line: 1, Column: 1}
		}
		e.Line, e.Column, e.Path = node.Line, node.Column, path+"."+e.Path
		r.refused = append(r.refused, e)
	}
}

// WhyNoRuleChange returns why changes of rules can't be approved in the flow, if it is the
// one for them; paths are within the flow.
func (f *Flow) WhyNoRuleChange() (refused []Error) {
	if f.Name != ruleChangeFlow {
		return nil
	}
	refuse := func(at, why string) { refused = append(refused, Error{Path: at, Detail: why}) }
	if f.Review.SelfApproval {
		refuse("review.self_approval", "must be false in flow rule-change: whoever proposes a change of rules does not approve it")
	}
	if f.Hooks != NoHooks {
		refuse("hooks", "must be none in flow rule-change: people approve changes of rules, not code that they change")
	}
	if f.HasBreakGlass() {
		refuse("break_glass", "must be absent in flow rule-change: nobody would have approved the change; `fasttrack flows rollback` is for emergencies")
	}
	if f.Strategy != nil {
		refuse("strategy", "must be absent in flow rule-change: what was approved is pushed, and ends with the next version")
	}
	for _, want := range []struct{ name, kind string }{{"base", Int}, {"change", Text}, {"digest", String}, {"sheet", String}} {
		if field, there := f.Field(want.name); !there || field.Type != want.kind {
			refuse("fields", fmt.Sprintf("must have field %s of type %s in flow rule-change", want.name, want.kind))
		}
	}
	return refused
}
