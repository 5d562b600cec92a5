package local_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// longestStackName is the most characters that `make deploy` lets a stack's name
// have (tools/deploy/name).
const longestStackName = 47

// limits are the longest names that AWS takes, by type and property, each with
// AWS's page.
var limits = map[string]int{
	"AWS::Serverless::Function.FunctionName":    64,  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
	"AWS::Serverless::StateMachine.Name":        80,  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
	"AWS::Events::EventBus.Name":                256, // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
	"AWS::ApiGatewayV2::Api.Name":               128, // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
	"AWS::ApiGatewayV2::Authorizer.Name":        128,
	"AWS::Logs::LogGroup.LogGroupName":          512, // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
	"AWS::CloudWatch::Dashboard.DashboardName":  255, // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
	"AWS::IAM::Role.RoleName":                   64,  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
	"AWS::IAM::Policy.PolicyName":               128, // https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
	"AWS::IAM::ManagedPolicy.ManagedPolicyName": 128,
	"AWS::Logs::MetricFilter.FilterName":        512,
	"AWS::SNS::Topic.TopicName":                 256,
	"AWS::SQS::Queue.QueueName":                 80,
	"AWS::DynamoDB::Table.TableName":            255,
	"AWS::Events::Rule.Name":                    64,
	"AWS::CloudWatch::Alarm.AlarmName":          255,
	"AWS::KMS::Alias.AliasName":                 256,
	"AWS::Lambda::Alias.Name":                   128,
}

// global are the types whose names are the account's, or everybody's, and not those
// of a region: the same stack name in two regions must not make the same.
var global = []string{
	"AWS::CloudWatch::Dashboard", // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
	"AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Group", "AWS::IAM::User", "AWS::IAM::InstanceProfile",
	"AWS::S3::Bucket", "AWS::Organizations::Policy", "AWS::Budgets::Budget",
}

// named is a resource's own name, as the template writes it.
type named struct{ id, kind, property, name string }

// names lists the name of every resource in the template that has one. A property of a type
// in limits is one, and so is any other that ends with Name and holds no reference to
// another resource.
func names(t *testing.T) (all []named, kept map[string]bool) {
	t.Helper()
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Resources map[string]struct {
			Type           string               `yaml:"Type"`
			DeletionPolicy string               `yaml:"DeletionPolicy"`
			Properties     map[string]yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	kept = map[string]bool{}
	for id, r := range doc.Resources {
		kept[id] = strings.HasPrefix(r.DeletionPolicy, "Retain")
		for property, value := range r.Properties {
			if _, is := limits[r.Type+"."+property]; is {
				all = append(all, named{id, r.Type, property, value.Value})
				continue
			}
			// The name of something else, such as the metric of an alarm.
			of := []string{"MetricName", "StageName", "LogGroupName", "EventBusName", "PolicyName"}
			if _, makes := doc.Resources[value.Value]; strings.HasSuffix(property, "Name") && !makes && !slices.Contains(of, property) {
				t.Errorf("%s: nothing says how long %s of an %s may be", id, property, r.Type)
			}
		}
	}
	if len(all) < 25 {
		t.Errorf("the template names %d resources", len(all))
	}
	return all, kept
}

var placeholders = regexp.MustCompile(`\$\{([^}]+)\}`)

// physical works out a name for a stack and a region.
func physical(t *testing.T, name, stack, region string) string {
	t.Helper()
	if name == "AWS::StackName" { // !Ref
		return stack
	}
	return placeholders.ReplaceAllStringFunc(name, func(m string) string {
		switch m {
		case "${AWS::StackName}":
			return stack
		case "${AWS::Region}":
			return region
		}
		t.Errorf("the name %s holds %s, whose length nothing bounds", name, m)
		return m
	})
}

// `make deploy` takes the names that CloudFormation takes, up to the longest that fits
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html).
func TestDeployChecksTheStackName(t *testing.T) {
	for name, ok := range map[string]bool{
		"fasttrack": true, "F": true, "my-Stack-2": true, strings.Repeat("s", longestStackName): true,
		"": false, "2nd": false, "-a": false, "my_stack": false, "my stack": false, "a.b": false, "ä": false, "a;b": false,
		strings.Repeat("s", longestStackName+1): false, strings.Repeat("s", 128): false,
	} {
		said, err := exec.CommandContext(t.Context(), "../../tools/deploy/name", name).CombinedOutput()
		if (err == nil) != ok || ok != (len(said) == 0) {
			t.Errorf("the name %q: %v %s", name, err, said)
		}
	}
}

// Every name in the template fits AWS's limits for the longest name of a
// stack that `make deploy` takes, in the region with the longest name.
func TestLongestNames(t *testing.T) {
	all, _ := names(t)
	longest := 0
	for _, n := range all {
		name, limit := physical(t, n.name, strings.Repeat("s", longestStackName), "ap-southeast-1-xxxx"), limits[n.kind+"."+n.property]
		if length := utf8.RuneCountInString(name); length > limit {
			t.Errorf("%s of %s has %d characters, AWS takes %d: %s", n.property, n.id, length, limit, n.name)
		} else if n.property == "FunctionName" {
			longest = max(longest, length)
		}
	}
	if longest != limits["AWS::Serverless::Function.FunctionName"] {
		t.Errorf("the longest name of a function has %d characters: a stack's name may be longer than %d", longest, longestStackName)
	}
}

// The same stack name serves in two regions of an account, and again after the stack
// is removed.
func TestNamesOfTwoStacks(t *testing.T) {
	all, kept := names(t)
	for _, n := range all {
		if slices.Contains(global, n.kind) && physical(t, n.name, "fasttrack", "us-east-1") == physical(t, n.name, "fasttrack", "eu-west-1") {
			t.Errorf("%s of %s is the same in two regions, and belongs to the account: %s", n.property, n.id, n.name)
		}
		if kept[n.id] {
			t.Errorf("%s of %s is kept when the stack is deleted, and in the way of the next: %s", n.property, n.id, n.name)
		}
	}
}
