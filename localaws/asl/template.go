package asl

import "strings"

// expression is what a ".$" member holds: a path or an intrinsic function.
type expression struct {
	// field is the name of the member.
	field string
	path  *path
	call  *call
}

// parseExpression returns an expression beside an error that only newer releases
// find.
func parseExpression(text, field string) (*expression, error) {
	if strings.HasPrefix(text, "$") {
		p, err := parsePath(text)
		return &expression{field: field, path: p}, err
	}
	c, err := parseIntrinsic(text)
	return &expression{field: field, call: c}, err
}

func (e *expression) eval(s *scope) (any, *Failure) {
	if e.call != nil {
		return e.call.eval(s, e.field)
	}
	v, err := e.path.get(s)
	if err != nil {
		return nil, e.path.missing(s, e.field)
	}
	return v, nil
}

// template is a payload template: Parameters, ResultSelector, ItemSelector.
type template struct {
	value    any
	object   map[string]*template
	computed map[string]*expression
	list     []*template
}

func (t *template) eval(s *scope) (any, *Failure) {
	switch {
	case t.object != nil:
		out := make(map[string]any, len(t.object)+len(t.computed))
		for name, inner := range t.object {
			v, failure := inner.eval(s)
			if failure != nil {
				return nil, failure
			}
			out[name] = v
		}
		for name, e := range t.computed {
			v, failure := e.eval(s)
			if failure != nil {
				return nil, failure
			}
			out[name] = v
		}
		return out, nil
	case t.list != nil:
		out := make([]any, len(t.list))
		for i, inner := range t.list {
			v, failure := inner.eval(s)
			if failure != nil {
				return nil, failure
			}
			out[i] = v
		}
		return out, nil
	}
	return t.value, nil
}
