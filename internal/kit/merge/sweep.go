package merge

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// used lists what a template's resources, conditions and outputs refer to. Rules and
// the groups of parameters use nothing: they are about parameters that something uses.
func used(root *yaml.Node) map[reference]bool {
	names := map[reference]bool{}
	visit := func(r reference) { names[reference{kind: r.kind, name: r.name}] = true }
	for _, p := range pairs(folder.Member(root, "Resources")) {
		resourceReferences(p.value, visit)
	}
	for _, p := range pairs(folder.Member(root, "Conditions")) {
		references(p.value, visit)
	}
	for _, p := range pairs(folder.Member(root, "Outputs")) {
		resourceReferences(p.value, visit)
	}
	return names
}

// sweep removes what something referred to before, and nothing refers to now: a role of
// a function that went, the conditions of its policies, the parameters of those.
func sweep(root *yaml.Node, before map[reference]bool) {
	var parameters []string
	for changed := true; changed; {
		changed = false
		now := used(root)
		for name, k := range map[string]kind{"Parameters": toValue, "Resources": toValue, "Conditions": toCondition, "Mappings": toMapping} {
			all := folder.Member(root, name)
			for _, p := range pairs(all) {
				r := reference{kind: k, name: p.key.Value}
				if before[r] && !now[r] {
					remove(all, p.key.Value)
					changed = true
				}
			}
		}
	}
	for r := range before {
		if r.kind == toValue && !strings.HasPrefix(r.name, "AWS::") && folder.Index(folder.Member(root, "Parameters"), r.name) < 0 && folder.Index(folder.Member(root, "Resources"), r.name) < 0 {
			parameters = append(parameters, r.name)
		}
	}
	slices.Sort(parameters)
	forget(root, parameters)
}

// forget removes names from the rules, from the groups of parameters and from lists in
// texts.
func forget(root *yaml.Node, names []string) {
	gone := func(n *yaml.Node) bool {
		is := false
		references(n, func(r reference) { is = is || r.kind == toValue && slices.Contains(names, r.name) })
		return is
	}
	rules := folder.Member(root, "Rules")
	for _, rule := range pairs(rules) {
		assertions := folder.Member(rule.value, "Assertions")
		if assertions == nil {
			continue
		}
		kept := assertions.Content[:0:0]
		for _, assertion := range assertions.Content {
			assert := folder.Member(assertion, "Assert")
			forgetOperands(assert, gone)
			if !gone(assert) {
				kept = append(kept, assertion)
			}
		}
		assertions.Content = kept
		if len(kept) == 0 || gone(folder.Member(rule.value, "RuleCondition")) {
			remove(rules, rule.key.Value)
		}
	}
	groups := folder.Member(root, "Metadata", "AWS::CloudFormation::Interface", "ParameterGroups")
	if groups != nil {
		kept := groups.Content[:0:0]
		for _, group := range groups.Content {
			list := folder.Member(group, "Parameters")
			list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool { return slices.Contains(names, n.Value) })
			if len(list.Content) > 0 {
				kept = append(kept, group)
			}
		}
		groups.Content = kept
	}
	for _, name := range names {
		forgetText(folder.Member(root, "Parameters"), name)
		forgetText(rules, name)
	}
}

// forgetOperands removes the operands of And and Or that are about what is gone.
func forgetOperands(n *yaml.Node, gone func(*yaml.Node) bool) {
	name, argument := call(n)
	if argument == nil {
		return
	}
	if name == "Fn::And" || name == "Fn::Or" {
		argument.Content = slices.DeleteFunc(argument.Content, gone)
		if len(argument.Content) == 1 {
			replace(n, argument.Content[0])
			forgetOperands(n, gone)
			return
		}
		if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
			n.Content = argument.Content
		}
	}
	for _, child := range argument.Content {
		forgetOperands(child, gone)
	}
}

// forgetText removes a name from the lists in descriptions.
func forgetText(n *yaml.Node, name string) {
	for _, p := range pairs(n) {
		if p.key.Value == "Description" || p.key.Value == "AssertDescription" {
			p.value.Value = strings.ReplaceAll(p.value.Value, name+", ", "")
		}
	}
	if n != nil {
		for _, child := range n.Content {
			forgetText(child, name)
		}
	}
}
