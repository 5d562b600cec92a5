package merge

import (
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// fold fixes conditions of a template: those that follow from the values of fixed
// parameters, and those in known. Resources and outputs of a false one go, branches that
// no deployment takes go, and the conditions themselves.
func fold(root *yaml.Node, fixed map[string]string, known map[string]bool) {
	conditions := folder.Member(root, "Conditions")
	f := folding{known: known, fixed: fixed}
	for changed := true; changed; {
		changed = false
		for _, p := range pairs(conditions) {
			if _, is := f.known[p.key.Value]; is {
				continue
			}
			if is, sure := f.evaluate(p.value); sure {
				f.known[p.key.Value] = is
				changed = true
			}
		}
	}
	for name := range f.known {
		remove(conditions, name)
	}
	for _, p := range pairs(conditions) {
		f.simplify(p.value)
	}
	for _, name := range []string{"Resources", "Outputs"} {
		all := folder.Member(root, name)
		for _, p := range pairs(all) {
			if condition := folder.Member(p.value, "Condition"); condition != nil {
				switch is, sure := f.known[condition.Value]; {
				case sure && !is:
					remove(all, p.key.Value)
					continue
				case sure:
					remove(p.value, "Condition")
				}
			}
			f.branches(p.value)
		}
	}
	for name := range fixed {
		remove(folder.Member(root, "Parameters"), name)
	}
}

type folding struct {
	fixed map[string]string
	known map[string]bool
}

// evaluate returns the value of a condition, if it follows from what is fixed.
func (f folding) evaluate(n *yaml.Node) (is, sure bool) {
	name, argument := call(n)
	switch name {
	case "Condition":
		is, sure = f.known[argument.Value]
		return is, sure
	case "Fn::Not":
		if len(argument.Content) == 1 {
			is, sure = f.evaluate(argument.Content[0])
			return !is, sure
		}
	case "Fn::And", "Fn::Or":
		decides := name == "Fn::Or"
		all := true
		for _, operand := range argument.Content {
			is, sure := f.evaluate(operand)
			if sure && is == decides {
				return decides, true
			}
			all = all && sure
		}
		return !decides, all
	case "Fn::Equals":
		if len(argument.Content) == 2 {
			a, aSure := f.scalar(argument.Content[0])
			b, bSure := f.scalar(argument.Content[1])
			return a == b, aSure && bSure
		}
	}
	return false, false
}

func (f folding) scalar(n *yaml.Node) (string, bool) {
	switch name, argument := call(n); {
	case name == "Ref":
		s, is := f.fixed[argument.Value]
		return s, is
	case name != "" || n.Kind != yaml.ScalarNode:
		return "", false
	}
	return n.Value, true
}

// simplify removes the known operands of an unknown condition.
func (f folding) simplify(n *yaml.Node) {
	name, argument := call(n)
	if argument == nil {
		return
	}
	for i := 0; i < len(argument.Content); i++ {
		operand := argument.Content[i]
		if _, sure := f.evaluate(operand); sure && (name == "Fn::And" || name == "Fn::Or") {
			argument.Content = append(argument.Content[:i:i], argument.Content[i+1:]...)
			i--
			continue
		}
		f.simplify(operand)
	}
	if name != "Fn::And" && name != "Fn::Or" {
		return
	}
	if len(argument.Content) == 1 {
		replace(n, argument.Content[0])
		return
	}
	n.Content = argument.Content
	if n.Tag == "" || n.Tag == "!!map" {
		n.Content = []*yaml.Node{text(name), list(argument.Content...)}
	}
}

// branches replaces each Fn::If of a known condition by the branch that is taken.
func (f folding) branches(n *yaml.Node) {
	for name, argument := call(n); name == "Fn::If" && len(argument.Content) == 3; name, argument = call(n) {
		is, sure := f.known[argument.Content[0].Value]
		if !sure {
			break
		}
		taken := argument.Content[2]
		if is {
			taken = argument.Content[1]
		}
		replace(n, taken)
	}
	for _, child := range n.Content {
		f.branches(child)
	}
	prune(n)
}

// prune removes the members and items of n that are !Ref AWS::NoValue. An Fn::If keeps
// its own.
func prune(n *yaml.Node) {
	if name, _ := call(n); name != "" {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for _, p := range pairs(n) {
			if noValue(p.value) {
				remove(n, p.key.Value)
			}
		}
	case yaml.SequenceNode:
		kept := n.Content[:0:0]
		for _, item := range n.Content {
			if !noValue(item) {
				kept = append(kept, item)
			}
		}
		n.Content = kept
	}
}
