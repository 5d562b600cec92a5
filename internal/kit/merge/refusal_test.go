package merge_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// function is a team's function with more properties, from line 6 on.
func function(properties string) string {
	return hooks + "  Mine:\n    Type: AWS::Serverless::Function\n    Properties:\n      InlineCode: x\n      Runtime: python3.13\n      Handler: index.handler\n" + indented(6, properties)
}

// policy is a function with a statement.
func policy(statement string) string {
	return function("Policies:\n  - Statement:\n      - {Effect: Allow, " + statement + "}")
}

// resource is a resource of the team's.
func resource(kind, properties string) string {
	return hooks + "  Mine:\n    Type: " + kind + "\n    Properties:\n" + indented(6, properties)
}

func indented(by int, lines string) string {
	pad := strings.Repeat(" ", by)
	return pad + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n"+pad) + "\n"
}

const table = "  Own: {Type: AWS::DynamoDB::Table, Properties: {TableName: x}}\n"

// Each planted way to a right on the engine is refused, with its line and what to do.
func TestMerge_Refuses(t *testing.T) {
	for name, c := range map[string]struct{ template, want string }{
		// names
		"a clash of resources":  {hooks + "  Table: {Type: AWS::SQS::Queue}\n", "template.yaml:5: Resources.Table is the engine's own; give yours another name"},
		"a clash of parameters": {hooks + "Parameters:\n  AuthMode: {Type: String}\n", "template.yaml:6: Parameters.AuthMode is the engine's own"},
		"a clash of conditions": {hooks + "Conditions:\n  IsJwt: !Equals [a, b]\n", "template.yaml:6: Conditions.IsJwt is the engine's own"},
		"a clash of mappings":   {hooks + "Mappings:\n  TracingModes: {a: {b: c}}\n", "template.yaml:6: Mappings.TracingModes"},
		"a clash of rules":      {hooks + "Rules:\n  Jwt: {Assertions: []}\n", "template.yaml:6: Rules.Jwt"},
		"a clash of outputs":    {hooks + "Outputs:\n  ApiUrl: {Value: x}\n", "template.yaml:6: Outputs.ApiUrl"},
		"a role that SAM names as the engine's": {hooks + "  Grant: {Type: AWS::Serverless::Function, Properties: {InlineCode: x}}\n",
			"template.yaml:5: Resources.Grant: SAM makes resources named Grant… of it, and the engine has GrantFunction"},
		"no hook function":       {"Resources:\n  Queue: {Type: AWS::SQS::Queue}\n", "template.yaml:1: Resources.HooksFunction is missing"},
		"an unknown section":     {hooks + "Hooks: {}\n", "template.yaml:5: unknown section Hooks"},
		"a key given twice":      {hooks + "  Own: {Type: AWS::SQS::Queue}\n  Own: {Type: AWS::SNS::Topic}\n", "template.yaml:6: Own is given twice"},
		"a merge key":            {hooks + "  Own: {<<: {Type: AWS::SQS::Queue}}\n", "template.yaml:5: merge keys"},
		"an unknown reference":   {function("Environment: {Variables: {A: !Ref Nothing}}"), "template.yaml:11: Resources.Mine: no such resource or parameter: Nothing"},
		"a parameter that went":  {function("Environment: {Variables: {A: !Join [',', !Ref HookSecretArns]}}"), "no such resource or parameter: HookSecretArns: write the rights of HooksFunction as its Policies"},
		"an unknown condition":   {hooks + "  Own: {Type: AWS::SQS::Queue, Condition: Is}\n", "template.yaml:5: Resources.Own: no such condition: Is"},
		"an unknown output":      {hooks + "Outputs:\n  Own: {Value: !Ref Nothing}\n", "template.yaml:6: Outputs.Own: no such resource or parameter: Nothing"},
		"an unknown DependsOn":   {hooks + "  Own: {Type: AWS::SQS::Queue, DependsOn: Nothing}\n", "template.yaml:5: Resources.Own: DependsOn: no such resource: Nothing"},
		"globals of an API":      {"Globals: {Api: {Name: x}}\n" + hooks, "template.yaml:1: Globals.Api is not supported; write its properties at the resource itself"},
		"a resource that is not": {hooks + "  Own: AWS::SQS::Queue\n", "template.yaml:5: Resources.Own must be a mapping with Type"},

		// what rewrites the template afterwards
		"another transform":    {"Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]\n" + hooks, "template.yaml:1: transforms other than AWS::Serverless-2016-10-31 are refused"},
		"a macro of one's own": {"Transform: Own\n" + hooks, "template.yaml:1: transforms other than"},
		"Fn::Transform":        {function("Tags: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://x/y}}}"), "template.yaml:11: Fn::Transform is refused"},
		"!Transform":           {function("Tags: !Transform {Name: AWS::Include}"), "template.yaml:11: Fn::Transform is refused"},
		"Fn::ForEach":          {hooks + "  Fn::ForEach::All: [A, [b], {}]\n", "Fn::ForEach::All"},
		"a nested stack":       {resource("AWS::CloudFormation::Stack", "TemplateURL: https://x"), "template.yaml:5: Resources.Mine: nested stacks are refused"},
		"a nested application": {resource("AWS::Serverless::Application", "Location: x"), "template.yaml:5: Resources.Mine: nested stacks are refused"},
		"a macro":              {resource("AWS::CloudFormation::Macro", "Name: x"), "AWS::CloudFormation::Macro is refused"},
		"a connector":          {resource("AWS::Serverless::Connector", "{Source: {Id: HooksFunction}, Destination: {Id: Table}, Permissions: [Write]}"), "connectors are refused"},
		"a connector inside":   {hooks + "  Own:\n    Type: AWS::SQS::Queue\n    Connectors: {X: {Properties: {Destination: {Id: Table}}}}\n", "connectors are refused"},

		// the hook function and strategies
		"another type":              {"Resources:\n  HooksFunction: {Type: AWS::Lambda::Function}\n", "HooksFunction: must be of the type AWS::Serverless::Function"},
		"hooks on a condition":      {hooks + "    Condition: HasConsole\n", "template.yaml:5: Resources.HooksFunction: must have no Condition"},
		"another alias":             {hooks[:len(hooks)-2] + ", AutoPublishAlias: prod}\n", "AutoPublishAlias is live, which the engine calls; leave it out"},
		"another name":              {hooks[:len(hooks)-2] + ", FunctionName: mine}\n", "FunctionName is ${AWS::StackName}-hooks, which the engine calls; leave it out"},
		"gradual deployment":        {hooks[:len(hooks)-2] + ", DeploymentPreference: {Type: AllAtOnce}}\n", "DeploymentPreference is not supported"},
		"another processor":         {hooks[:len(hooks)-2] + ", Architectures: [arm64]}\n", "Architectures must be [!Ref Architecture]"},
		"a strategy without a name": {strings.Replace(function("Timeout: 3"), "  Mine:\n", "  Mine:\n    Metadata: {FasttrackStrategy: true}\n", 1), "a strategy needs FunctionName"},
		"a strategy that is none":   {hooks + "  Own: {Type: AWS::SQS::Queue, Metadata: {FasttrackStrategy: true}}\n", "only functions can be strategies"},
		"hooks as a strategy":       {hooks + "    Metadata: {FasttrackStrategy: true}\n", "the hook function can't be a strategy too"},
		"a mark that is none":       {hooks + "    Metadata: {FasttrackStrategy: yes please}\n", "FasttrackStrategy must be true or false"},

		// references
		"the table":               {policy("Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn"), "template.yaml:13: Resources.Mine: Table is the engine's own, and yours must not use it: call the API"},
		"the table, in long form": {policy("Action: dynamodb:PutItem, Resource: {Fn::GetAtt: [Table, Arn]}"), "Table is the engine's own"},
		"the table, in a text":    {policy(`Action: dynamodb:PutItem, Resource: !Sub "${Table.Arn}/index/*"`), "Table is the engine's own"},
		"the table, by template":  {function("Policies: [DynamoDBCrudPolicy: {TableName: !Ref Table}]"), "Table is the engine's own"},
		"the table's name":        {function("Environment: {Variables: {A: !Ref Table}}"), "Table is the engine's own"},
		"the table's stream":      {resource("AWS::Lambda::EventSourceMapping", "FunctionName: !Ref HooksFunction\nEventSourceArn: !GetAtt Table.StreamArn"), "Table is the engine's own"},
		"the table, by a branch":  {function("Environment: {Variables: {A: !If [IsJwt, !Ref Table, x]}}"), "Table is the engine's own"},
		"the machine":             {policy("Action: states:StartExecution, Resource: !Ref StateMachine"), "StateMachine is the engine's own"},
		"the bus, to send":        {policy("Action: events:PutEvents, Resource: !GetAtt Bus.Arn"), "Bus is the engine's own, and yours must not use it: a rule takes it as EventBusName"},
		"the bus, by template":    {function("Policies: [EventBridgePutEventsPolicy: {EventBusName: !Ref Bus}]"), "Bus is the engine's own"},
		"the bus, as a target":    {resource("AWS::Events::Rule", "Targets: [{Id: x, Arn: !GetAtt Bus.Arn}]"), "Bus is the engine's own"},
		"a function":              {policy("Action: lambda:InvokeFunction, Resource: !GetAtt GrantFunction.Arn"), "GrantFunction is the engine's own"},
		"a function's role":       {resource("AWS::IAM::Policy", "PolicyName: x\nRoles: [!Ref GrantRole]\nPolicyDocument: {Statement: []}"), "GrantRole is the engine's own"},
		"another's role":          {function("Role: !GetAtt RecordRole.Arn"), "RecordRole is the engine's own"},
		"a key":                   {policy("Action: kms:PutKeyPolicy, Resource: !GetAtt OutputKey.Arn"), "OutputKey is the engine's own"},
		"the console's key":       {policy("Action: secretsmanager:GetSecretValue, Resource: !Ref ConsoleKey"), "ConsoleKey is the engine's own"},
		"a route":                 {resource("AWS::ApiGatewayV2::Route", "ApiId: !Ref Api\nRouteKey: GET /mine"), "ApiId must name a resource of this template"},
		"a route of an event":     {function("Events: {X: {Type: HttpApi, Properties: {ApiId: !Ref Api}}}"), "ApiId must name an API of this template"},
		"a permission":            {resource("AWS::Lambda::Permission", "FunctionName: !Ref GrantFunction\nAction: lambda:InvokeFunction\nPrincipal: events.amazonaws.com"), "GrantFunction is the engine's own"},
		"an alias":                {resource("AWS::Lambda::Alias", "FunctionName: !Ref RecordFunction\nName: x\nFunctionVersion: $LATEST"), "RecordFunction is the engine's own"},
		"a version":               {resource("AWS::Lambda::Version", "FunctionName: !Ref RecordFunction"), "RecordFunction is the engine's own"},
		"a URL":                   {resource("AWS::Lambda::Url", "TargetFunctionArn: !Ref RecordFunction\nAuthType: NONE"), "RecordFunction is the engine's own"},
		"a queue's policy":        {resource("AWS::SQS::QueuePolicy", "Queues: [!Ref NotifyDeadLetters]\nPolicyDocument: {Statement: []}"), "NotifyDeadLetters is the engine's own"},
		"a bus's policy":          {resource("AWS::Events::EventBusPolicy", "EventBusName: !Ref AWS::StackName\nStatementId: x"), "EventBusName must name a resource of this template"},
		"a filter's role":         {resource("AWS::Logs::SubscriptionFilter", "LogGroupName: !Ref RecordLogs\nDestinationArn: !GetAtt GrantFunction.Arn"), "GrantFunction is the engine's own"},
		"an engine's secret":      {function("Policies: [AWSSecretsManagerGetSecretValuePolicy: {SecretArn: !Ref ConsoleKeySecretArn}]"), "ConsoleKeySecretArn is what the engine has rights on"},
		"others' strategies":      {policy("Action: lambda:InvokeFunction, Resource: !Ref StrategyFunctionArns"), "StrategyFunctionArns is what the engine has rights on"},

		// names in texts
		"a function by its name":     {resource("AWS::Lambda::Permission", `FunctionName: !Sub "${AWS::StackName}-engine-grant"`), "FunctionName must name a resource of this template"},
		"a function by another text": {function(`Environment: {Variables: {A: !Sub "${AWS::StackName}-engine-grant"}}`), `"${AWS::StackName}-engine-grant" names GrantFunction`},
		"a name in parts":            {function(`Environment: {Variables: {A: !Join ["-", [!Ref AWS::StackName, engine, grant]]}}`), "names GrantFunction"},
		"a name by variables":        {function(`Environment: {Variables: {A: !Sub ["${X}ine-grant", {X: !Sub "${AWS::StackName}-eng"}]}}`), "names GrantFunction"},
		"a name from a mapping": {policy(`Action: lambda:InvokeFunction, Resource: !FindInMap [Own, a, b]`) + "Mappings:\n  Own: {a: {b: 'arn:aws:lambda:eu-west-1:123456789012:function:prod-engine-grant'}}\n",
			"reaches GrantFunction"},
		"a function by its ARN":     {policy(`Action: lambda:InvokeFunction, Resource: arn:aws:lambda:eu-west-1:123456789012:function:prod-engine-grant`), "GrantFunction, which is the engine's own"},
		"an alias by its ARN":       {policy(`Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:eu-west-1:123456789012:function:prod-engine-grant:live"`), "GrantFunction, which is the engine's own"},
		"the table by its name":     {function("Policies: [DynamoDBReadPolicy: {TableName: prod-Table-1ABCDEF}]"), "Table, which is the engine's own"},
		"the machine by its name":   {policy(`Action: states:StartExecution, Resource: !Sub "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-runs"`), "StateMachine, which is the engine's own"},
		"an execution by its name":  {policy(`Action: states:StopExecution, Resource: !Sub "arn:aws:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}-runs:*"`), "StateMachine, which is the engine's own"},
		"the bus by its name":       {policy(`Action: events:PutEvents, Resource: !Sub "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/${AWS::StackName}"`), "Bus, which is the engine's own"},
		"the bus's name, template":  {function("Policies: [EventBridgePutEventsPolicy: {EventBusName: !Ref AWS::StackName}]"), "Bus, which is the engine's own"},
		"a role by its name":        {policy(`Action: sts:AssumeRole, Resource: "arn:aws:iam::123456789012:role/prod-GrantRole-1ABC"`), "GrantRole, which is the engine's own"},
		"the key's alias":           {policy(`Action: kms:DeleteAlias, Resource: !Sub "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/${AWS::StackName}-outputs"`), "OutputKeyAlias, which is the engine's own"},
		"a key by its id":           {policy(`Action: kms:PutKeyPolicy, Resource: "arn:aws:kms:eu-west-1:123456789012:key/0d4b"`), "Key, which is the engine's own"},
		"the API, to change it":     {policy(`Action: apigateway:PATCH, Resource: !Sub "arn:aws:apigateway:${AWS::Region}::/apis/${Api}/routes/*"`), "Api, which is the engine's own"},
		"the stack":                 {policy(`Action: cloudformation:UpdateStack, Resource: !Sub "arn:aws:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*"`), "the stack itself"},
		"the uploaded code":         {policy(`Action: s3:PutObject, Resource: "arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-x/*"`), "the bucket of its code"},
		"a name of one's own":       {function(`FunctionName: !Sub "${AWS::StackName}-engine-grant"`), "names GrantFunction"},
		"a prefix of all functions": {function(`FunctionName: !Ref AWS::StackName`) + "  Other:\n    Type: AWS::Serverless::Function\n    Properties: {InlineCode: x, Policies: [LambdaInvokePolicy: {FunctionName: !Ref Mine}]}\n", "LambdaInvokePolicy"},

		"a custom resource":         {resource("Custom::Own", `ServiceToken: !Sub "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-engine-grant"`), "names GrantFunction"},
		"a name that is split":      {resource("Custom::Own", `ServiceToken: !Select [0, !Split [",", "arn:aws:lambda:eu-west-1:123456789012:function:prod-engine-grant,x"]]`), "names GrantFunction"},
		"a name from elsewhere":     {resource("Custom::Own", `ServiceToken: !ImportValue grant`), "ServiceToken can't be checked"},
		"the engine's dead letters": {function("DeadLetterQueue: {Type: SQS, TargetArn: !ImportValue letters}"), "TargetArn can't be checked"},
		"a secret that is resolved": {function(`Environment: {Variables: {A: !Sub "{{resolve:secretsmanager:${ConsoleKeySecretArn}}}"}}`), "ConsoleKeySecretArn is a secret of the engine's"},
		"a secret by its name":      {function(`Environment: {Variables: {A: "{{resolve:secretsmanager:ConsoleKey-a1b2c3:SecretString}}"}}`), "names ConsoleKey, which is the engine's own"},

		// wildcards
		"all of all":               {policy(`Action: "*", Resource: "*"`), `* can give any right`},
		"all of a service":         {policy(`Action: "dynamodb:*", Resource: "*"`), "reaches Table"},
		"part of a service":        {policy(`Action: "dyn*:Put*", Resource: "*"`), "reaches Table"},
		"a list":                   {policy(`Action: [ec2:DescribeInstances, "lambda:Invoke*"], Resource: ["*"]`), "lambda:Invoke* on"},
		"all tables":               {policy(`Action: dynamodb:GetItem, Resource: "arn:aws:dynamodb:*:*:table/*"`), "reaches Table"},
		"all of the stack's":       {policy(`Action: dynamodb:GetItem, Resource: !Sub "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-*"`), "reaches Table"},
		"question marks":           {policy(`Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:eu-west-1:123456789012:function:prod-engine-gran?"`), "reaches GrantFunction"},
		"all keys":                 {policy(`Action: kms:Decrypt, Resource: "arn:aws:kms:*:*:key/*"`), "Key, which is the engine's own"},
		"all roles":                {policy(`Action: iam:PassRole, Resource: "*"`), "Role, which is the engine's own"},
		"a condition on all":       {policy(`Action: dynamodb:PutItem, Resource: "*", Condition: {StringEquals: {aws:ResourceTag/x: y}}`), "reaches Table"},
		"NotAction":                {policy(`NotAction: iam:PassRole, Resource: "*"`), "NotAction allows all that it doesn't name"},
		"NotResource":              {policy(`Action: dynamodb:PutItem, NotResource: x`), "NotResource allows all that it doesn't name"},
		"a template for all":       {function(`Policies: [SQSPollerPolicy: {QueueName: "*"}]`), "NotifyDeadLetters, which is the engine's own"},
		"an unknown template":      {function(`Policies: [CloudFormationDescribeStacksPolicy: {}]`), "the policy template CloudFormationDescribeStacksPolicy could reach the engine"},
		"a statement of a role":    {resource("AWS::IAM::Role", `AssumeRolePolicyDocument: {}`+"\nPolicies:\n  - PolicyName: x\n    PolicyDocument: {Statement: {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}}"), "reaches Table"},
		"another case":             {policy(`action: "DynamoDB:putitem", Resource: "*"`), "reaches Table"},
		"an effect of a condition": {function("Policies:\n  - Statement:\n      - {Effect: !If [IsJwt, Allow, Deny], Action: 'dynamodb:*', Resource: '*'}"), "reaches Table"},
		"a branch":                 {function("Policies:\n  - Statement:\n      - !If [IsJwt, {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}, !Ref AWS::NoValue]"), "reaches Table"},
		"all queues, of an event":  {function("Events: {X: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:123456789012:mine'}}}"), "give the function a Role of your own"},
		"a policy in a text":       {resource("AWS::IAM::ManagedPolicy", `PolicyDocument: '{"Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]}'`), "reaches Table"},
		"logs of all":              {resource("AWS::Logs::ResourcePolicy", "PolicyName: x\n"+`PolicyDocument: '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "x"}, "Action": "logs:*", "Resource": "*"}]}'`), "Logs, which is the engine's own"},
		"an anchor":                {hooks + "  Own:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies: [{PolicyDocument: {Statement: &all {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}}}, {PolicyDocument: {Statement: *all}}]\n", "reaches Table"},
		"a default of a parameter": {"Parameters: {Own: {Type: String, Default: '*'}}\n" + policy("Action: dynamodb:GetItem, Resource: !Ref Own"), "Default of the parameter Own has a wildcard"},

		// what can't be checked
		"a managed policy":         {function("Policies: [AmazonDynamoDBFullAccess]"), "the managed policy AmazonDynamoDBFullAccess could reach the engine"},
		"all managed policies":     {function("Policies: arn:aws:iam::aws:policy/AdministratorAccess"), "AdministratorAccess could reach the engine"},
		"one of one's own account": {resource("AWS::IAM::Role", "AssumeRolePolicyDocument: {}\nManagedPolicyArns: [!Sub 'arn:aws:iam::${AWS::AccountId}:policy/mine']"), "could reach the engine"},
		"one with a known name":    {resource("AWS::IAM::Role", "AssumeRolePolicyDocument: {}\nManagedPolicyArns: ['arn:aws:iam::123456789012:policy/AWSLambdaBasicExecutionRole']"), "could reach the engine"},
		"one of a parameter":       {"Parameters: {Own: {Type: String}}\n" + function("Policies: [!Ref Own]"), "could reach the engine"},
		"a role of the account":    {function("Role: arn:aws:iam::123456789012:role/mine"), "Role must be an AWS::IAM::Role of this template"},
		"a role of a parameter":    {"Parameters: {Own: {Type: String}}\n" + function("Role: !Ref Own"), "Role must be an AWS::IAM::Role of this template"},
		"a role of a rule":         {resource("AWS::Events::Rule", "Targets: [{Id: x, Arn: x, RoleArn: 'arn:aws:iam::123456789012:role/mine'}]"), "RoleArn must be an AWS::IAM::Role of this template"},
		"credentials of an API":    {resource("AWS::ApiGateway::Method", "Integration: {Credentials: 'arn:aws:iam::123456789012:role/mine'}"), "Credentials must be an AWS::IAM::Role"},
		"a group of the account":   {resource("AWS::IAM::User", "Groups: [admins]"), "Groups must name a resource of this template"},
		"another stack's ARN":      {policy("Action: dynamodb:GetItem, Resource: !ImportValue mine"), "this resource of a policy can't be checked"},
		"a dynamic reference":      {policy("Action: dynamodb:GetItem, Resource: '{{resolve:ssm:/mine}}'"), "this resource of a policy can't be checked"},
		"a custom resource's ARN":  {hooks + "  Own: {Type: Custom::Own, Properties: {ServiceToken: x}}\n" + policy("Action: dynamodb:GetItem, Resource: !GetAtt Own.Arn")[len(hooks):], "this resource of a policy can't be checked"},
		"a parameter's value":      {hooks + "  Own: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: '*'}}\n" + policy("Action: dynamodb:GetItem, Resource: !GetAtt Own.Value")[len(hooks):], "this resource of a policy can't be checked"},
		"an action of a parameter": {"Parameters: {Own: {Type: String}}\n" + policy("Action: !Ref Own, Resource: '*'"), "Action must be written here"},
		"policies for others":      {policy("Action: iam:PutUserPolicy, Resource: 'arn:aws:iam::123456789012:user/tmp-*'"), "iam:PutUserPolicy can give any right"},
		"a document elsewhere":     {resource("AWS::IAM::ManagedPolicy", "PolicyDocument: !Ref Own") + "Parameters: {Own: {Type: String}}\n", "PolicyDocument must be written here"},

		// cycles
		"a cycle with the engine": {hooks + "    DependsOn: RequestFunction\n", "template.yaml:2: Resources.HooksFunction: cycle HooksFunction → RequestFunction → HooksFunction; remove one of these references"},
		"a cycle with its role": {hooks[:len(hooks)-2] + ", Role: !GetAtt Own.Arn}\n  Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, Policies: [{PolicyName: x, PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:GetAlias, Resource: !GetAtt HooksFunction.Arn}]}}]}}\n",
			"cycle HooksFunction → Own → HooksFunction"},
		"a cycle with a bucket": {function("Events: {X: {Type: S3, Properties: {Bucket: !Ref Own, Events: x}}}\nEnvironment: {Variables: {B: !Ref Own}}") + "  Own: {Type: AWS::S3::Bucket}\n", "cycle Mine → Own → Mine"},
		"a cycle of a strategy": {strings.Replace(function("FunctionName: vault"), "  Mine:\n", "  Mine:\n    Metadata: {FasttrackStrategy: true}\n    DependsOn: GrantFunction\n", 1), "cycle Mine → GrantFunction → GrantRole → Mine"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := merge.Merge(open(t, c.template), merge.Options{})
			if err == nil {
				t.Fatalf("accepted:\n%s", c.template)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got:  %v\nwant: %s", err, c.want)
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "template.yaml:") {
					t.Errorf("the line names no place: %s", line)
				}
			}
		})
	}
}
