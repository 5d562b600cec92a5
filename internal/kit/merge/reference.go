package merge

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// kind is what a reference names.
type kind int

const (
	toValue     kind = iota // a resource or a parameter
	toCondition             // a condition
	toMapping               // a mapping
)

// reference is a place in a template that names something else in it.
type reference struct {
	kind kind
	// name is the name without its attribute, attribute what follows its dot.
	name, attribute string
	node            *yaml.Node
}

// placeholder is a ${Name} of Fn::Sub; ${!Name} is none.
var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// references calls visit for each reference in a tree, in order.
func references(n *yaml.Node, visit func(reference)) {
	if n == nil {
		return
	}
	name, argument := call(n)
	switch name {
	case "Ref":
		visit(dotted(toValue, argument.Value, n))
		return
	case "Condition":
		visit(reference{kind: toCondition, name: argument.Value, node: n})
		return
	case "Fn::GetAtt":
		if argument.Kind == yaml.ScalarNode {
			visit(dotted(toValue, argument.Value, n))
			return
		}
		if len(argument.Content) > 0 {
			to := dotted(toValue, argument.Content[0].Value, n)
			for _, attribute := range argument.Content[1:] {
				to.attribute = strings.TrimPrefix(to.attribute+"."+attribute.Value, ".")
				references(attribute, visit)
			}
			visit(to)
		}
		return
	case "Fn::Sub":
		format, own := argument, (*yaml.Node)(nil)
		if argument.Kind == yaml.SequenceNode && len(argument.Content) > 0 {
			format = argument.Content[0]
			if len(argument.Content) > 1 {
				own = argument.Content[1]
			}
		}
		for _, found := range placeholder.FindAllStringSubmatch(format.Value, -1) {
			if to := dotted(toValue, strings.TrimSpace(found[1]), n); folder.Member(own, found[1]) == nil {
				visit(to)
			}
		}
		references(own, visit)
		return
	case "Fn::FindInMap":
		if len(argument.Content) > 0 && value(argument.Content[0]) != "" {
			visit(reference{kind: toMapping, name: argument.Content[0].Value, node: n})
		}
	case "Fn::If":
		if len(argument.Content) > 0 {
			visit(reference{kind: toCondition, name: argument.Content[0].Value, node: n})
		}
	}
	for _, child := range n.Content {
		references(child, visit)
	}
}

func dotted(k kind, name string, n *yaml.Node) reference {
	name, attribute, _ := strings.Cut(name, ".")
	return reference{kind: k, name: name, attribute: attribute, node: n}
}

// resourceReferences calls visit for each reference of a resource: those of its
// properties and those of its attributes.
func resourceReferences(resource *yaml.Node, visit func(reference)) {
	for _, p := range pairs(resource) {
		switch p.key.Value {
		case "Condition":
			visit(reference{kind: toCondition, name: p.value.Value, node: p.value})
		case "DependsOn":
			for _, on := range scalars(p.value) {
				visit(reference{kind: toValue, name: on.Value, node: on})
			}
		case "Type", "Metadata":
		default:
			references(p.value, visit)
		}
	}
}

// scalars returns n, or the items of the sequence that it is.
func scalars(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// rename replaces each reference for which with returns a node. A placeholder of Fn::Sub
// becomes the placeholder of the parameter that the node refers to.
func rename(n *yaml.Node, with func(name, attribute string) *yaml.Node) {
	if n == nil {
		return
	}
	switch name, argument := call(n); {
	case name == "Ref" || name == "Fn::GetAtt" && argument.Kind == yaml.ScalarNode:
		to := dotted(toValue, argument.Value, n)
		if node := with(to.name, to.attribute); node != nil {
			replace(n, node)
		}
		return
	case name == "Fn::Sub" && argument.Kind == yaml.ScalarNode:
		n.Value = placeholder.ReplaceAllStringFunc(n.Value, func(found string) string {
			to := dotted(toValue, found[2:len(found)-1], n)
			node := with(to.name, to.attribute)
			if node == nil {
				return found
			}
			if name, argument := call(node); name == "Ref" {
				return "${" + argument.Value + "}"
			}
			return node.Value
		})
		return
	}
	for _, child := range n.Content {
		rename(child, with)
	}
}
