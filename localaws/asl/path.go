package asl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// path is a JSONPath into a state's input ($…) or the context object ($$…).
type path struct {
	text    string
	context bool
	expr    jp.Expr
	// definite paths mean exactly one value; what they don't find is an error.
	definite bool
}

var errNotFound = errors.New("not found")

func parsePath(text string) (*path, error) {
	p := &path{text: text}
	rest := text
	if strings.HasPrefix(text, "$$") {
		p.context, rest = true, text[1:]
	}
	if !strings.HasPrefix(rest, "$") {
		return nil, fmt.Errorf("a path starts with $")
	}
	if len(rest) > 1 && isWord(rest[1]) {
		return nil, fmt.Errorf("variables are not implemented on this machine")
	}
	expr, err := jp.ParseString(asJSONPath(rest))
	if err != nil {
		return nil, err
	}
	p.expr, p.definite = expr, true
	for i, frag := range expr {
		switch frag.(type) {
		case jp.Root:
			if i > 0 {
				return nil, fmt.Errorf("$ stands at the start alone")
			}
		case jp.Child, jp.Nth:
		default:
			p.definite = false
		}
	}
	return p, nil
}

// reference reports whether the path may be set: children and indexes only.
func (p *path) reference() bool { return p.definite && !p.context }

// get returns the value at the path; of an indefinite one, the list of all.
func (p *path) get(s *scope) (any, error) {
	from := s.input
	if p.context {
		from = s.context()
	}
	if p.definite {
		return p.walk(from)
	}
	found := p.expr.Get(from)
	if found == nil {
		found = []any{}
	}
	return found, nil
}

// walk follows a definite path, much faster than by the library.
func (p *path) walk(at any) (any, error) {
	for _, frag := range p.expr[1:] {
		switch frag := frag.(type) {
		case jp.Child:
			object, ok := at.(map[string]any)
			if !ok {
				return nil, errNotFound
			}
			if at, ok = object[string(frag)]; !ok {
				return nil, errNotFound
			}
		case jp.Nth:
			list, ok := at.([]any)
			i := int(frag)
			if i < 0 {
				i += len(list)
			}
			if !ok || i < 0 || i >= len(list) {
				return nil, errNotFound
			}
			at = list[i]
		}
	}
	return at, nil
}

// set returns input with value at the path, making objects on the way.
func (p *path) set(input, value any) (any, error) {
	return setAt(input, p.expr[1:], value)
}

func setAt(into any, rest jp.Expr, value any) (any, error) {
	if len(rest) == 0 {
		return value, nil
	}
	switch frag := rest[0].(type) {
	case jp.Child:
		object, ok := into.(map[string]any)
		if !ok {
			if into != nil {
				return nil, fmt.Errorf("%T is not an object", into)
			}
			object = map[string]any{}
		}
		out := make(map[string]any, len(object)+1)
		for k, v := range object {
			out[k] = v
		}
		inner := out[string(frag)]
		if _, ok := inner.(map[string]any); !ok && len(rest) > 1 {
			if _, list := inner.([]any); !list {
				inner = map[string]any{}
			}
		}
		v, err := setAt(inner, rest[1:], value)
		if err != nil {
			return nil, err
		}
		out[string(frag)] = v
		return out, nil
	case jp.Nth:
		list, ok := into.([]any)
		if !ok || int(frag) >= len(list) || int(frag) < 0 {
			return nil, fmt.Errorf("item %d does not exist", int(frag))
		}
		out := append([]any(nil), list...)
		v, err := setAt(out[frag], rest[1:], value)
		if err != nil {
			return nil, err
		}
		out[frag] = v
		return out, nil
	}
	return nil, fmt.Errorf("not a reference path")
}
