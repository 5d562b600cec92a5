package template_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// What can't be run here is refused in one line, with the line and the name.
func TestLoad_Refusals(t *testing.T) {
	const function = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n"
	tests := []struct {
		name, text string
		want       string
	}{
		{"unknown type", "Resources:\n  Q:\n    Type: AWS::EC2::Instance\n", "t.yaml:3: resource Q: type AWS::EC2::Instance is not supported"},
		{"unknown intrinsic", function + "      FunctionName: !ImportValue x\n", "t.yaml:6: resource F: intrinsic function ImportValue is not supported"},
		{"nothing in the map", function + "      FunctionName: !FindInMap [a, b, c]\n", "t.yaml:6: resource F: FindInMap: no value for [a b c]"},
		{"a function of rules", "Conditions:\n  C: {\"Fn::Contains\": [[a], a]}\n", "t.yaml:2: condition C: Contains can't be used in a condition"},
		{"a condition in a rule", "Conditions:\n  C: !Equals [a, a]\nRules:\n  R:\n    Assertions: [{Assert: !Condition C}]\n", "t.yaml:5: rule R: Condition can't be used in a condition"},
		{"a broken rule", "Parameters: {P: {Type: String, Default: a}}\nRules:\n  R:\n    Assertions:\n      - {Assert: !Equals [!Ref P, b], AssertDescription: P must be b.}\n", "t.yaml:5: rule R: P must be b."},
		{"long intrinsic", function + "      FunctionName: {\"Fn::Base64\": x}\n", "t.yaml:6: resource F: intrinsic function Base64 is not supported"},
		{"missing reference", function + "      FunctionName: !Ref Nobody\n", "t.yaml:6: resource F: no parameter or resource Nobody"},
		{"missing in Sub", function + "      FunctionName: !Sub \"a-${Nobody.Arn}\"\n", "t.yaml:6: resource F: no parameter or resource Nobody"},
		{"missing in an ignored type", "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      A: !GetAtt Nobody.Arn\n", "t.yaml:5: resource R: no parameter or resource Nobody"},
		{"absent reference", "Conditions:\n  No: !Equals [a, b]\n" + function + "      FunctionName: !GetAtt G.Arn\n  G:\n    Type: AWS::IAM::Role\n    Condition: No\n", "t.yaml:8: resource F: resource G is absent"},
		{"missing condition", function + "      FunctionName: !If [Maybe, a, b]\n", "t.yaml:6: resource F: no condition Maybe"},
		{"circular condition", "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n", "t.yaml:3: condition B: condition A depends on itself"},
		{"circular name", function + "      FunctionName: !Sub \"${F}-x\"\n", "t.yaml:6: resource F: the name of F depends on itself"},
		{"runtime", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Runtime: java21}\n", "t.yaml:3: resource F: runtime \"java21\""},
		{"key spec", "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: {KeyUsage: SIGN_VERIFY, KeySpec: RSA_2048}\n", "t.yaml:3: resource K: KeySpec RSA_2048"},
		{"SAM event", function + "      Events: {Get: {Type: HttpApi}}\n", "t.yaml:6: resource F: property Events of AWS::Serverless::Function is not served on this machine"},
		{"a property of Globals", "Globals: {Function: {Layers: [a]}}\n" + function, "t.yaml:1: resource F: property Layers of AWS::Serverless::Function is not served"},
		{"a local index", "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: {LocalSecondaryIndexes: []}\n", "t.yaml:4: resource T: property LocalSecondaryIndexes of AWS::DynamoDB::Table"},
		{"a queue in order", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {FifoQueue: true}\n", "t.yaml:4: resource Q: property FifoQueue"},
		{"two APIs", "Resources:\n  A: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}\n  B: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: b, ProtocolType: HTTP}}\n", "t.yaml:3: resource B: a second HTTP API: this machine serves one, and A is that"},
		{"a version's events", function + "  C:\n    Type: AWS::Lambda::EventInvokeConfig\n    Properties: {FunctionName: !Ref F, Qualifier: live}\n", "t.yaml:7: resource C: qualifier live"},
		{"events that succeed", function + "  C:\n    Type: AWS::Lambda::EventInvokeConfig\n    Properties: {FunctionName: !Ref F, DestinationConfig: {OnSuccess: {Destination: a}}}\n", "resource C: property OnSuccess"},
		{"a state machine's events", "Resources:\n  R:\n    Type: AWS::Events::Rule\n    Properties: {EventPattern: {source: [a]}, Targets: [{Id: t, Arn: \"arn:aws:states:us-east-1:123456789012:stateMachine:m\"}]}\n", "t.yaml:3: resource R: target t: Arn must be of a function or a log group"},
		{"a schedule of a bus", "Resources:\n  R:\n    Type: AWS::Events::Rule\n    Properties: {EventBusName: b, ScheduleExpression: rate(1 hour), Targets: []}\n", "resource R: a ScheduleExpression is supported only on the default event bus"},
		{"too many retries", function + "  C:\n    Type: AWS::Lambda::EventInvokeConfig\n    Properties: {FunctionName: !Ref F, MaximumRetryAttempts: 3}\n", "MaximumRetryAttempts must be 0 to 2, got 3"},
		{"no alias", function + "      FunctionName: !Ref F.Alias\n", "t.yaml:6: resource F: F.Alias: function F has no AutoPublishAlias"},
		{"allowed value", "Parameters:\n  P:\n    Type: String\n    Default: c\n    AllowedValues: [a, b]\n", "t.yaml:3: parameter P: \"c\" is not one of the allowed values: a, b"},
		{"pattern", "Parameters:\n  P: {Type: String, Default: aXb, AllowedPattern: \"[a-z]+\"}\n", "parameter P: \"aXb\" doesn't match the allowed pattern"},
		{"number", "Parameters:\n  P: {Type: Number, Default: many}\n", "parameter P: \"many\" is not a number"},
		{"parameter type", "Parameters:\n  P: {Type: \"AWS::SSM::Parameter::Value<String>\", Default: x}\n", "type AWS::SSM::Parameter::Value<String> is not supported"},
		{"section", "Hooks: {}\n", "t.yaml:1: section Hooks is not supported"},
		{"not yaml", "a: [\n", "not YAML"},
		{"type of a state machine", "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Type: FAST\n", "t.yaml:5: resource M: Type must be STANDARD or EXPRESS, not FAST"},
		{"StateMachineType", "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      StateMachineType: FAST\n", "t.yaml:5: resource M: StateMachineType must be STANDARD or EXPRESS, not FAST"},
		{"a definition elsewhere", "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionS3Location: {Bucket: b, Key: k}\n", "t.yaml:5: resource M: property DefinitionS3Location of AWS::StepFunctions::StateMachine is not served"},
		{"no definition", "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n", "t.yaml:3: resource M: has no DefinitionString"},
		{"a log level", "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Logging: {Level: SOME}\n", "t.yaml:5: resource M: Logging: Level must be ALL, ERROR, FATAL or OFF, not SOME"},
		{"logs without a group", "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      LoggingConfiguration: {Level: ERROR}\n", "t.yaml:5: resource M: LoggingConfiguration: Destinations must have one entry, CloudWatchLogsLogGroup"},
		{"definition", "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: gone.json}\n", "t.yaml:3: resource M: DefinitionUri: open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := template.Load(path, options(nil))
			if err == nil {
				t.Fatalf("Load succeeded, want %q", tt.want)
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("err = %q, want one line with %q", err, tt.want)
			}
		})
	}
}

// A value for a parameter that the template hasn't is a typing mistake.
func TestLoad_UnknownParameter(t *testing.T) {
	_, err := template.Load("testdata/app.yaml", options(map[string]string{"AuthMod": "JWT"}))
	if err == nil || err.Error() != "app.yaml: no parameter AuthMod" {
		t.Errorf("err = %v", err)
	}
}
