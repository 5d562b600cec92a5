package template

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// RuleError says that the parameters break a rule of the template, with the rule's
// own message.
type RuleError struct {
	File string
	Line int
	// Rule is the rule's name, Description its AssertDescription.
	Rule, Description string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("%s:%d: rule %s: %s", e.File, e.Line, e.Rule, e.Description)
}

// ruleFunctions are the intrinsic functions that work in Rules alone
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html).
// Those that ask about the account are not served here.
var ruleFunctions = []string{"Contains", "EachMemberEquals", "EachMemberIn"}

// readRules checks the parameters against each rule, as CloudFormation does before it
// makes anything.
func (r *reader) readRules(n *yaml.Node) error {
	rules, err := r.mapping(n)
	if err != nil {
		return err
	}
	r.inRules = true
	defer func() { r.inRules = false }()
	for _, rule := range rules {
		done := r.in("rule " + rule.key)
		if err := r.checkRule(rule); err != nil {
			return err
		}
		done()
	}
	return nil
}

func (r *reader) checkRule(rule pair) error {
	if condition := child(rule.node, "RuleCondition"); condition != nil {
		applies, err := r.holds(condition)
		if err != nil || !applies {
			return err
		}
	}
	assertions := child(rule.node, "Assertions")
	if assertions == nil || assertions.Kind != yaml.SequenceNode {
		return r.errorf(rule.node, "has no list of Assertions")
	}
	for _, a := range assertions.Content {
		a = resolve(a)
		assert := child(a, "Assert")
		if assert == nil {
			return r.errorf(a, "an assertion has no Assert")
		}
		ok, err := r.holds(assert)
		if err != nil {
			return err
		}
		if !ok {
			e := &RuleError{File: r.file, Line: a.Line, Rule: rule.key, Description: "an assertion does not hold"}
			if d := child(a, "AssertDescription"); d != nil {
				e.Description = d.Value
			}
			return e
		}
	}
	return nil
}

// members works out Contains, EachMemberEquals and EachMemberIn.
func (r *reader) members(n *yaml.Node, name string, arg *yaml.Node) (bool, error) {
	values, err := r.arguments(n, name, arg, 2, 2)
	if err != nil {
		return false, err
	}
	list, isList := values[0].([]any)
	if !isList {
		return false, r.errorf(n, "the first argument of %s must be a list", name)
	}
	other, isList := values[1].([]any)
	if isList != (name == "EachMemberIn") {
		return false, r.errorf(n, "%s: the second argument has the wrong type", name)
	}
	is := func(v any) func(any) bool {
		return func(w any) bool { return fmt.Sprint(v) == fmt.Sprint(w) }
	}
	if name == "Contains" {
		return slices.ContainsFunc(list, is(values[1])), nil
	}
	for _, v := range list {
		if name == "EachMemberEquals" && !is(values[1])(v) || name == "EachMemberIn" && !slices.ContainsFunc(other, is(v)) {
			return false, nil
		}
	}
	return true, nil
}
