package merge

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// pointing are the properties by which a resource changes or opens another one: they
// must name a resource of the team's by Ref or GetAtt, since a name in a text could be
// any.
var pointing = map[string][]string{
	"AWS::Lambda::Permission":                       {"FunctionName"},
	"AWS::Lambda::Alias":                            {"FunctionName"},
	"AWS::Lambda::Version":                          {"FunctionName"},
	"AWS::Lambda::Url":                              {"TargetFunctionArn"},
	"AWS::Lambda::EventInvokeConfig":                {"FunctionName"},
	"AWS::Lambda::EventSourceMapping":               {"FunctionName"},
	"AWS::SQS::QueuePolicy":                         {"Queues"},
	"AWS::SQS::QueueInlinePolicy":                   {"Queue"},
	"AWS::SNS::TopicPolicy":                         {"Topics"},
	"AWS::SNS::TopicInlinePolicy":                   {"TopicArn"},
	"AWS::SecretsManager::ResourcePolicy":           {"SecretId"},
	"AWS::SecretsManager::RotationSchedule":         {"SecretId"},
	"AWS::SecretsManager::SecretTargetAttachment":   {"SecretId"},
	"AWS::Events::EventBusPolicy":                   {"EventBusName"},
	"AWS::StepFunctions::StateMachineAlias":         {"RoutingConfiguration"},
	"AWS::StepFunctions::StateMachineVersion":       {"StateMachineArn"},
	"AWS::KMS::Alias":                               {"TargetKeyId"},
	"AWS::IAM::Policy":                              {"Roles"},
	"AWS::IAM::ManagedPolicy":                       {"Roles"},
	"AWS::IAM::RolePolicy":                          {"RoleName"},
	"AWS::IAM::InstanceProfile":                     {"Roles"},
	"AWS::IAM::User":                                {"Groups"},
	"AWS::IAM::UserToGroupAddition":                 {"GroupName"},
	"AWS::ApiGatewayV2::Route":                      {"ApiId"},
	"AWS::ApiGatewayV2::RouteResponse":              {"ApiId"},
	"AWS::ApiGatewayV2::Integration":                {"ApiId"},
	"AWS::ApiGatewayV2::IntegrationResponse":        {"ApiId"},
	"AWS::ApiGatewayV2::Authorizer":                 {"ApiId"},
	"AWS::ApiGatewayV2::Stage":                      {"ApiId"},
	"AWS::ApiGatewayV2::Deployment":                 {"ApiId"},
	"AWS::ApiGatewayV2::Model":                      {"ApiId"},
	"AWS::ApiGatewayV2::ApiGatewayManagedOverrides": {"ApiId"},
}

// pointers checks the properties by which a resource changes or opens another.
func (t *team) pointers(r resource) {
	for _, name := range pointing[r.kind] {
		n := folder.Member(r.properties, name)
		for _, target := range branches(n) {
			if !t.own(target) && !noValue(target) {
				t.refuseAt(r, target, "%s must name a resource of this template, by !Ref or !GetAtt", name)
			}
		}
	}
	t.derived(r)
	for _, event := range pairs(folder.Member(r.properties, "Events")) {
		if value(folder.Member(event.value, "Type")) == "SQS" && folder.Member(r.properties, "Role") == nil {
			t.refuseAt(r, event.key, "SAM lets a function with an SQS event receive from all queues, also the engine's; give the function a Role of your own")
		}
		for _, name := range []string{"ApiId", "RestApiId"} {
			if n := folder.Member(event.value, "Properties", name); n != nil && !t.own(n) {
				t.refuseAt(r, n, "%s must name an API of this template; the engine's has no room for other routes", name)
			}
		}
	}
}

// derived checks the properties of which CloudFormation or SAM makes a right: whoever
// deploys calls the function of a custom resource, and a function may send to its queues.
// [team.strings] compares their texts, so these must be readable.
func (t *team) derived(r resource) {
	for _, path := range [][]string{
		{"ServiceToken"}, {"DeadLetterQueue", "TargetArn"},
		{"EventInvokeConfig", "DestinationConfig", "OnFailure", "Destination"}, {"EventInvokeConfig", "DestinationConfig", "OnSuccess", "Destination"},
	} {
		for _, n := range branches(folder.Member(r.properties, path...)) {
			if _, sure := (reader{root: t.root}).texts(n); !sure {
				t.refuseAt(r, n, "%s can't be checked; write an ARN, or !Ref or !GetAtt of a resource or a parameter", path[len(path)-1])
			}
		}
	}
}

// resolved refuses a dynamic reference to a secret of the engine's: whoever deploys
// reads it, and the team's resource would have it.
func (t *team) resolved(r resource, n *yaml.Node, texts []string) {
	for _, s := range texts {
		if !strings.Contains(s, "{{resolve:secretsmanager:") {
			continue
		}
		references(n, func(to reference) {
			if folder.Index(folder.Member(t.engine, "Parameters"), to.name) >= 0 {
				t.refuseAt(r, n, "%s is a secret of the engine's", to.name)
			}
		})
		for _, o := range t.owned {
			for _, name := range o.names {
				if o.services[0] == "secretsmanager" && meet(literal(s), "*"+name+"*") {
					t.refuseAt(r, n, "%q names %s, which is the engine's own", shown(s), o.id)
				}
			}
		}
	}
}

// branches returns the values that a property may have, apart from each other; none of
// one that is not given.
func branches(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	name, argument := call(n)
	var all []*yaml.Node
	switch {
	case name == "Fn::If" && len(argument.Content) == 3:
		for _, branch := range argument.Content[1:] {
			all = append(all, branches(branch)...)
		}
		return all
	case name == "" && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			all = append(all, branches(item)...)
		}
		return all
	}
	return []*yaml.Node{n}
}

// own reports whether a value is a Ref, a GetAtt or a single placeholder of a resource of
// the team's.
func (t *team) own(n *yaml.Node) bool { return t.owner(n) != nil }

// owner returns the team's resource that a value names, or nil.
func (t *team) owner(n *yaml.Node) *yaml.Node {
	var to []reference
	switch name, argument := call(n); name {
	case "Ref", "Fn::GetAtt":
	case "Fn::Sub":
		if argument.Kind != yaml.ScalarNode || placeholder.FindString(argument.Value) != argument.Value {
			return nil
		}
	default:
		return nil
	}
	references(n, func(r reference) { to = append(to, r) })
	if len(to) != 1 {
		return nil
	}
	resource := folder.Member(t.root, "Resources", to[0].name)
	kind := value(folder.Member(resource, "Type"))
	if kind == "AWS::SSM::Parameter" || kind == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(kind, "Custom::") {
		return nil // its value may be any name
	}
	return resource
}

// role matches the keys of properties that give a role to a resource. API Gateway calls
// it credentials.
var role = regexp.MustCompile(`(?i)^[a-z]*(role|credentials)(arn)?s?$`)

// roles checks that the roles of a resource are in the template, where their policies
// can be read.
func (t *team) roles(r resource) {
	walk(r.properties, nil, func(path []string, n *yaml.Node) bool {
		if len(path) == 0 {
			return true
		}
		key := path[len(path)-1]
		if slices.ContainsFunc(path, func(key string) bool {
			return contains([]string{"Environment", "Tags", "Statement", "AssumeRolePolicyDocument", "DefinitionSubstitutions", "Definition", "Policies"}, key)
		}) {
			return false
		}
		if name, _ := call(n); !role.MatchString(key) || name == "" && n.Kind == yaml.MappingNode || n.Tag == "!!bool" {
			return true
		}
		for _, target := range branches(n) {
			if kind := value(folder.Member(t.owner(target), "Type")); kind != "AWS::IAM::Role" && !noValue(target) {
				t.refuseAt(r, target, "%s must be an AWS::IAM::Role of this template (!GetAtt ROLE.Arn), whose policies can be checked", key)
			}
		}
		return false
	})
}

// strings refuses texts that name what the engine makes, instead of a reference.
func (t *team) strings(r resource) {
	reader := reader{root: t.root}
	walk(r.properties, nil, func(path []string, n *yaml.Node) bool {
		if n.Kind == yaml.MappingNode && n.Tag == "!!map" {
			if name, _ := call(n); name == "" {
				return true
			}
		}
		if n.Kind == yaml.SequenceNode && n.Tag == "!!seq" {
			return true
		}
		if name, _ := call(n); name == "Ref" || name == "Fn::GetAtt" || name == "Fn::If" || watching[r.kind] != nil {
			return name == "Fn::If"
		}
		texts, _ := reader.texts(n)
		t.resolved(r, n, texts)
		for _, s := range texts {
			if strings.ContainsAny(s, " \n") {
				continue
			}
			for _, o := range t.owned {
				if !o.whole && !o.anyID && (o.reaches(literal(s), o.names) || o.reaches(literal(s), o.arns)) {
					t.refuseAt(r, n, "%q names %s, which is the engine's own", shown(s), o.id)
					return false
				}
			}
		}
		return true
	})
}

// shown is a text as a person wrote it, as far as that is known.
func shown(s string) string {
	return strings.NewReplacer(stackName, "${AWS::StackName}", pseudo, "…", opaque, "…", parameter, "…").Replace(s)
}
