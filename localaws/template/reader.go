package template

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// reader is the state of reading a template.
type reader struct {
	file       string
	opts       Options
	where      string // the resource or section that errors name
	parameters map[string]any
	conditions map[string]*condition
	globals    map[string]*yaml.Node // SAM's Globals by kind of resource
	order      []string              // logical ids as in the template
	resources  map[string]*resource
	policies   []policy
	async      map[string]*Async // by the name of a function
	mappings   *yaml.Node        // the section Mappings, nil without one
	skipped    []string          // what Stack.Skipped says
	aliases    []alias           // AWS::Lambda::Alias
	inPolicy   bool              // whether what is worked out is no part of what is served
	inRules    bool              // whether a rule is worked out
}

func newReader(file string, opts Options) *reader {
	return &reader{
		file:       file,
		opts:       opts,
		parameters: map[string]any{},
		conditions: map[string]*condition{},
		globals:    map[string]*yaml.Node{},
		resources:  map[string]*resource{},
		async:      map[string]*Async{},
	}
}

func (r *reader) errorf(n *yaml.Node, format string, args ...any) error {
	return &Error{File: r.file, Line: n.Line, Where: r.where, Message: fmt.Sprintf(format, args...)}
}

// in has errors name where until the returned function is called.
func (r *reader) in(where string) func() {
	before := r.where
	r.where = where
	return func() { r.where = before }
}

// pair is one member of a mapping.
type pair struct {
	key  string
	node *yaml.Node
}

// mapping lists the members of a plain mapping.
func (r *reader) mapping(n *yaml.Node) ([]pair, error) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		return nil, r.errorf(n, "must be a mapping")
	}
	pairs := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i].Value, resolve(n.Content[i+1])})
	}
	return pairs, nil
}

// child returns a member of a mapping, nil if it is absent.
func child(n *yaml.Node, key string) *yaml.Node {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

// resolve follows YAML aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
