package merge

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// strategies returns the logical ids of the functions that are marked as strategies.
func (t *team) strategies() []string {
	var ids []string
	for _, p := range t.resources() {
		if marked(p.value) {
			ids = append(ids, p.key.Value)
		}
	}
	return ids
}

// marked reports whether a resource is a strategy function.
func marked(resource *yaml.Node) bool {
	return value(folder.Member(resource, "Metadata", "FasttrackStrategy")) == "true"
}

// grant adds the right to invoke the team's strategy functions to the role of
// functions/grant, beside that on the functions of the parameter.
func (t *team) grant(root *yaml.Node) {
	var rights []*yaml.Node
	for _, p := range t.resources() {
		if !marked(p.value) {
			continue
		}
		to := list(getAtt(p.key.Value, "Arn"))
		if folder.Member(p.value, "Properties", "AutoPublishAlias") != nil {
			to.Content = append(to.Content, ref(p.key.Value+".Alias"))
		}
		right := mapping(text("Effect"), text("Allow"), text("Action"), text("lambda:InvokeFunction"), text("Resource"), to)
		if condition := folder.Member(p.value, "Condition"); condition != nil {
			right = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!If", Content: []*yaml.Node{text(condition.Value), right, ref("AWS::NoValue")}}
		}
		rights = append(rights, right)
	}
	if len(rights) == 0 {
		return
	}
	if !insertAfter(folder.Member(root, "Resources", "GrantRole"), strategyArns, rights) {
		t.refuse(t.root, "the engine's role has no statement of %s", strategyArns)
	}
}

// insertAfter adds items after the item of a list of statements that refers to a name.
func insertAfter(n *yaml.Node, name string, items []*yaml.Node) bool {
	if n == nil {
		return false
	}
	if statements := folder.Member(n, "Statement"); statements != nil && statements.Kind == yaml.SequenceNode {
		for i, statement := range statements.Content {
			found := false
			references(statement, func(r reference) { found = found || r.name == name })
			if found {
				statements.Content = slices.Insert(statements.Content, i+1, items...)
				return true
			}
		}
	}
	return slices.ContainsFunc(n.Content, func(child *yaml.Node) bool { return insertAfter(child, name, items) })
}
