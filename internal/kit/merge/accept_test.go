package merge_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// What teams need is accepted.
func TestMerge_Accepts(t *testing.T) {
	for name, template := range map[string]string{
		"the API's address": function("Environment: {Variables: {API: !GetAtt Api.ApiEndpoint, ALSO: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com'}}"),
		"a domain": hooks + `  Mapping: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, Stage: !Ref ApiStage, DomainName: !Ref Domain}}
  Domain: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: access.example.com}}
`,
		"a rule on the bus": hooks + `  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [fasttrack]}
      Targets: [{Id: own, Arn: !GetAtt Own.Arn}]
  Own: {Type: AWS::SQS::Queue}
  OwnPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Own]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: sqs:SendMessage, Resource: !GetAtt Own.Arn, Condition: {ArnEquals: {aws:SourceArn: !GetAtt Rule.Arn}}}]}
`,
		"an event of the bus":    function("Events: {All: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [fasttrack]}}}}"),
		"an archive":             resource("AWS::Events::Archive", "SourceArn: !GetAtt Bus.Arn"),
		"a caller of the API":    resource("AWS::IAM::Role", "AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::123456789012:root'}, Action: sts:AssumeRole}]}\nManagedPolicyArns: [!Ref ReviewersPolicy]"),
		"a call of the API":      policy(`Action: execute-api:Invoke, Resource: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"`),
		"its own table":          policy(`Action: "dynamodb:*", Resource: [!GetAtt Own.Arn, !Sub "${Own.Arn}/index/*"]`) + table,
		"its own table, by name": function("Policies: [DynamoDBCrudPolicy: {TableName: !Ref Own}, SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}, LambdaInvokePolicy: {FunctionName: !Ref HooksFunction}]") + table + "  Queue: {Type: AWS::SQS::Queue}\n",
		"a secret":               "Parameters: {PagerDutySecretArn: {Type: String}}\n" + function("Policies: [AWSSecretsManagerGetSecretValuePolicy: {SecretArn: !Ref PagerDutySecretArn}]"),
		"a secret by its name":   policy(`Action: secretsmanager:GetSecretValue, Resource: !Sub "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:pagerduty-??????"`),
		"a secret's key":         policy(`Action: [kms:Decrypt, kms:DescribeKey], Resource: "arn:aws:kms:eu-west-1:123456789012:key/0d4b1b3e"`),
		"a network":              "Parameters: {Subnets: {Type: CommaDelimitedList}}\n" + function("VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!ImportValue group]}"),
		"reading of EC2":         policy(`Action: ec2:DescribeInstances, Resource: "*"`),
		"metrics and logs":       policy(`Action: [cloudwatch:PutMetricData, logs:CreateLogStream, logs:PutLogEvents, xray:PutTraceSegments], Resource: "*"`),
		"a denial":               function("Policies:\n  - Statement:\n      - {Effect: Deny, Action: 'dynamodb:*', Resource: '*'}"),
		"another account's role": policy(`Action: sts:AssumeRole, Resource: "arn:aws:iam::*:role/fasttrack-target"`),
		"temporary users":        policy(`Action: [iam:CreateUser, iam:AttachUserPolicy], Resource: "arn:aws:iam::123456789012:user/tmp-*", Condition: {ArnEquals: {iam:PolicyARN: "arn:aws:iam::aws:policy/ReadOnlyAccess"}}`),
		"a group":                policy(`Action: [iam:AddUserToGroup, iam:RemoveUserFromGroup], Resource: "arn:aws:iam::123456789012:group/deployers"`),
		"a role of its own":      function("Role: !GetAtt Own.Arn") + "  Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'], Policies: [{PolicyName: x, PolicyDocument: {Statement: [{Effect: Allow, Action: logs:PutLogEvents, Resource: !GetAtt HooksLogs.Arn}]}}]}}\n",
		"a queue's event":        function("Role: !GetAtt Own.Arn\nEvents: {X: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}") + "  Queue: {Type: AWS::SQS::Queue}\n  Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\n",
		"a key":                  resource("AWS::KMS::Key", "KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'}]}"),
		"a permission set":       resource("AWS::SSO::PermissionSet", "InlinePolicy: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}\nManagedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess']"),
		"an alarm":               resource("AWS::CloudWatch::Alarm", "Dimensions: [{Name: FunctionName, Value: !Ref RecordFunction}]\nAlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]"),
		"logs to elsewhere":      resource("AWS::Logs::SubscriptionFilter", "LogGroupName: !Ref RecordLogs\nDestinationArn: arn:aws:logs:eu-west-1:123456789012:destination:all\nFilterPattern: ''"),
		"an output":              hooks + "Outputs:\n  Own: {Value: !GetAtt Table.Arn, Condition: IsIam}\n",
		"conditions and rules": "Parameters: {Own: {Type: String}}\nConditions: {IsOwn: !And [!Condition IsJwt, !Equals [!Ref Own, x]]}\n" +
			"Rules: {Own: {Assertions: [{Assert: !Equals [!Ref AuthMode, JWT], AssertDescription: x}]}}\n" + hooks + "  Queue: {Type: AWS::SQS::Queue, Condition: IsOwn}\n",
		"a custom resource":                    resource("Custom::Own", "ServiceToken: !GetAtt Own.Arn") + "  Own: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}}}\n",
		"a secret of its own, resolved":        function(`Environment: {Variables: {A: !Sub "{{resolve:secretsmanager:${Own}}}"}}`) + "  Own: {Type: AWS::SecretsManager::Secret}\n",
		"cross-origin":                         resource("AWS::ApiGatewayV2::Api", "CorsConfiguration: {AllowCredentials: true, AllowOrigins: ['*']}"),
		"a wait for it":                        function("Timeout: 3") + "    DependsOn: [Api, Table]\n",
		"hooks in a VPC, with their own names": hooks[:len(hooks)-2] + ", Timeout: 60, MemorySize: 512, Environment: {Variables: {TABLE: !Ref Own}}, Policies: [DynamoDBReadPolicy: {TableName: !Ref Own}]}\n" + table,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := merge.Merge(open(t, template), merge.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, template)
			}
			parsed(t, m.Template)
		})
	}
}

// A parameter that a policy uses takes no wildcard when it is deployed.
func TestMerge_ParametersTakeNoWildcard(t *testing.T) {
	got := merged(t, "Parameters: {SecretArn: {Type: String}, Other: {Type: String}}\n"+policy("Action: secretsmanager:GetSecretValue, Resource: !Ref SecretArn"))
	if text := text(t, got, "Parameters", "SecretArn"); !strings.Contains(text, "[^*?]*") {
		t.Errorf("got:\n%s", text)
	}
	if text := text(t, got, "Parameters", "Other"); strings.Contains(text, "AllowedPattern") {
		t.Errorf("a parameter that no policy uses is limited:\n%s", text)
	}
}
