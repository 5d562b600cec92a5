package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// maxNodes bounds a template whose anchors repeat each other.
const maxNodes = 200_000

// plain returns a copy of a tree with its aliases written out. It refuses what readers
// of YAML read differently: keys that are given twice, and merge keys.
func (t *team) plain(n *yaml.Node) *yaml.Node {
	count := 0
	var walk func(*yaml.Node) *yaml.Node
	walk = func(n *yaml.Node) *yaml.Node {
		if count++; count > maxNodes {
			return n
		}
		if n.Kind == yaml.AliasNode {
			c := walk(n.Alias)
			c.Line = n.Line
			return c
		}
		c := *n
		c.Anchor, c.Content = "", make([]*yaml.Node, len(n.Content))
		for i, child := range n.Content {
			c.Content[i] = walk(child)
		}
		if c.Kind == yaml.MappingNode {
			seen := map[string]bool{}
			for _, p := range pairs(&c) {
				switch {
				case p.key.Kind != yaml.ScalarNode:
					t.refuse(p.key, "a key must be a text")
				case p.key.Value == "<<":
					t.refuse(p.key, "merge keys (<<) are not supported; write the members out")
				case seen[p.key.Value]:
					t.refuse(p.key, "%s is given twice; remove one", p.key.Value)
				}
				seen[p.key.Value] = true
			}
		}
		return &c
	}
	c := walk(n)
	if count > maxNodes {
		t.refuse(n, "more than %d values, counting those of anchors; write it without anchors", maxNodes)
	}
	return c
}

// allowed are the sections of a team's template.
var allowed = map[string]bool{
	"AWSTemplateFormatVersion": true, "Transform": true, "Description": true, "Metadata": true, "Globals": true,
	"Parameters": true, "Mappings": true, "Conditions": true, "Rules": true, "Resources": true, "Outputs": true,
}

// sections checks the sections of the template, and that each resource is one.
func (t *team) sections() {
	for _, p := range pairs(t.root) {
		name := p.key.Value
		switch {
		case !allowed[name]:
			t.refuse(p.key, "unknown section %s", name)
		case name == "Transform":
			for _, transform := range scalars(p.value) {
				if value(transform) != "AWS::Serverless-2016-10-31" {
					t.refuse(transform, "transforms other than AWS::Serverless-2016-10-31 are refused: what they make of the template can't be checked")
				}
			}
		case name == "AWSTemplateFormatVersion" || name == "Description":
		case p.value.Kind != yaml.MappingNode && p.value.Tag != "!!null":
			t.refuse(p.key, "%s must be a mapping", name)
		}
	}
	if len(t.mistakes) > 0 {
		return
	}
	for _, p := range pairs(t.root) {
		if p.value.Tag == "!!null" {
			remove(t.root, p.key.Value)
		}
	}
	for _, p := range pairs(folder.Member(t.root, "Globals")) {
		if !contains(inlined, p.key.Value) {
			t.refuse(p.key, "Globals.%s is not supported; write its properties at the resource itself. Supported: %s", p.key.Value, strings.Join(inlined, ", "))
		}
		if p.value.Kind != yaml.MappingNode {
			t.refuse(p.key, "Globals.%s must be a mapping", p.key.Value)
		}
	}
	for _, p := range t.resources() {
		id := p.key.Value
		switch {
		case strings.HasPrefix(id, "Fn::"):
			t.refuse(p.key, "%s in Resources is refused: what it makes can't be checked", id)
		case p.value.Kind != yaml.MappingNode || value(folder.Member(p.value, "Type")) == "":
			t.refuse(p.key, "Resources.%s must be a mapping with Type", id)
		default:
			if properties := folder.Member(p.value, "Properties"); properties == nil || properties.Tag == "!!null" {
				set(p.value, "Properties", mapping())
			} else if properties.Kind != yaml.MappingNode {
				t.refuse(p.key, "Resources.%s.Properties must be a mapping", id)
			}
		}
	}
}
