package merge_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// deployer is docs/start/deployer.json, the rights of who deploys.
type deployer struct {
	Statement []struct {
		Effect           string
		Action, Resource texts
	}
}

// texts is a text or a list of them.
type texts []string

func (l *texts) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = texts{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

func readDeployer(t *testing.T) (d deployer) {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/start/deployer.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// matches reports whether a pattern of a policy, in which * is anything, matches.
func matches(pattern, text string) bool {
	expression := "^(?i:" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + ")$"
	return regexp.MustCompile(expression).MatchString(text)
}

// allows reports whether the action is allowed on a resource.
func (d deployer) allows(action, resource string) bool {
	for _, s := range d.Statement {
		if slices.ContainsFunc(s.Action, func(p string) bool { return matches(p, action) }) &&
			slices.ContainsFunc(s.Resource, func(p string) bool { return p == "*" || matches(p, resource) }) {
			return true
		}
	}
	return false
}

// A managed policy has at most 6,144 characters, without spaces
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func TestDeployerFits(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/start/deployer.json")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`\s`).ReplaceAll(raw, nil)); n > 6144 {
		t.Errorf("deployer.json has %d characters without spaces, more than a managed policy may have", n)
	}
	for _, s := range readDeployer(t).Statement {
		for _, action := range s.Action {
			if _, name, _ := strings.Cut(action, ":"); s.Effect != "Allow" || strings.HasPrefix(name, "*") && len(name) < 6 {
				t.Errorf("%s of %s", s.Effect, action)
			}
		}
	}
}

// Who deploys reads and writes no request, runs no function and no state machine, and reads
// no secret. (A function that they deploy may.)
func TestDeployerTouchesNoData(t *testing.T) {
	d := readDeployer(t)
	for _, action := range []string{
		"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem",
		"dynamodb:BatchWriteItem", "dynamodb:PartiQLUpdate", "dynamodb:PutResourcePolicy", "lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:CreateFunctionUrlConfig",
		"states:StartExecution", "states:StopExecution", "states:SendTaskSuccess", "states:GetExecutionHistory", "events:PutEvents", "events:PutPermission",
		"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue", "sns:Publish", "sns:AddPermission", "logs:GetLogEvents", "logs:FilterLogEvents",
		"logs:StartQuery", "logs:DeleteLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue", "secretsmanager:PutResourcePolicy", "kms:Decrypt", "kms:Encrypt",
		"kms:GenerateDataKey", "kms:CreateGrant", "kms:DisableKey", "iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy", "iam:CreateLoginProfile",
		"sts:AssumeRole", "s3:DeleteObject", "s3:DeleteBucket", "cloudformation:SetStackPolicy",
	} {
		for _, s := range d.Statement {
			for _, pattern := range s.Action {
				if matches(pattern, action) {
					t.Errorf("%s allows %s", pattern, action)
				}
			}
		}
	}
	for _, resource := range []string{"arn:aws:iam::ACCOUNT:role/another", "arn:aws:lambda:eu-west-1:ACCOUNT:function:another", "arn:aws:dynamodb:eu-west-1:ACCOUNT:table/another", "arn:aws:s3:::another/key"} {
		for _, action := range []string{"iam:PutRolePolicy", "iam:PassRole", "lambda:UpdateFunctionCode", "dynamodb:UpdateTable", "s3:GetObject"} {
			if d.allows(action, resource) {
				t.Errorf("%s is allowed on %s", action, resource)
			}
		}
	}
}

// samples are resources of the stack approvals, by their types.
var samples = map[string]string{
	"AWS::ApiGatewayV2::Api":           "arn:aws:apigateway:eu-west-1::/apis/a1b2c3",
	"AWS::ApiGatewayV2::Authorizer":    "arn:aws:apigateway:eu-west-1::/apis/a1b2c3/authorizers/d4",
	"AWS::ApiGatewayV2::Integration":   "arn:aws:apigateway:eu-west-1::/apis/a1b2c3/integrations/d4",
	"AWS::ApiGatewayV2::Route":         "arn:aws:apigateway:eu-west-1::/apis/a1b2c3/routes/d4",
	"AWS::ApiGatewayV2::Stage":         "arn:aws:apigateway:eu-west-1::/apis/a1b2c3/stages/$default",
	"AWS::CloudWatch::Alarm":           "arn:aws:cloudwatch:eu-west-1:ACCOUNT:alarm:approvals-ApiErrorsAlarm-1ABC",
	"AWS::CloudWatch::Dashboard":       "arn:aws:cloudwatch::ACCOUNT:dashboard/approvals-eu-west-1",
	"AWS::DynamoDB::Table":             "arn:aws:dynamodb:eu-west-1:ACCOUNT:table/approvals-Table-1ABC",
	"AWS::Events::EventBus":            "arn:aws:events:eu-west-1:ACCOUNT:event-bus/approvals",
	"AWS::Events::Rule":                "arn:aws:events:eu-west-1:ACCOUNT:rule/approvals/approvals-NotifyRule-1ABC",
	"AWS::IAM::ManagedPolicy":          "arn:aws:iam::ACCOUNT:policy/approvals-PeoplePolicy-1ABC",
	"AWS::IAM::Policy":                 "arn:aws:iam::ACCOUNT:role/approvals-RequestRole-1ABC",
	"AWS::IAM::Role":                   "arn:aws:iam::ACCOUNT:role/approvals-RequestRole-1ABC",
	"AWS::KMS::Alias":                  "arn:aws:kms:eu-west-1:ACCOUNT:alias/approvals-outputs",
	"AWS::KMS::Key":                    "arn:aws:kms:eu-west-1:ACCOUNT:key/0123abcd",
	"AWS::Lambda::Alias":               "arn:aws:lambda:eu-west-1:ACCOUNT:function:approvals-hooks:live",
	"AWS::Lambda::EventInvokeConfig":   "arn:aws:lambda:eu-west-1:ACCOUNT:function:approvals-engine-notify",
	"AWS::Lambda::Function":            "arn:aws:lambda:eu-west-1:ACCOUNT:function:approvals-engine-request",
	"AWS::Lambda::Permission":          "arn:aws:lambda:eu-west-1:ACCOUNT:function:approvals-engine-request",
	"AWS::Lambda::Version":             "arn:aws:lambda:eu-west-1:ACCOUNT:function:approvals-hooks:1",
	"AWS::Logs::LogGroup":              "arn:aws:logs:eu-west-1:ACCOUNT:log-group:/aws/vendedlogs/states/approvals-runs:*",
	"AWS::Logs::MetricFilter":          "arn:aws:logs:eu-west-1:ACCOUNT:log-group:/aws/lambda/approvals-hooks",
	"AWS::SNS::Subscription":           "arn:aws:sns:eu-west-1:ACCOUNT:approvals-NotifyTopic-1ABC",
	"AWS::SNS::Topic":                  "arn:aws:sns:eu-west-1:ACCOUNT:approvals-NotifyTopic-1ABC",
	"AWS::SQS::Queue":                  "arn:aws:sqs:eu-west-1:ACCOUNT:approvals-NotifyDeadLetters-1ABC",
	"AWS::SQS::QueuePolicy":            "arn:aws:sqs:eu-west-1:ACCOUNT:approvals-NotifyDeadLetters-1ABC",
	"AWS::SecretsManager::Secret":      "arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:ConsoleKey-1ABC-2DEF",
	"AWS::StepFunctions::StateMachine": "arn:aws:states:eu-west-1:ACCOUNT:stateMachine:approvals-StateMachine-1ABC",
}

// unused are actions that CloudFormation calls for what no resource of the engine has.
var unused = map[string][]string{
	"tables have no replicas, imports, streams to Kinesis and policies of their own": {
		"dynamodb:*Item", "dynamodb:Scan", "dynamodb:Query", "dynamodb:*TableReplica", "dynamodb:ImportTable", "dynamodb:*ableKinesisStreamingDestination",
		"dynamodb:UpdateKinesisStreamingDestination", "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy", "dynamodb:UpdateContributorInsights", "kinesis:*",
		"iam:CreateServiceLinkedRole", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", "s3:GetObjectMetadata",
	},
	"keys of AWS encrypt all but what a strategy returns": {"kms:CreateGrant", "kms:RevokeGrant", "kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"},
	"no key is disabled": {"kms:DisableKey*", "kms:EnableKey"},
	"functions have no network, layers, provisioned concurrency, capacity and signed code, and no other runtime or recursion than Lambda's own": {
		"ec2:*", "elasticfilesystem:*", "s3files:*", "codedeploy:*", "lambda:GetLayerVersion", "lambda:GetCodeSigningConfig", "lambda:*CodeSigningConfig", "lambda:*ProvisionedConcurrencyConfig",
		"lambda:Put*Config", "lambda:PassCapacityProvider", "lambda:AssociateRuntimeAlias",
	},
	"code and definitions have no version":                {"s3:GetObjectVersion"},
	"the API has no body in S3":                           {"s3:getObject"},
	"log groups have no key, index, protection and token": {"logs:*KmsKey", "logs:PutIndexPolicy", "logs:DeleteIndexPolicy", "logs:*DataProtectionPolicy", "logs:PutBearerTokenAuthentication", "logs:PutLogGroupDeletionProtection", "logs:DeleteResourcePolicy", "s3:REST.PUT.OBJECT", "firehose:*"},
	"the bus and the topic have no policies":              {"events:*Permission", "sns:PutDataProtectionPolicy"},
	"policies are of roles, without boundaries":           {"iam:*User*", "iam:*Group*", "iam:*PermissionsBoundary"},
	"the secret is in one region, and nobody reads it":    {"secretsmanager:*Replicat*", "secretsmanager:GetSecretValue"},
}

// isUnused reports whether an action is in the list of unused ones. An action that another
// resource does need is none.
func isUnused(action string) bool {
	if slices.Contains([]string{"lambda:PutFunctionEventInvokeConfig", "logs:GetDataProtectionPolicy"}, action) {
		return false
	}
	for _, patterns := range unused {
		if slices.ContainsFunc(patterns, func(p string) bool { return matches(p, action) }) {
			return true
		}
	}
	return false
}

// ofTools are the actions of the SAM CLI and of fasttrack, and those that AWS asks of who
// turns logs of API Gateway and Step Functions on.
var ofTools = []string{
	"cloudformation:*ChangeSet", "cloudformation:DeleteStack", "cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:GetTemplate",
	"cloudformation:GetTemplateSummary", "cloudformation:ListStackResources", "cloudformation:UpdateTerminationProtection",
	"s3:CreateBucket", "s3:GetBucketLocation", "s3:GetBucketPolicy", "s3:GetEncryptionConfiguration", "s3:GetObject", "s3:ListBucket", "s3:PutBucketPolicy",
	"s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutObject",
	"logs:*LogDelivery", "logs:ListLogDeliveries", "states:ValidateStateMachineDefinition",
}

// needs returns what CloudFormation calls for the resources of the merged template, by the
// schemas of their types.
func needs(t *testing.T) map[string][]string {
	t.Helper()
	types := map[string]bool{}
	for _, r := range transformed(t, filepath.Join(laidOut(t, teams["least"]), "template.yaml"))[0] {
		types[r["Type"].(string)] = true
	}
	var byType map[string][]string
	names := slices.Sorted(maps.Keys(types))
	if err := json.Unmarshal(output(t, ".", tool("python"), append([]string{"testdata/sam.py", "handlers"}, names...)...), &byType); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if len(byType[name]) == 0 || samples[name] == "" {
			t.Errorf("%s: %d actions are known, its sample is %q", name, len(byType[name]), samples[name])
		}
	}
	return byType
}

// The rights are what is needed, and no more.
func TestDeployerRights(t *testing.T) {
	withTools(t)
	d, byType := readDeployer(t), needs(t)
	d.suffices(t, byType)
	d.isNotBroader(t, byType)
}

// suffices checks that what CloudFormation calls for each resource of the merged template
// is allowed on it.
func (d deployer) suffices(t *testing.T, byType map[string][]string) {
	t.Helper()
	for name, actions := range byType {
		for _, action := range actions {
			resource := samples[name]
			switch {
			case isUnused(action):
				continue
			case action == "iam:PassRole", action == "iam:GetRole":
				resource = samples["AWS::IAM::Role"]
			case strings.HasPrefix(action, "s3:"):
				resource = "arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-1abc/approvals/0123abcd"
			case action == "kms:DescribeKey":
				resource = samples["AWS::KMS::Key"]
			case strings.HasPrefix(action, "logs:"):
				resource = samples["AWS::Logs::LogGroup"]
			}
			if !d.allows(action, resource) {
				t.Errorf("%s is not allowed on %s, and %s needs it", action, resource, name)
			}
		}
	}
}

// isNotBroader checks that what is allowed is needed: by CloudFormation, or by a tool. A
// pattern may reach more than is needed where that only reads configuration.
func (d deployer) isNotBroader(t *testing.T, byType map[string][]string) {
	t.Helper()
	var needed []string
	for _, actions := range byType {
		needed = append(needed, slices.DeleteFunc(actions, isUnused)...)
	}
	services := map[string]string{"lambda": "lambda", "dynamodb": "dynamodb", "states": "stepfunctions", "events": "events", "sns": "sns", "sqs": "sqs", "iam": "iam", "kms": "kms", "logs": "logs", "cloudwatch": "cloudwatch", "secretsmanager": "secretsmanager"}
	var operations map[string][]string
	if err := json.Unmarshal(output(t, ".", tool("python"), append([]string{"testdata/sam.py", "operations"}, slices.Sorted(maps.Values(services))...)...), &operations); err != nil {
		t.Fatal(err)
	}
	reads := regexp.MustCompile(`^(Get|List|Describe)`)
	for _, s := range d.Statement {
		for _, pattern := range s.Action {
			if slices.Contains(ofTools, pattern) {
				continue
			}
			if !slices.ContainsFunc(needed, func(action string) bool { return matches(pattern, action) }) {
				t.Errorf("%s is not needed", pattern)
			}
			service, name, _ := strings.Cut(pattern, ":")
			if !strings.Contains(name, "*") {
				continue
			}
			if operations[services[service]] == nil {
				t.Errorf("%s: the operations of %s are not known", pattern, service)
			}
			for _, operation := range operations[services[service]] {
				is := service + ":" + operation
				if matches(pattern, is) && !reads.MatchString(operation) && !slices.Contains(needed, is) {
					t.Errorf("%s allows %s, which is not needed", pattern, is)
				}
			}
		}
	}
}
