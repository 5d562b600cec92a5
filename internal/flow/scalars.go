package flow

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// Scalar is one value of a flows.yaml with its place.
type Scalar struct {
	place Error
	// Value is the text as it is written.
	Value string
}

// Path names the value, such as flows[0].name.
func (s Scalar) Path() string { return s.place.Path }

// Finding is a mistake at the value's place.
func (s Scalar) Finding(detail string) Error {
	e := s.place
	e.Detail = detail
	return e
}

// Scalars returns every value of a flows.yaml in order, without keys. A file that isn't
// YAML has none; [Parse] reports what is wrong with it.
func Scalars(raw []byte) []Scalar {
	var root yaml.Node
	if len(raw) > maxFile || yaml.Unmarshal(raw, &root) != nil {
		return nil
	}
	var all []Scalar
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch n.Kind {
		case yaml.DocumentNode:
			for _, c := range n.Content {
				walk(c, path)
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], join(path, n.Content[i].Value))
			}
		case yaml.SequenceNode:
			for i, c := range n.Content {
				walk(c, fmt.Sprintf("%s[%d]", path, i))
			}
		case yaml.ScalarNode:
			all = append(all, Scalar{Error{Line: n.Line, Column: n.Column, Path: path}, n.Value})
		}
	}
	walk(&root, "")
	return all
}
