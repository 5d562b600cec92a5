package merge

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// check refuses what the team's template must not have, given the engine's.
func (t *team) check(engine *yaml.Node) {
	t.engine = engine
	t.owned = ownedBy(engine)
	t.clashes()
	t.macros()
	t.hooks()
	for _, p := range t.resources() {
		r := resource{id: p.key.Value, key: p.key, node: p.value, kind: value(folder.Member(p.value, "Type")), properties: folder.Member(p.value, "Properties")}
		t.kinds(r)
		t.marks(r)
		t.architectures(r)
		t.uses(r)
		t.pointers(r)
		t.roles(r)
		t.policies(r)
		t.strings(r)
	}
	t.otherUses()
}

// resource is a resource of the team's.
type resource struct {
	id, kind              string
	key, node, properties *yaml.Node
}

// refuseAt notes a mistake of a resource, at one of its nodes.
func (t *team) refuseAt(r resource, n *yaml.Node, format string, args ...any) {
	if n == nil || n.Line == 0 {
		n = r.key
	}
	t.refuse(n, "Resources."+strings.ReplaceAll(r.id, "%", "%%")+": "+format, args...)
}

// clashes refuses names that the engine has too, and those whose resources SAM would
// name like the engine's: of a function Grant it makes a role GrantRole.
func (t *team) clashes() {
	for _, name := range []string{"Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs"} {
		for _, p := range pairs(folder.Member(t.root, name)) {
			if folder.Index(folder.Member(t.engine, name), p.key.Value) >= 0 && (name != "Resources" || p.key.Value != hooks) {
				t.refuse(p.key, "%s.%s is the engine's own; give yours another name", name, p.key.Value)
			}
		}
	}
	for _, p := range t.resources() {
		if !strings.HasPrefix(value(folder.Member(p.value, "Type")), "AWS::Serverless::") || p.key.Value == hooks {
			continue
		}
		for _, e := range pairs(folder.Member(t.engine, "Resources")) {
			if e.key.Value != p.key.Value && strings.HasPrefix(e.key.Value, p.key.Value) {
				t.refuse(p.key, "Resources.%s: SAM makes resources named %s… of it, and the engine has %s; give it another name", p.key.Value, p.key.Value, e.key.Value)
				break
			}
		}
	}
}

// macros refuses what rewrites the template after the check.
func (t *team) macros() {
	walk(t.root, nil, func(_ []string, n *yaml.Node) bool {
		name, _ := call(n)
		for _, p := range pairs(n) {
			if p.key.Value == "Fn::Transform" || strings.HasPrefix(p.key.Value, "Fn::ForEach") {
				name = p.key.Value
			}
		}
		if name == "Fn::Transform" || strings.HasPrefix(name, "Fn::ForEach") {
			t.refuse(n, "%s is refused: what it makes of the template can't be checked; write it out", name)
			return false
		}
		return true
	})
}

// walk calls visit for each node of a tree with the keys that lead to it. It goes on
// below a node if visit returns true.
func walk(n *yaml.Node, path []string, visit func(path []string, n *yaml.Node) bool) {
	if n == nil || !visit(path, n) {
		return
	}
	if n.Kind == yaml.MappingNode {
		for _, p := range pairs(n) {
			walk(p.value, append(slices.Clone(path), p.key.Value), visit)
		}
		return
	}
	for _, child := range n.Content {
		walk(child, path, visit)
	}
}

// hooks checks that the engine can call the team's hook function.
func (t *team) hooks() {
	own := folder.Member(t.root, "Resources", hooks)
	r := resource{id: hooks, key: own, node: own}
	if kind := value(folder.Member(own, "Type")); kind != function {
		t.refuseAt(r, folder.Member(own, "Type"), "must be of the type %s", function)
	}
	if condition := folder.Member(own, "Condition"); condition != nil {
		t.refuseAt(r, condition, "must have no Condition: the engine always calls it")
	}
	properties := folder.Member(own, "Properties")
	for _, p := range pairs(folder.Member(t.engine, "Resources", hooks, "Properties")) {
		switch p.key.Value {
		case "FunctionName", "AutoPublishAlias", "AutoPublishAliasAllProperties":
			if n := folder.Member(properties, p.key.Value); n != nil && n.Value != p.value.Value {
				t.refuseAt(r, n, "%s is %s, which the engine calls; leave it out", p.key.Value, p.value.Value)
			}
		}
	}
	for _, name := range []string{"DeploymentPreference", "PackageType", "ImageUri"} {
		if n := folder.Member(properties, name); n != nil {
			t.refuseAt(r, n, "%s is not supported: a request must meet one version of the hooks, from a .zip file", name)
		}
	}
}

// marks checks the mark of a strategy function.
func (t *team) marks(r resource) {
	mark := folder.Member(r.node, "Metadata", "FasttrackStrategy")
	if mark == nil {
		return
	}
	switch {
	case value(mark) != "true" && value(mark) != "false":
		t.refuseAt(r, mark, "FasttrackStrategy must be true or false")
	case !marked(r.node):
	case r.id == hooks:
		t.refuseAt(r, mark, "the hook function can't be a strategy too; write a function for it")
	case r.kind != function && r.kind != "AWS::Lambda::Function":
		t.refuseAt(r, mark, "only functions can be strategies")
	case folder.Member(r.properties, "FunctionName") == nil:
		t.refuseAt(r, r.key, `a strategy needs FunctionName: !Sub "${AWS::StackName}-NAME"; a flow names it as function: NAME`)
	}
}

// architectures checks that a function that the build makes runs on the processor that
// it is built for.
func (t *team) architectures(r resource) {
	for _, f := range t.folder.Functions {
		if n := folder.Member(r.properties, "Architectures"); f.LogicalID == r.id && n != nil {
			if len(n.Content) == 1 {
				if name, argument := call(n.Content[0]); name == "Ref" && argument.Value == architecture {
					return
				}
			}
			t.refuseAt(r, n, "Architectures must be [!Ref %s], which the build sets; leave it out", architecture)
		}
	}
}

// kinds refuses types of resources whose effect can't be checked.
func (t *team) kinds(r resource) {
	switch {
	case r.kind == "AWS::Serverless::Application" || r.kind == "AWS::CloudFormation::Stack":
		t.refuseAt(r, r.key, "nested stacks are refused: what is in them can't be checked; deploy it as a stack of its own")
	case strings.HasPrefix(r.kind, "AWS::CloudFormation::") && !contains([]string{"WaitCondition", "WaitConditionHandle", "CustomResource"}, strings.TrimPrefix(r.kind, "AWS::CloudFormation::")):
		t.refuseAt(r, r.key, "%s is refused: what it makes can't be checked; deploy it as a stack of its own", r.kind)
	case r.kind == "AWS::Serverless::Connector" || folder.Member(r.node, "Connectors") != nil:
		t.refuseAt(r, r.key, "connectors are refused: the rights that SAM makes of them can't be checked; write Policies")
	}
}
