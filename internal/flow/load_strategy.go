package flow

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

var strategyTypes = []string{"lambda", "iam-group", "identity-center"}

// strategy reads a flow's strategy. Settings of a type beyond its function stay as they
// are, for the strategy to read.
func (r *reader) strategy(n *yaml.Node, path string, f *Flow) {
	s := &Strategy{}
	f.Strategy = s
	before := len(r.errs.List)
	defer func() { r.broken[path] = len(r.errs.List) > before }()
	var all map[string]any
	r.settings(n, path, &all)
	if n.Kind != yaml.MappingNode {
		return
	}
	typ, function := child(n, "type"), child(n, "function")
	switch {
	case typ == nil:
		r.fail(n, join(path, "type"), "missing; must be %s", orList(strategyTypes))
	case typ.Tag != "!!str" || !slices.Contains(strategyTypes, typ.Value):
		r.fail(typ, join(path, "type"), "must be %s, got %s", orList(strategyTypes), describe(typ))
	default:
		s.Type = typ.Value
	}
	switch {
	case s.Type == "lambda" && function == nil:
		r.fail(n, join(path, "function"), "missing; must be a Lambda function's name or ARN")
	case s.Type == "lambda":
		r.text(&s.Function, 200)(function, join(path, "function"))
		r.uses(function, join(path, "function"), s.Function, f.Name, true)
		if err := checkFunction(s.Function); err != nil && function.Tag == "!!str" {
			r.fail(function, join(path, "function"), "%v", err)
		}
	case s.Type != "" && function != nil:
		r.fail(function, join(path, "function"), "only type lambda has a function")
	}
	delete(all, "type")
	delete(all, "function")
	if s.Type == "lambda" && r.contract(n, path, s) {
		delete(all, "version")
		if s.Version > 1 {
			delete(all, "fields")
		}
	}
	if len(all) > 0 {
		s.Settings = all
	}
}

// contract reads which version of the strategy contract the function speaks. From
// version 2 on, fields names the sensitive fields that it gets; before, a block may
// have a setting of that name. It reports whether there is a version.
func (r *reader) contract(n *yaml.Node, path string, s *Strategy) bool {
	version := child(n, "version")
	if version == nil {
		return false
	}
	if version.Tag != "!!int" || version.Value != "1" && version.Value != "2" {
		r.fail(version, join(path, "version"), "must be 1 or 2, the versions of the strategy contract; got %s", describe(version))
		return true
	}
	s.Version = int(version.Value[0] - '0')
	fields := child(n, "fields")
	if s.Version < 2 || fields == nil {
		return true
	}
	r.strings(&s.Fields, func(string) error { return nil })(fields, join(path, "fields"))
	return true
}

// orList writes a choice for a sentence: a, b or c.
func orList(words []string) string { return enumerate(words, "or") }
