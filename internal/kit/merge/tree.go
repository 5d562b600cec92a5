package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// set sets a key of a mapping to a value.
func set(n *yaml.Node, key string, value *yaml.Node) {
	if at := folder.Index(n, key); at >= 0 {
		n.Content[at+1] = value
		return
	}
	n.Content = append(n.Content, text(key), value)
}

// remove removes a key of a mapping.
func remove(n *yaml.Node, key string) {
	if at := folder.Index(n, key); at >= 0 {
		n.Content = append(n.Content[:at:at], n.Content[at+2:]...)
	}
}

// section returns a section of a template, which it adds if the template lacks it.
func section(root *yaml.Node, name string) *yaml.Node {
	n := folder.Member(root, name)
	if n == nil {
		n = mapping()
		set(root, name, n)
	}
	return n
}

// pair is a key of a mapping and its value.
type pair struct{ key, value *yaml.Node }

// pairs returns the members of a mapping; none of nil.
func pairs(n *yaml.Node) []pair {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	list := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, pair{n.Content[i], n.Content[i+1]})
	}
	return list
}

// value returns the text of a scalar without a function; "" of anything else.
func value(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	if name, _ := call(n); name != "" {
		return ""
	}
	return n.Value
}

func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

func ref(name string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!Ref", Value: name}
}

func sub(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!Sub", Style: yaml.DoubleQuotedStyle, Value: s}
}

func getAtt(name, attribute string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!GetAtt", Value: name + "." + attribute}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// mapping returns a mapping of the given keys and values, by turns.
func mapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: content}
}

// call returns the name and the argument of a function of CloudFormation, in its short
// form (!Sub) and its long one; the name of anything else is "".
func call(n *yaml.Node) (name string, argument *yaml.Node) {
	if n == nil {
		return "", nil
	}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") && n.Tag != "!" {
		plain := *n
		plain.Tag = ""
		if name = n.Tag[1:]; name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return name, &plain
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", nil
	}
	key, argument := n.Content[0].Value, n.Content[1]
	if key == "Ref" || strings.HasPrefix(key, "Fn::") || key == "Condition" && argument.Kind == yaml.ScalarNode {
		return key, argument
	}
	return "", nil
}

// noValue reports whether n is !Ref AWS::NoValue.
func noValue(n *yaml.Node) bool {
	name, argument := call(n)
	return name == "Ref" && argument.Value == "AWS::NoValue"
}

// replace sets n to the content of another node, and keeps its comments.
func replace(n, with *yaml.Node) {
	head, line, foot := n.HeadComment, n.LineComment, n.FootComment
	*n = *with
	if n.HeadComment == "" {
		n.HeadComment = head
	}
	if n.LineComment == "" {
		n.LineComment = line
	}
	if n.FootComment == "" {
		n.FootComment = foot
	}
}

// copied returns a copy of a tree that shares no node with it.
func copied(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = copied(child)
	}
	return &c
}
