package eventbridge

import (
	"encoding/json"
	"fmt"
	"strings"
)

// pattern is an event pattern: members that must match, each by one of a list.
type pattern map[string]matcher

// matcher is a nested pattern, or alternatives.
type matcher struct {
	nested       pattern
	alternatives []func(value any, there bool) bool
}

// parsePattern reads a pattern: exact values, prefix, suffix, anything-but,
// exists, numeric and equals-ignore-case; anything else is refused.
func parsePattern(raw json.RawMessage) (pattern, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf("not an event pattern: %w", err)
	}
	p := pattern{}
	for name, value := range members {
		var list []any
		if json.Unmarshal(value, &list) == nil {
			m := matcher{}
			for _, one := range list {
				alternative, err := parseAlternative(one)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				m.alternatives = append(m.alternatives, alternative)
			}
			p[name] = m
			continue
		}
		nested, err := parsePattern(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p[name] = matcher{nested: nested}
	}
	return p, nil
}

func parseAlternative(one any) (func(any, bool) bool, error) {
	object, ok := one.(map[string]any)
	if _, isList := one.([]any); isList {
		return nil, fmt.Errorf("must be a value or a comparison, got a list")
	}
	if !ok {
		return func(v any, there bool) bool { return there && v == one }, nil
	}
	if len(object) != 1 {
		return nil, fmt.Errorf("must have one comparison, got %d", len(object))
	}
	for name, want := range object {
		text, isText := want.(string)
		switch name {
		case "prefix", "suffix", "equals-ignore-case":
			if !isText {
				return nil, fmt.Errorf("comparison %q supports only text on this machine", name)
			}
		case "exists":
			if want != true && want != false {
				return nil, fmt.Errorf("exists: must be true or false")
			}
		}
		switch name {
		case "prefix":
			return onText(func(s string) bool { return strings.HasPrefix(s, text) }), nil
		case "suffix":
			return onText(func(s string) bool { return strings.HasSuffix(s, text) }), nil
		case "equals-ignore-case":
			return onText(func(s string) bool { return strings.EqualFold(s, text) }), nil
		case "exists":
			return func(_ any, there bool) bool { return there == (want == true) }, nil
		case "anything-but":
			not, ok := want.([]any)
			if !ok {
				not = []any{want}
			}
			for _, n := range not {
				switch n.(type) {
				case map[string]any, []any:
					return nil, fmt.Errorf("anything-but supports only plain values on this machine")
				}
			}
			return func(v any, there bool) bool {
				for _, n := range not {
					if v == n {
						return false
					}
				}
				return there
			}, nil
		case "numeric":
			return numeric(want)
		default:
			return nil, fmt.Errorf("comparison %q is not implemented on this machine", name)
		}
	}
	return nil, fmt.Errorf("must be a comparison")
}

func onText(test func(string) bool) func(any, bool) bool {
	return func(v any, _ bool) bool {
		s, ok := v.(string)
		return ok && test(s)
	}
}

// numeric reads [">", 0, "<=", 5].
func numeric(want any) (func(any, bool) bool, error) {
	list, _ := want.([]any)
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("numeric: must be pairs of an operator and a number")
	}
	holds := map[string]func(a, b float64) bool{
		"=": func(a, b float64) bool { return a == b }, "<": func(a, b float64) bool { return a < b },
		"<=": func(a, b float64) bool { return a <= b }, ">": func(a, b float64) bool { return a > b },
		">=": func(a, b float64) bool { return a >= b },
	}
	for i := 0; i < len(list); i += 2 {
		operator, _ := list[i].(string)
		if _, ok := list[i+1].(float64); !ok || holds[operator] == nil {
			return nil, fmt.Errorf("numeric: must be pairs of an operator and a number")
		}
	}
	return func(v any, _ bool) bool {
		n, ok := v.(float64)
		for i := 0; ok && i < len(list); i += 2 {
			ok = holds[list[i].(string)](n, list[i+1].(float64))
		}
		return ok
	}, nil
}

func (p pattern) matches(event any) bool {
	members, _ := event.(map[string]any)
	for name, m := range p {
		value, there := members[name]
		if m.nested != nil {
			if !m.nested.matches(value) {
				return false
			}
			continue
		}
		if !m.any(value, there) {
			return false
		}
	}
	return true
}

// any reports whether an alternative matches the value or, of a list, one of its
// items.
func (m matcher) any(value any, there bool) bool {
	values := []any{value}
	if list, ok := value.([]any); ok && len(list) > 0 {
		values = list
	}
	for _, fits := range m.alternatives {
		for _, v := range values {
			if fits(v, there) {
				return true
			}
		}
	}
	return false
}
