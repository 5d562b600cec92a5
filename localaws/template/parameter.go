package template

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// readParameters works out each parameter from its override or its default, and
// checks it against what the template allows.
func (r *reader) readParameters(n *yaml.Node) error {
	pairs, err := r.mapping(n)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		done := r.in("parameter " + p.key)
		value, err := r.parameter(p)
		if err != nil {
			return err
		}
		r.parameters[p.key] = value
		done()
	}
	return nil
}

func (r *reader) parameter(p pair) (any, error) {
	text, given := r.opts.Parameters[p.key]
	if !given {
		text, given = r.opts.Defaults[p.key]
	}
	if !given {
		node := child(p.node, "Default")
		if node == nil {
			return nil, r.errorf(p.node, "has no default and no value was given")
		}
		text = node.Value
	}
	kind := "String"
	if node := child(p.node, "Type"); node != nil {
		kind = node.Value
	}
	items := []string{text}
	if strings.HasPrefix(kind, "List<") || kind == "CommaDelimitedList" {
		items = splitList(text)
	}
	for _, item := range items {
		if err := r.checkParameter(p, kind, item); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "String", "Number":
		return text, nil
	case "CommaDelimitedList", "List<Number>", "List<String>":
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = item
		}
		return list, nil
	}
	return nil, r.errorf(p.node, "type %s is not supported on this machine", kind)
}

func (r *reader) checkParameter(p pair, kind, value string) error {
	n := p.node
	if kind == "Number" || kind == "List<Number>" {
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return r.errorf(n, "%q is not a number", value)
		}
	}
	if allowed := child(n, "AllowedValues"); allowed != nil {
		values := make([]string, len(allowed.Content))
		for i, v := range allowed.Content {
			values[i] = v.Value
		}
		if !slices.Contains(values, value) {
			return r.errorf(n, "%q is not one of the allowed values: %s", value, strings.Join(values, ", "))
		}
	}
	if node := child(n, "AllowedPattern"); node != nil {
		pattern := node.Value
		if here, replaced := r.opts.ParameterPatterns[p.key]; replaced {
			pattern = here
		}
		// CloudFormation matches the whole value.
		re, err := regexp.Compile(`^(?:` + pattern + `)$`)
		if err != nil {
			return r.errorf(node, "AllowedPattern: %v", err)
		}
		if !re.MatchString(value) {
			return r.errorf(n, "%q doesn't match the allowed pattern %s", value, pattern)
		}
	}
	for name, ok := range map[string]func(limit int) bool{
		"MinLength": func(limit int) bool { return len(value) >= limit },
		"MaxLength": func(limit int) bool { return len(value) <= limit },
	} {
		node := child(n, name)
		if node == nil {
			continue
		}
		limit, err := strconv.Atoi(node.Value)
		if err != nil {
			return r.errorf(node, "%s: %q is not a number", name, node.Value)
		}
		if !ok(limit) {
			return r.errorf(n, "%q breaks %s %d", value, name, limit)
		}
	}
	return nil
}

// splitList takes a comma-separated list apart, as CloudFormation does: spaces
// around items go. An empty text is an empty list.
func splitList(text string) []string {
	if text == "" {
		return nil
	}
	items := strings.Split(text, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// parameterText is every parameter as text, lists joined by commas.
func (r *reader) parameterText() map[string]string {
	text := map[string]string{}
	for name, value := range r.parameters {
		switch v := value.(type) {
		case string:
			text[name] = v
		case []any:
			items := make([]string, len(v))
			for i, item := range v {
				items[i] = fmt.Sprint(item)
			}
			text[name] = strings.Join(items, ",")
		}
	}
	return text
}
