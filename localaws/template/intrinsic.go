package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// noValue is the value of AWS::NoValue: the member or item that holds it is left out.
type noValue struct{}

// value works out a node: string, int64, float64, bool, nil, []any,
// map[string]any or noValue.
func (r *reader) value(n *yaml.Node) (any, error) {
	n = resolve(n)
	if name, arg := intrinsic(n); name != "" {
		return r.call(n, name, arg)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.object(n)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := r.value(item)
			if err != nil {
				return nil, err
			}
			if v != (noValue{}) {
				list = append(list, v)
			}
		}
		return list, nil
	}
	return scalar(n), nil
}

func (r *reader) object(n *yaml.Node) (any, error) {
	pairs, err := r.mapping(n)
	if err != nil {
		return nil, err
	}
	object := make(map[string]any, len(pairs))
	for _, p := range pairs {
		v, err := r.value(p.node)
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			object[p.key] = v
		}
	}
	return object, nil
}

// scalar keeps the kinds that JSON has; a date, as in Version: 2012-10-17, is
// text.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case "!!bool":
		if b, err := strconv.ParseBool(n.Value); err == nil {
			return b
		}
	case "!!null":
		return nil
	}
	return n.Value
}

// call works out one intrinsic function.
func (r *reader) call(n *yaml.Node, name string, arg *yaml.Node) (any, error) {
	switch name {
	case "Ref":
		return r.ref(n, arg.Value)
	case "GetAtt":
		return r.getAtt(n, arg)
	case "Sub":
		return r.sub(n, arg)
	case "If":
		return r.choose(n, arg)
	case "Join":
		return r.join(n, arg)
	case "Split":
		values, err := r.arguments(n, name, arg, 2, 2)
		if err != nil {
			return nil, err
		}
		var list []any
		for _, s := range strings.Split(fmt.Sprint(values[1]), fmt.Sprint(values[0])) {
			list = append(list, s)
		}
		return list, nil
	case "Select":
		return r.pick(n, arg)
	case "FindInMap":
		return r.findInMap(n, arg)
	case "Equals", "Not", "And", "Or", "Condition":
		return nil, r.errorf(n, "%s can be used in Conditions only", name)
	}
	return nil, r.errorf(n, "intrinsic function %s is not supported on this machine", name)
}

// arguments works out the items of an intrinsic's list.
func (r *reader) arguments(n *yaml.Node, name string, arg *yaml.Node, low, high int) ([]any, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) < low || len(arg.Content) > high {
		return nil, r.errorf(n, "%s takes a list of %d items", name, low)
	}
	values := make([]any, len(arg.Content))
	for i, item := range arg.Content {
		v, err := r.value(item)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// choose evaluates the chosen branch only: the other may name an absent resource.
func (r *reader) choose(n, arg *yaml.Node) (any, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 3 {
		return nil, r.errorf(n, "If takes a condition and two values")
	}
	yes, err := r.conditionNamed(n, resolve(arg.Content[0]).Value)
	if err != nil {
		return nil, err
	}
	if yes {
		return r.value(arg.Content[1])
	}
	return r.value(arg.Content[2])
}

func (r *reader) join(n, arg *yaml.Node) (any, error) {
	values, err := r.arguments(n, "Join", arg, 2, 2)
	if err != nil {
		return nil, err
	}
	list, ok := values[1].([]any)
	if !ok {
		return nil, r.errorf(n, "the second argument of Join must be a list")
	}
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, fmt.Sprint(values[0])), nil
}

func (r *reader) pick(n, arg *yaml.Node) (any, error) {
	values, err := r.arguments(n, "Select", arg, 2, 2)
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(fmt.Sprint(values[0]))
	list, ok := values[1].([]any)
	if err != nil || !ok || i < 0 || i >= len(list) {
		return nil, r.errorf(n, "Select: no item %v in a list of %d", values[0], len(list))
	}
	return list[i], nil
}

var placeholder = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)

// sub replaces ${Name}, ${Name.Attribute} and the names of its own map; ${!x}
// stands for ${x} itself.
func (r *reader) sub(n, arg *yaml.Node) (any, error) {
	text, own := arg, map[string]any{}
	if arg.Kind == yaml.SequenceNode {
		if len(arg.Content) != 2 {
			return nil, r.errorf(n, "Sub takes a text, or a list of a text and a mapping")
		}
		text = resolve(arg.Content[0])
		v, err := r.value(arg.Content[1])
		if err != nil {
			return nil, err
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil, r.errorf(n, "the second argument of Sub must be a mapping")
		}
		own = m
	}
	if text.Kind != yaml.ScalarNode {
		return nil, r.errorf(n, "Sub takes a text")
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text.Value, func(match string) string {
		m := placeholder.FindStringSubmatch(match)
		if m[1] == "!" {
			return "${" + m[2] + "}"
		}
		v, ok := own[m[2]]
		if !ok {
			var err error
			if v, err = r.named(n, m[2]); err != nil && failed == nil {
				failed = err
			}
		}
		if _, isList := v.([]any); isList && failed == nil {
			failed = r.errorf(n, "${%s} is a list", m[2])
		}
		return fmt.Sprint(v)
	})
	return out, failed
}

// named is what ${…} of Sub names: a Ref, or with a dot a GetAtt, but for SAM's
// X.Version and X.Alias.
func (r *reader) named(n *yaml.Node, name string) (any, error) {
	id, attribute, dotted := strings.Cut(name, ".")
	if !dotted || samReference(attribute) {
		return r.ref(n, name)
	}
	return r.attribute(n, id, attribute)
}

func (r *reader) getAtt(n, arg *yaml.Node) (any, error) {
	if arg.Kind == yaml.SequenceNode {
		if len(arg.Content) != 2 {
			return nil, r.errorf(n, "GetAtt takes a resource and an attribute")
		}
		attribute, err := r.value(arg.Content[1])
		if err != nil {
			return nil, err
		}
		return r.attribute(n, resolve(arg.Content[0]).Value, fmt.Sprint(attribute))
	}
	id, attribute, ok := strings.Cut(arg.Value, ".")
	if !ok {
		return nil, r.errorf(n, "GetAtt takes Resource.Attribute")
	}
	return r.attribute(n, id, attribute)
}
