package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
)

// StackID is the id of a stack of this machine.
func StackID(region, account, name string) string {
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/local", partition.Of(region), region, account, name)
}

// pseudo are CloudFormation's own parameters.
func (r *reader) pseudo(name string) (any, bool) {
	switch name {
	case "AWS::AccountId":
		return r.opts.AccountID, true
	case "AWS::Region":
		return r.opts.Region, true
	case "AWS::StackName":
		return r.opts.StackName, true
	case "AWS::StackId":
		return StackID(r.opts.Region, r.opts.AccountID, r.opts.StackName), true
	case "AWS::Partition":
		return partition.Of(r.opts.Region), true
	case "AWS::URLSuffix":
		return partition.Suffix(r.opts.Region), true
	case "AWS::NoValue":
		return noValue{}, true
	case "AWS::NotificationARNs":
		return []any{}, true
	}
	return nil, false
}

// ref works out !Ref of a parameter, a pseudo parameter, a resource, or SAM's
// X.Version and X.Alias.
func (r *reader) ref(n *yaml.Node, name string) (any, error) {
	if v, ok := r.pseudo(name); ok {
		return v, nil
	}
	if v, ok := r.parameters[name]; ok {
		return v, nil
	}
	id, attribute, dotted := strings.Cut(name, ".")
	if dotted && samReference(attribute) {
		return r.samRef(n, id, attribute)
	}
	res, err := r.present(n, name)
	if err != nil {
		return nil, err
	}
	switch res.kind {
	case "AWS::Serverless::StateMachine", rawStateMachine, "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy", "AWS::SecretsManager::Secret":
		return r.arn(n, res)
	case "AWS::Lambda::Alias":
		return r.functionAlias(res)
	case "AWS::SQS::Queue":
		name, err := r.name(n, res)
		return fmt.Sprintf("https://sqs.%s.%s/%s/%s", r.opts.Region, partition.Suffix(r.opts.Region), r.opts.AccountID, name), err
	}
	return r.name(n, res)
}

// samRole returns the ARN of the role that SAM creates for a resource without one.
func (r *reader) samRole(res *resource) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s-%sRole", partition.Of(r.opts.Region), r.opts.AccountID, r.opts.StackName, res.id)
}

// samRef is the ARN of a function's published version or alias, which SAM makes
// where the function says AutoPublishAlias.
func (r *reader) samRef(n *yaml.Node, id, attribute string) (any, error) {
	res, err := r.present(n, id)
	if err != nil {
		return nil, err
	}
	if res.kind != "AWS::Serverless::Function" {
		return nil, r.errorf(n, "%s.%s: %s is not a function", id, attribute, id)
	}
	alias, err := r.properties(res).text("AutoPublishAlias", "")
	if err != nil {
		return nil, err
	}
	if alias == "" {
		return nil, r.errorf(n, "%s.%s: function %s has no AutoPublishAlias", id, attribute, id)
	}
	arn, err := r.arn(n, res)
	if err != nil {
		return nil, err
	}
	if attribute == "Alias" {
		return arn + ":" + alias, nil
	}
	if attribute != "Version" || r.opts.FunctionVersion == nil {
		return nil, r.errorf(n, "%s.%s is not supported on this machine", id, attribute)
	}
	version, err := r.opts.FunctionVersion(id)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", id, err)
	}
	return arn + ":" + version, nil
}

// attribute works out !GetAtt.
func (r *reader) attribute(n *yaml.Node, id, attribute string) (any, error) {
	res, err := r.present(n, id)
	if err != nil {
		return nil, err
	}
	if !understood[res.kind] {
		if attribute == "Arn" || strings.HasSuffix(attribute, "Arn") {
			return r.arn(n, res)
		}
		return r.name(n, res)
	}
	switch attribute {
	case "Arn", "Id":
		return r.arn(n, res)
	case "Name", "KeyId":
		return r.name(n, res)
	case "StreamArn":
		arn, err := r.arn(n, res)
		return arn + "/stream/local", err
	case "ApiId", "AuthorizerId":
		return res.id, nil
	case "ApiEndpoint":
		return r.opts.APIEndpoint, nil
	}
	return nil, r.errorf(n, "attribute %s of %s (%s) is not supported on this machine", attribute, id, res.kind)
}

// present is the resource of that id; one whose Condition doesn't hold is an
// error, as at AWS.
func (r *reader) present(n *yaml.Node, id string) (*resource, error) {
	res, ok := r.resources[id]
	if !ok {
		return nil, r.errorf(n, "no parameter or resource %s", id)
	}
	if res.absent {
		return nil, r.errorf(n, "resource %s is absent: its condition doesn't hold", id)
	}
	if res.skipped && !r.inPolicy {
		return nil, r.errorf(n, "%s is needed here, and its type %s is not served on this machine", id, res.kind)
	}
	return res, nil
}

// nameProperty is the property with the physical name, by type. Other types are named
// after their logical id.
var nameProperty = map[string]string{
	"AWS::Serverless::Function":     "FunctionName",
	"AWS::Serverless::StateMachine": "Name",
	rawStateMachine:                 "StateMachineName",
	"AWS::DynamoDB::Table":          "TableName",
	"AWS::Events::EventBus":         "Name",
	"AWS::Events::Rule":             "Name",
	"AWS::Logs::LogGroup":           "LogGroupName",
	"AWS::SQS::Queue":               "QueueName",
	"AWS::SNS::Topic":               "TopicName",
	"AWS::IAM::Role":                "RoleName",
	"AWS::IAM::ManagedPolicy":       "ManagedPolicyName",
	"AWS::SecretsManager::Secret":   "Name",
	"AWS::SSM::Parameter":           "Name",
}

// name is the resource's physical name: the one it says, or one made of the
// stack's and its own.
func (r *reader) name(n *yaml.Node, res *resource) (string, error) {
	if strings.HasPrefix(res.kind, "AWS::ApiGatewayV2::") {
		return res.id, nil
	}
	if property, ok := nameProperty[res.kind]; ok {
		if res.naming {
			return "", r.errorf(n, "the name of %s depends on itself", res.id)
		}
		res.naming = true
		defer func() { res.naming = false }()
		name, err := r.properties(res).text(property, "")
		if err != nil || name != "" {
			return name, err
		}
	}
	return r.opts.StackName + "-" + res.id, nil
}

// arnForm is the part of each type's ARN between account and name; S3-like
// exceptions don't occur in what is understood here.
var arnForm = map[string]string{
	"AWS::Serverless::Function":     "lambda:%s:%s:function:",
	"AWS::Serverless::StateMachine": "states:%s:%s:stateMachine:",
	rawStateMachine:                 "states:%s:%s:stateMachine:",
	"AWS::DynamoDB::Table":          "dynamodb:%s:%s:table/",
	"AWS::Events::EventBus":         "events:%s:%s:event-bus/",
	"AWS::Events::Rule":             "events:%s:%s:rule/",
	"AWS::Logs::LogGroup":           "logs:%s:%s:log-group:",
	"AWS::SNS::Topic":               "sns:%s:%s:",
	"AWS::SQS::Queue":               "sqs:%s:%s:",
	"AWS::SecretsManager::Secret":   "secretsmanager:%s:%s:secret:",
	"AWS::KMS::Key":                 "kms:%s:%s:key/",
}

func (r *reader) arn(n *yaml.Node, res *resource) (string, error) {
	name, err := r.name(n, res)
	if err != nil {
		return "", err
	}
	if form, ok := arnForm[res.kind]; ok {
		return "arn:" + partition.Of(r.opts.Region) + ":" + fmt.Sprintf(form, r.opts.Region, r.opts.AccountID) + name, nil
	}
	if strings.HasPrefix(res.kind, "AWS::IAM::") {
		kind := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(res.kind, "AWS::IAM::"), "Managed"))
		return fmt.Sprintf("arn:%s:iam::%s:%s/%s", partition.Of(r.opts.Region), r.opts.AccountID, kind, name), nil
	}
	service := strings.ToLower(strings.Split(res.kind, "::")[1])
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", partition.Of(r.opts.Region), service, r.opts.Region, r.opts.AccountID, name), nil
}
