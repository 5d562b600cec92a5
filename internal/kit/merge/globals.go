package merge

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// inlined are the sections of Globals that are inlined. Those of APIs apply to an API
// that SAM makes of events, which is no resource of the template.
var inlined = []string{"Function", "StateMachine", "SimpleTable", "LayerVersion"}

// inlineGlobals writes what Globals says into the resources of a template, as SAM does,
// and removes it: so the globals of one template don't apply to the other's.
func inlineGlobals(root *yaml.Node) {
	globals := folder.Member(root, "Globals")
	for _, p := range pairs(folder.Member(root, "Resources")) {
		kind, resource := value(folder.Member(p.value, "Type")), p.value
		for _, s := range pairs(globals) {
			if kind != "AWS::Serverless::"+s.key.Value {
				continue
			}
			defaults := copied(s.value)
			switch ignored := folder.Member(resource, "IgnoreGlobals"); {
			case ignored == nil:
			case value(ignored) == "*":
				continue
			default:
				for _, name := range ignored.Content {
					remove(defaults, name.Value)
				}
			}
			set(resource, "Properties", under(defaults, folder.Member(resource, "Properties"), ""))
		}
		remove(resource, "IgnoreGlobals")
	}
	remove(root, "Globals")
}

// under returns own over defaults, by SAM's rules: mappings are merged, lists are
// joined, and own's values win. The list of architectures is replaced.
func under(defaults, own *yaml.Node, name string) *yaml.Node {
	if own == nil {
		return defaults
	}
	a, _ := call(defaults)
	b, _ := call(own)
	switch {
	case a != "" || b != "" || defaults.Kind != own.Kind || name == "Architectures":
		return own
	case own.Kind == yaml.MappingNode:
		merged := *defaults
		merged.Content = slices.Clone(defaults.Content)
		for _, p := range pairs(own) {
			if at := folder.Index(&merged, p.key.Value); at >= 0 {
				merged.Content[at], merged.Content[at+1] = p.key, under(merged.Content[at+1], p.value, p.key.Value)
				continue
			}
			merged.Content = append(merged.Content, p.key, p.value)
		}
		merged.Line, merged.Style = own.Line, own.Style
		return &merged
	case own.Kind == yaml.SequenceNode:
		merged := *own
		merged.Content = slices.Concat(defaults.Content, own.Content)
		return &merged
	}
	return own
}
