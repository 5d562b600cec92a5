package merge

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// watching are types that read metrics and logs, and give no right to others: in the
// named properties they may refer to all of the engine.
var watching = map[string][]string{
	"AWS::CloudWatch::Alarm":          nil,
	"AWS::CloudWatch::CompositeAlarm": nil,
	"AWS::CloudWatch::Dashboard":      nil,
	"AWS::Logs::MetricFilter":         {"LogGroupName"},
	"AWS::Logs::SubscriptionFilter":   {"LogGroupName"},
}

// uses checks what a resource refers to.
func (t *team) uses(r resource) {
	for _, p := range pairs(r.node) {
		switch p.key.Value {
		case "Condition":
			t.known(reference{kind: toCondition, name: p.value.Value, node: p.value}, r)
		case "DependsOn":
			for _, on := range scalars(p.value) {
				if !t.resource(on.Value) {
					t.refuseAt(r, on, "DependsOn: no such resource: %s", on.Value)
				}
			}
		case "Type", "Metadata":
		default:
			t.usesBelow(p.value, nil, r)
		}
	}
}

// usesBelow checks the references in a tree; path are the keys that lead to it.
func (t *team) usesBelow(n *yaml.Node, path []string, r resource) {
	walk(n, path, func(path []string, n *yaml.Node) bool {
		name, argument := call(n)
		if name == "" || name == "Condition" && len(path) > 0 && strings.EqualFold(path[len(path)-1], "Statement") {
			return true
		}
		visit := func(to reference) {
			if !t.known(to, r) || to.kind != toValue {
				return
			}
			if folder.Index(folder.Member(t.engine, "Resources"), to.name) >= 0 && to.name != hooks && !mayUse(to.name, r, path) {
				t.refuseAt(r, to.node, "%s is the engine's own, and yours must not use it%s", to.name, instead(to.name))
			}
		}
		own := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Line: n.Line}
		switch name {
		case "Ref", "Fn::GetAtt", "Condition":
			references(n, visit)
			return false
		case "Fn::Sub":
			references(n, visit)
			return false
		case "Fn::If", "Fn::FindInMap":
			if len(argument.Content) > 0 {
				own.Kind, own.Content = yaml.SequenceNode, argument.Content[:1]
				own.Tag = "!" + strings.TrimPrefix(name, "Fn::")
				references(own, visit)
			}
		}
		return true
	})
}

// known refuses a name that neither template has.
func (t *team) known(to reference, r resource) bool {
	switch to.kind {
	case toCondition:
		if folder.Index(folder.Member(t.root, "Conditions"), to.name) < 0 && folder.Index(folder.Member(t.engine, "Conditions"), to.name) < 0 {
			t.refuseAt(r, to.node, "no such condition: %s", to.name)
			return false
		}
	case toMapping:
		if folder.Index(folder.Member(t.root, "Mappings"), to.name) < 0 && folder.Index(folder.Member(t.engine, "Mappings"), to.name) < 0 {
			t.refuseAt(r, to.node, "no such mapping: %s", to.name)
			return false
		}
	default:
		if !strings.HasPrefix(to.name, "AWS::") && !t.parameter(to.name) && !t.resource(to.name) {
			t.refuseAt(r, to.node, "no such resource or parameter: %s%s", to.name, instead(to.name))
			return false
		}
	}
	return true
}

func (t *team) parameter(name string) bool {
	return folder.Index(folder.Member(t.root, "Parameters"), name) >= 0 || folder.Index(folder.Member(t.engine, "Parameters"), name) >= 0
}

func (t *team) resource(name string) bool {
	return folder.Index(folder.Member(t.root, "Resources"), name) >= 0 || folder.Index(folder.Member(t.engine, "Resources"), name) >= 0
}

// mayUse reports whether a resource may refer to one of the engine's, at a place.
func mayUse(name string, r resource, path []string) bool {
	in := func(keys ...string) bool {
		return len(path) >= len(keys) && slices.Equal(path[len(path)-len(keys):], keys)
	}
	if keys, is := watching[r.kind]; is {
		return len(keys) == 0 || len(path) > 0 && contains(keys, path[0])
	}
	switch name {
	case "Api", "ApiStage", hooksLogs:
		return true
	case "Bus":
		return r.kind == "AWS::Events::Rule" && in("EventBusName") || r.kind == "AWS::Events::Archive" && in("SourceArn") ||
			strings.HasPrefix(r.kind, "AWS::Serverless::") && len(path) > 1 && path[0] == "Events" && in("Properties", "EventBusName")
	case "PeoplePolicy", "ReviewersPolicy":
		return in("ManagedPolicyArns") || r.kind == function && in("Policies")
	}
	return false
}

// instead says what to do instead of using a name of the engine's.
func instead(name string) string {
	switch name {
	case "Bus":
		return ": a rule takes it as EventBusName, and nothing else may"
	case "Table", "StateMachine", "Lane":
		return ": call the API (!GetAtt Api.ApiEndpoint), or receive events from the bus"
	case "HookSecretArns", "HookInvokeArns", "HooksRole":
		return ": write the rights of " + hooks + " as its Policies"
	case "DemoStrategy":
		return ": the sample strategy is not deployed"
	}
	return ""
}

// otherUses checks the references of conditions, rules and outputs. An output only shows
// a name, so it may refer to all of the engine.
func (t *team) otherUses() {
	for _, name := range []string{"Conditions", "Outputs"} {
		for _, p := range pairs(folder.Member(t.root, name)) {
			visit := func(to reference) {
				switch {
				case to.kind == toCondition && folder.Index(folder.Member(t.root, "Conditions"), to.name) < 0 && folder.Index(folder.Member(t.engine, "Conditions"), to.name) < 0:
					t.refuse(to.node, "%s.%s: no such condition: %s", name, p.key.Value, to.name)
				case to.kind == toValue && !strings.HasPrefix(to.name, "AWS::") && !t.parameter(to.name) && !t.resource(to.name):
					t.refuse(to.node, "%s.%s: no such resource or parameter: %s%s", name, p.key.Value, to.name, instead(to.name))
				}
			}
			if name == "Outputs" {
				resourceReferences(p.value, visit)
				continue
			}
			references(p.value, visit)
		}
	}
}
