package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// resource is a resource of the template.
type resource struct {
	id         string
	kind       string // its Type
	node       *yaml.Node
	properties *yaml.Node // nil when it has none
	absent     bool       // its Condition doesn't hold
	skipped    bool       // its type is not served
	naming     bool       // guards against names that depend on each other
}

// understood are the types that run here.
var understood = map[string]bool{
	"AWS::Serverless::Function":       true,
	"AWS::Serverless::StateMachine":   true,
	rawStateMachine:                   true,
	"AWS::DynamoDB::Table":            true,
	"AWS::ApiGatewayV2::Api":          true,
	"AWS::ApiGatewayV2::Route":        true,
	"AWS::ApiGatewayV2::Integration":  true,
	"AWS::ApiGatewayV2::Stage":        true,
	"AWS::ApiGatewayV2::Authorizer":   true,
	"AWS::Events::EventBus":           true,
	"AWS::Events::Rule":               true,
	"AWS::Serverless::LayerVersion":   false,
	"AWS::Logs::LogGroup":             false,
	"AWS::Logs::MetricFilter":         false,
	"AWS::Logs::QueryDefinition":      false,
	"AWS::Logs::ResourcePolicy":       false,
	"AWS::CloudWatch::Alarm":          false,
	"AWS::CloudWatch::Dashboard":      false,
	"AWS::CloudWatch::CompositeAlarm": false,
	"AWS::IAM::Role":                  false,
	"AWS::IAM::Policy":                false,
	"AWS::IAM::ManagedPolicy":         false,
	"AWS::IAM::RolePolicy":            false,
	"AWS::Lambda::Permission":         false,
	"AWS::Lambda::EventInvokeConfig":  false,
	"AWS::Events::EventBusPolicy":     false,
	"AWS::SNS::Topic":                 false,
	"AWS::SNS::TopicPolicy":           false,
	"AWS::SNS::Subscription":          false,
	"AWS::SQS::Queue":                 false,
	"AWS::SQS::QueuePolicy":           false,
	"AWS::Lambda::Alias":              true,
	"AWS::KMS::Key":                   true,
	"AWS::KMS::Alias":                 true,
	"AWS::SecretsManager::Secret":     true,
	"AWS::SSM::Parameter":             false,
}

// readResources collects every resource, refuses unknown types, and evaluates every
// property once, so that it finds bad references anywhere.
func (r *reader) readResources(n *yaml.Node) error {
	pairs, err := r.mapping(n)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := r.noteResource(p); err != nil {
			return err
		}
	}
	for _, id := range r.order {
		res := r.resources[id]
		if res.absent || res.skipped || res.properties == nil {
			continue
		}
		done := r.in("resource " + id)
		if err := r.evaluate(res); err != nil {
			return err
		}
		done()
	}
	return nil
}

// evaluate works out every property of a resource.
func (r *reader) evaluate(res *resource) error {
	defer func() { r.inPolicy = false }()
	pairs, err := r.mapping(res.properties)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		r.inPolicy = !understood[res.kind] || p.key == "Policies" || p.key == "Tags"
		if _, err := r.value(p.node); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) noteResource(p pair) error {
	defer r.in("resource " + p.key)()
	kind := child(p.node, "Type")
	if kind == nil {
		return r.errorf(p.node, "has no Type")
	}
	_, known := understood[kind.Value]
	if !known && !r.opts.SkipUnserved {
		return r.errorf(kind, "type %s is not supported on this machine", kind.Value)
	}
	res := &resource{id: p.key, kind: kind.Value, node: p.node, properties: child(p.node, "Properties"), skipped: !known}
	if c := child(p.node, "Condition"); c != nil {
		yes, err := r.conditionNamed(c, c.Value)
		if err != nil {
			return err
		}
		res.absent = !yes
	}
	if depends := child(p.node, "DependsOn"); depends != nil && depends.Kind == yaml.ScalarNode && depends.Value == p.key {
		return r.errorf(depends, "depends on itself")
	}
	if res.skipped && !res.absent {
		r.skipped = append(r.skipped, fmt.Sprintf("%s (%s)", p.key, kind.Value))
	}
	r.order = append(r.order, p.key)
	r.resources[p.key] = res
	return nil
}

// collect turns the resources that run here into the parts of stack.
func (r *reader) collect(stack *Stack) error {
	for _, id := range r.order {
		res := r.resources[id]
		if res.absent || res.skipped {
			continue
		}
		done := r.in("resource " + id)
		r.inPolicy = strings.HasPrefix(res.kind, "AWS::IAM::")
		err := r.checkProperties(res)
		if err != nil {
			return err
		}
		switch res.kind {
		case "AWS::Serverless::Function":
			err = r.collectFunction(stack, res)
		case "AWS::IAM::Role":
			err = r.collectRole(stack, res)
		case "AWS::IAM::Policy":
			err = r.collectPolicy(res)
		case "AWS::IAM::ManagedPolicy":
			err = r.collectManagedPolicy(stack, res)
		case "AWS::Serverless::StateMachine", rawStateMachine:
			err = r.collectStateMachine(stack, res)
		case "AWS::DynamoDB::Table":
			err = r.collectTable(stack, res)
		case "AWS::ApiGatewayV2::Api":
			err = r.collectAPI(stack, res)
		case "AWS::Events::EventBus":
			err = r.collectBus(stack, res)
		case "AWS::Events::Rule":
			err = r.collectRule(stack, res)
		case "AWS::SQS::Queue":
			err = r.collectQueue(stack, res)
		case "AWS::Lambda::EventInvokeConfig":
			err = r.collectInvokeConfig(res)
		case "AWS::Lambda::Alias":
			err = r.collectFunctionAlias(res)
		case "AWS::KMS::Key":
			err = r.collectKey(stack, res)
		case "AWS::KMS::Alias":
			err = r.collectKeyAlias(stack, res)
		case "AWS::SecretsManager::Secret":
			err = r.collectSecret(stack, res)
		}
		if err != nil {
			return err
		}
		done()
	}
	r.inPolicy = false
	r.attachPolicies(stack)
	r.attachAsync(stack)
	r.attachAliases(stack)
	return nil
}

// readGlobals notes SAM's defaults for functions and state machines.
func (r *reader) readGlobals(n *yaml.Node) error {
	defer r.in("Globals")()
	pairs, err := r.mapping(n)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if p.key != "Function" && p.key != "StateMachine" {
			return r.errorf(p.node, "section %s is not supported on this machine", p.key)
		}
		if _, err := r.mapping(p.node); err != nil {
			return err
		}
		r.globals["AWS::Serverless::"+p.key] = p.node
	}
	return nil
}

// samReference reports whether an attribute is one of SAM's own references, X.Version
// and X.Alias.
func samReference(attribute string) bool {
	return attribute == "Version" || attribute == "Alias" || strings.HasPrefix(attribute, "Alias.")
}
