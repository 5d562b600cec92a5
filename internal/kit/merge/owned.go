package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// form says how the ARNs of a type of resource look.
type form struct {
	// services are those whose actions take the ARN; the first is in it.
	services []string
	// prefixes come before the name.
	prefixes []string
	// name is the property with the name, if it has one.
	name string
	// anyID says that AWS makes the name, so that nothing distinguishes it from another's.
	anyID bool
}

// forms are those of the types in the engine's template. A type without services has no
// ARN that a policy could name.
var forms = map[string]form{
	"AWS::DynamoDB::Table":           {services: []string{"dynamodb"}, prefixes: []string{"table/"}, name: "TableName"},
	function:                         {services: []string{"lambda"}, prefixes: []string{"function:"}, name: "FunctionName"},
	"AWS::Serverless::StateMachine":  {services: []string{"states"}, prefixes: []string{"stateMachine:", "execution:", "express:", "mapRun:"}, name: "Name"},
	"AWS::Logs::LogGroup":            {services: []string{"logs"}, prefixes: []string{"log-group:"}, name: "LogGroupName"},
	"AWS::IAM::Role":                 {services: []string{"iam", "sts"}, prefixes: []string{"role/"}, name: "RoleName"},
	"AWS::IAM::ManagedPolicy":        {services: []string{"iam"}, prefixes: []string{"policy/"}, name: "ManagedPolicyName"},
	"AWS::Events::EventBus":          {services: []string{"events"}, prefixes: []string{"event-bus/"}, name: "Name"},
	"AWS::Events::Rule":              {services: []string{"events"}, prefixes: []string{"rule/", "rule/*/"}, name: "Name"},
	"AWS::KMS::Key":                  {services: []string{"kms"}, prefixes: []string{"key/"}, anyID: true},
	"AWS::KMS::Alias":                {services: []string{"kms"}, prefixes: []string{""}, name: "AliasName"},
	"AWS::SNS::Topic":                {services: []string{"sns"}, prefixes: []string{""}, name: "TopicName"},
	"AWS::SQS::Queue":                {services: []string{"sqs"}, prefixes: []string{""}, name: "QueueName"},
	"AWS::SecretsManager::Secret":    {services: []string{"secretsmanager"}, prefixes: []string{"secret:"}, name: "Name"},
	"AWS::ApiGatewayV2::Api":         {services: []string{"apigateway"}, prefixes: []string{"/apis/", "/apis"}, anyID: true},
	"AWS::CloudWatch::Alarm":         {services: []string{"cloudwatch"}, prefixes: []string{"alarm:"}, name: "AlarmName"},
	"AWS::CloudWatch::Dashboard":     {services: []string{"cloudwatch"}, prefixes: []string{"dashboard/"}, name: "DashboardName"},
	"AWS::ApiGatewayV2::Authorizer":  {},
	"AWS::ApiGatewayV2::Integration": {},
	"AWS::ApiGatewayV2::Route":       {},
	"AWS::ApiGatewayV2::Stage":       {},
	"AWS::IAM::Policy":               {},
	"AWS::Lambda::Alias":             {}, // its ARN begins with its function's
	"AWS::Lambda::EventInvokeConfig": {},
	"AWS::Lambda::Permission":        {},
	"AWS::Logs::MetricFilter":        {},
	"AWS::SNS::Subscription":         {},
	"AWS::SQS::QueuePolicy":          {},
}

// nameOf returns the property that names a resource of a type.
func nameOf(kind string) string {
	if f, is := forms[kind]; is && f.name != "" {
		return f.name
	}
	switch kind {
	case "AWS::Lambda::Function":
		return "FunctionName"
	case "AWS::StepFunctions::StateMachine":
		return "StateMachineName"
	}
	return "Name"
}

// owned is a name of the engine's, and the ARNs under it.
type owned struct {
	id       string
	services []string
	// names and arns are patterns, with the name of the stack as it is and as any.
	names, arns []string
	// whole says that the name is the stack's alone, which any text could be.
	whole, anyID bool
}

// beside are what the engine depends on and does not make: its stack, and the bucket to
// which sam uploads its code.
var beside = []owned{
	{id: "the stack itself", services: []string{"cloudformation"}, arns: []string{"arn:*:cloudformation:*:*:stack/" + stackName + "/*"}, whole: true},
	{id: "the bucket of its code", services: []string{"s3"}, arns: []string{"arn:*:s3:::aws-sam-cli-managed-default-*"}, names: []string{"aws-sam-cli-managed-default-*"}},
	{id: "SessionPolicyArn", services: []string{"organizations"}, arns: []string{"arn:*:organizations::*:policy/*"}},
}

// ownedBy returns the names of what the engine's template makes. The hook function and
// its log are the team's.
func ownedBy(engine *yaml.Node) []owned {
	all := append([]owned{}, beside...)
	for _, p := range pairs(folder.Member(engine, "Resources")) {
		id := p.key.Value
		f := forms[value(folder.Member(p.value, "Type"))]
		if len(f.services) == 0 || id == hooks || id == hooksLogs {
			continue
		}
		o := owned{id: id, services: f.services, anyID: f.anyID}
		switch named := folder.Member(p.value, "Properties", f.name); {
		case f.anyID:
			o.names = []string{"*"}
		case named != nil:
			o.names, _ = reader{root: engine}.texts(named)
		default:
			o.names = []string{stackName + "-" + id + "-*"}
			if f.services[0] == "secretsmanager" {
				o.names = append(o.names, id+"-*")
			}
		}
		for _, name := range o.names {
			o.whole = o.whole || name == stackName
			for _, prefix := range f.prefixes {
				arn := "arn:*:" + f.services[0] + ":*:*:" + prefix + name
				o.arns = append(o.arns, arn, arn+":*", arn+"/*")
			}
		}
		all = append(all, o)
	}
	return all
}

// reaches reports whether a pattern matches one of several patterns of the engine's. A
// name of a stack that the text doesn't take from AWS::StackName may be any; if it is
// all of the name, only a wildcard is taken for it.
func (o owned) reaches(s string, patterns []string) bool {
	for _, pattern := range patterns {
		if meetARN(s, pattern) {
			return true
		}
		if !strings.Contains(s, stackName) && (!o.whole || wild(s)) && meetARN(s, strings.ReplaceAll(pattern, stackName, "*")) {
			return true
		}
	}
	return false
}
