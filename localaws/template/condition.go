package template

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// condition is one of the section Conditions, evaluated on first use.
type condition struct {
	node   *yaml.Node
	known  bool
	asking bool // guards against conditions that name each other
	value  bool
}

// readConditions notes the conditions and works all of them out, so that a
// mistake shows in one that nothing uses too.
func (r *reader) readConditions(n *yaml.Node) error {
	pairs, err := r.mapping(n)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		r.conditions[p.key] = &condition{node: p.node}
	}
	for _, p := range pairs {
		if _, err := r.conditionNamed(p.node, p.key); err != nil {
			return err
		}
	}
	return nil
}

// conditionNamed reports whether the condition holds; at is the node that names it.
func (r *reader) conditionNamed(at *yaml.Node, name string) (bool, error) {
	c, ok := r.conditions[name]
	if !ok {
		return false, r.errorf(at, "no condition %s", name)
	}
	if c.known {
		return c.value, nil
	}
	if c.asking {
		return false, r.errorf(at, "condition %s depends on itself", name)
	}
	c.asking = true
	defer r.in("condition " + name)()
	value, err := r.holds(c.node)
	if err != nil {
		return false, err
	}
	c.known, c.value = true, value
	return value, nil
}

// holds works out a condition function.
func (r *reader) holds(n *yaml.Node) (bool, error) {
	n = resolve(n)
	name, arg := intrinsic(n)
	switch name {
	case "Condition":
		if r.inRules {
			break
		}
		return r.conditionNamed(n, arg.Value)
	case "Equals":
		values, err := r.arguments(n, name, arg, 2, 2)
		if err != nil {
			return false, err
		}
		// CloudFormation compares the text of values.
		return fmt.Sprint(values[0]) == fmt.Sprint(values[1]), nil
	case "Not", "And", "Or":
		return r.logical(n, name, arg)
	case "":
		return false, r.errorf(n, "expected a condition function")
	}
	if r.inRules && slices.Contains(ruleFunctions, name) {
		return r.members(n, name, arg)
	}
	return false, r.errorf(n, "%s can't be used in a condition", name)
}

func (r *reader) logical(n *yaml.Node, name string, arg *yaml.Node) (bool, error) {
	low, high := 2, 10
	if name == "Not" {
		low, high = 1, 1
	}
	if arg.Kind != yaml.SequenceNode || len(arg.Content) < low || len(arg.Content) > high {
		return false, r.errorf(n, "%s takes a list of %d to %d conditions", name, low, high)
	}
	all, some := true, false
	for _, item := range arg.Content {
		v, err := r.holds(item)
		if err != nil {
			return false, err
		}
		all, some = all && v, some || v
	}
	switch name {
	case "Not":
		return !all, nil
	case "And":
		return all, nil
	}
	return some, nil
}

// intrinsic takes apart !Name arg and {Fn::Name: arg} (and Ref, Condition, which
// have no Fn::). The name is "" for any other node.
func intrinsic(n *yaml.Node) (name string, arg *yaml.Node) {
	n = resolve(n)
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return strings.TrimPrefix(n.Tag, "!"), n
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		key := n.Content[0].Value
		if after, ok := strings.CutPrefix(key, "Fn::"); ok {
			return after, resolve(n.Content[1])
		}
		if key == "Ref" || (key == "Condition" && resolve(n.Content[1]).Kind == yaml.ScalarNode) {
			return key, resolve(n.Content[1])
		}
	}
	return "", nil
}
