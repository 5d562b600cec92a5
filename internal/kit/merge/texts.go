package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// Characters that stand for what is known only when a stack is created. No text of a
// template has them.
const (
	stackName = "\x01"
	pseudo    = "\x02" // another pseudo parameter, such as the account
	opaque    = "\x03" // what CloudFormation makes: a resource's name or ARN
	parameter = "\x04" // the value of a parameter
)

// maxTexts bounds the alternatives of one value.
const maxTexts = 64

// reader finds the texts that a value may have.
type reader struct {
	root *yaml.Node
}

// texts returns the texts that a value can become. It is not sure of what only another
// stack, a list or a service knows.
func (r reader) texts(n *yaml.Node) (all []string, sure bool) {
	if n == nil {
		return nil, true
	}
	name, argument := call(n)
	switch name {
	case "":
		switch n.Kind {
		case yaml.ScalarNode:
			return []string{n.Value}, !strings.Contains(n.Value, "{{resolve:")
		case yaml.SequenceNode:
			return r.all(n.Content)
		}
		return nil, false
	case "Ref":
		return r.reference(argument.Value)
	case "Fn::GetAtt":
		if argument.Kind == yaml.ScalarNode {
			return r.reference(argument.Value)
		}
		if len(argument.Content) > 0 {
			return r.reference(argument.Content[0].Value + ".")
		}
	case "Fn::If":
		if len(argument.Content) == 3 {
			return r.all(argument.Content[1:])
		}
	case "Fn::Sub":
		return r.sub(argument)
	case "Fn::Join":
		return r.join(argument)
	case "Fn::Select":
		if len(argument.Content) == 2 {
			return r.texts(argument.Content[1])
		}
	case "Fn::Split":
		if len(argument.Content) == 2 && value(argument.Content[0]) != "" {
			texts, sure := r.texts(argument.Content[1])
			for _, s := range texts {
				all = append(all, strings.Split(s, argument.Content[0].Value)...)
			}
			return all, sure
		}
	case "Fn::FindInMap":
		if len(argument.Content) > 0 {
			if m := folder.Member(r.root, "Mappings", value(argument.Content[0])); m != nil {
				return leaves(m), true
			}
		}
	}
	return nil, false
}

func (r reader) all(nodes []*yaml.Node) (all []string, sure bool) {
	sure = true
	for _, n := range nodes {
		texts, is := r.texts(n)
		all, sure = append(all, texts...), sure && is
	}
	return all, sure
}

// reference returns what a Ref, a GetAtt or a placeholder stands for. A resource with a
// name of its own stands for that name.
func (r reader) reference(to string) (all []string, sure bool) {
	name, attribute, _ := strings.Cut(to, ".")
	switch {
	case name == "AWS::NoValue":
		return nil, true
	case name == "AWS::StackName":
		return []string{stackName}, true
	case strings.HasPrefix(name, "AWS::"):
		return []string{pseudo}, true
	}
	if p := folder.Member(r.root, "Parameters", name); p != nil {
		return []string{parameter + name}, !strings.HasPrefix(value(folder.Member(p, "Type")), "AWS::SSM::")
	}
	resource := folder.Member(r.root, "Resources", name)
	kind := value(folder.Member(resource, "Type"))
	if attribute == "" {
		if named := folder.Member(resource, "Properties", nameOf(kind)); named != nil {
			return r.texts(named)
		}
	}
	// Its value is whatever the template, or code, makes it.
	made := strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource" || kind == "AWS::SSM::Parameter"
	return []string{stackName + "-" + name + "-" + opaque + attribute}, !made
}

func (r reader) sub(argument *yaml.Node) ([]string, bool) {
	format, own := argument, (*yaml.Node)(nil)
	if argument.Kind == yaml.SequenceNode {
		if len(argument.Content) == 0 {
			return nil, false
		}
		format = argument.Content[0]
		if len(argument.Content) > 1 {
			own = argument.Content[1]
		}
	}
	parts, sure := []string{""}, !strings.Contains(format.Value, "{{resolve:")
	rest := format.Value
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			return times(parts, []string{strings.ReplaceAll(rest, "${!", "${")}), sure
		}
		parts = times(parts, []string{strings.ReplaceAll(rest[:at[0]], "${!", "${")})
		name := rest[at[2]:at[3]]
		texts, is := r.reference(strings.TrimSpace(name))
		if n := folder.Member(own, name); n != nil {
			texts, is = r.texts(n)
		}
		parts, sure = times(parts, texts), sure && is
		rest = rest[at[1]:]
	}
}

func (r reader) join(argument *yaml.Node) ([]string, bool) {
	if len(argument.Content) != 2 {
		return nil, false
	}
	items := argument.Content[1]
	if name, _ := call(items); name != "" || items.Kind != yaml.SequenceNode {
		return r.texts(items)
	}
	parts, sure := []string{""}, true
	for i, item := range items.Content {
		if i > 0 {
			parts = times(parts, []string{value(argument.Content[0])})
		}
		texts, is := r.texts(item)
		parts, sure = times(parts, texts), sure && is
	}
	return parts, sure
}

// times returns each text of a followed by each of b.
func times(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	var all []string
	for _, x := range a {
		for _, y := range b {
			if len(all) < maxTexts {
				all = append(all, x+y)
			}
		}
	}
	return all
}

// leaves returns the texts of a tree.
func leaves(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var all []string
	for _, p := range pairs(n) {
		all = append(all, leaves(p.value)...)
	}
	if n.Kind == yaml.SequenceNode {
		for _, child := range n.Content {
			all = append(all, leaves(child)...)
		}
	}
	return all
}
