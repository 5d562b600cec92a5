package template

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// properties reads a resource's properties one by one, so that an error has its line.
// SAM's Globals are the defaults.
type properties struct {
	r    *reader
	node *yaml.Node // the node of errors about an absent property
	own  *yaml.Node
	rest *yaml.Node
}

func (r *reader) properties(res *resource) properties {
	return properties{r: r, node: res.node, own: res.properties, rest: r.globals[res.kind]}
}

// get evaluates one property; ok is false if it is absent.
func (p properties) get(key string) (v any, at *yaml.Node, ok bool, err error) {
	at = child(p.own, key)
	if at == nil {
		at = child(p.rest, key)
	}
	if at == nil {
		return nil, p.node, false, nil
	}
	v, err = p.r.value(at)
	return v, at, err == nil && v != (noValue{}), err
}

// text returns a property that is text, or fallback if it is absent.
func (p properties) text(key, fallback string) (string, error) {
	v, at, ok, err := p.get(key)
	if err != nil || !ok {
		return fallback, err
	}
	switch v.(type) {
	case []any, map[string]any, nil:
		return "", p.r.errorf(at, "%s must be a text", key)
	}
	return fmt.Sprint(v), nil
}

// required returns a text that must not be empty.
func (p properties) required(key string) (string, error) {
	v, err := p.text(key, "")
	if err == nil && v == "" {
		err = p.r.errorf(p.node, "has no %s", key)
	}
	return v, err
}

// number returns a whole number, or fallback if it is absent.
func (p properties) number(key string, fallback int) (int, error) {
	v, at, ok, err := p.get(key)
	if err != nil || !ok {
		return fallback, err
	}
	n, err := strconv.Atoi(fmt.Sprint(v))
	if err != nil {
		return 0, p.r.errorf(at, "%s must be a whole number", key)
	}
	return n, nil
}

// list returns a property that is a list, nil if it is absent.
func (p properties) list(key string) ([]any, error) {
	v, at, ok, err := p.get(key)
	if err != nil || !ok {
		return nil, err
	}
	l, isList := v.([]any)
	if !isList {
		return nil, p.r.errorf(at, "%s must be a list", key)
	}
	return l, nil
}

// at returns the node of a property, or of what lacks it.
func (p properties) at(key string) *yaml.Node {
	for _, from := range []*yaml.Node{p.own, p.rest} {
		if n := child(from, key); n != nil {
			return n
		}
	}
	return p.node
}

// texts is a list of texts, or a single one.
func (p properties) texts(key string) ([]string, error) {
	v, _, ok, err := p.get(key)
	if err != nil || !ok {
		return nil, err
	}
	return texts(v), nil
}

// member reads the properties one level down.
func (p properties) member(key string) properties {
	inner := properties{r: p.r, node: p.node, own: child(p.own, key), rest: child(p.rest, key)}
	if inner.own != nil {
		inner.node = inner.own
	}
	return inner
}
