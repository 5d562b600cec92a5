package flow

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Deployed returns the text of a flows.yaml as a deployment of the stage has it: a file
// with the vars of that stage, and without stages and anchors. It has the named flows, or
// all. The errors are those of [Parse] and [File.At], or that a flow is unknown.
func Deployed(name string, raw []byte, stage string, flows ...string) ([]byte, error) {
	file, err := Parse(name, raw)
	if err != nil {
		return nil, err
	}
	if _, err := file.At(stage); err != nil {
		return nil, err
	}
	for _, wanted := range flows {
		if _, known := file.Find(wanted); !known {
			return nil, fmt.Errorf("%s has no flow %q", name, clip(wanted))
		}
	}
	doc, mistake := document(raw)
	if mistake != nil {
		return nil, &Errors{Name: name, List: []Error{*mistake}}
	}
	root := expanded(doc.Content[0])
	removeKey(root, "stages")
	list := child(root, "flows")
	list.Content = slices.DeleteFunc(list.Content, func(f *yaml.Node) bool {
		return len(flows) > 0 && !slices.Contains(flows, child(f, "name").Value)
	})
	for _, f := range list.Content {
		applyStage(f, stage)
	}
	return yaml.Dump(root, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false))
}

// applyStage puts the vars of a stage into those of a flow.
func applyStage(f *yaml.Node, stage string) {
	own := &yaml.Node{Kind: yaml.MappingNode}
	if stages := child(f, "stages"); stages != nil {
		if values := child(stages, stage); values != nil {
			own = child(values, "vars")
		}
	}
	removeKey(f, "stages")
	if len(own.Content) == 0 {
		return
	}
	vars := child(f, "vars")
	if vars == nil {
		vars = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		f.Content = append(f.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "vars"}, vars)
	}
	for i := 0; i+1 < len(own.Content); i += 2 {
		removeKey(vars, own.Content[i].Value)
	}
	vars.Content = append(vars.Content, own.Content...)
}

// expanded returns a copy of a node with its aliases replaced by what they name.
func expanded(n *yaml.Node) *yaml.Node {
	node := *resolve(n)
	node.Anchor = ""
	node.Content = make([]*yaml.Node, len(node.Content))
	for i, c := range resolve(n).Content {
		node.Content[i] = expanded(c)
	}
	return &node
}

// removeKey removes a key of a mapping, with its value.
func removeKey(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}
