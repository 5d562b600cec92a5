package e2e

// awsPlay is how a unit of the docs is run.
type awsPlay struct {
	// deployed is the test that runs it on the emulator, with run: neither this machine
	// nor moto has what it needs.
	deployed string
	// moto runs it on moto's services, in place of this machine's.
	moto bool
	// names stand for names of the docs, in pairs: a longer one before one that it
	// begins with.
	names []string
	// before makes what the docs take for granted.
	before string
	// prints is a part of what the unit prints.
	prints string
	// after prints shows once the unit has run; nothing where shows is empty.
	after, shows string
}

const (
	newTable = `aws dynamodb create-table --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE --billing-mode PAY_PER_REQUEST --table-name `
	newRole  = `aws iam create-role --assume-role-policy-document '{"Version":"2012-10-17","Statement":[]}' --role-name `
	restored = newTable + `TABLE-restored >/dev/null
for pk in RUN#ID LEASE#x OUT#x LINK#x BIND#x; do aws dynamodb put-item --table-name TABLE-restored --item '{"pk": {"S": "'$pk'"}, "sk": {"S": "RUN"}, "body": {"S": "a \"b\" \\ c"}}'; done
`
	newFunction = newRole + `f >/dev/null
printf 'PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' > f.zip
aws lambda create-function --function-name fasttrack-engine-request --role arn:aws:iam::123456789012:role/f --runtime provided.al2023 --handler bootstrap --zip-file fileb://f.zip >/dev/null
`
	newStack = `aws cloudformation create-stack --stack-name fasttrack --template-body '{"Resources": {"ReconcileSchedule": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "r"}}}}' >/dev/null
`
)

// awsPlays are by the operations of a unit.
var awsPlays = map[string]awsPlay{
	"sts get-caller-identity": {prints: "arn:aws:"},
	"cloudformation describe-stacks, cloudformation list-stack-resources":                                             {prints: "AWS::StepFunctions::StateMachine"},
	"lambda list-functions, lambda get-function-configuration, lambda list-aliases":                                   {prints: `"Name": "live"`},
	"logs describe-log-groups, logs filter-log-events":                                                                {prints: "/aws/lambda/fasttrack-engine-request"},
	"logs create-log-group, events put-rule, events put-targets, events list-targets-by-rule, logs filter-log-events": {prints: `"Id": "log"`},
	"stepfunctions list-state-machines":                                                                               {prints: "stateMachine:fasttrack-runs"},
	"stepfunctions test-state":                                                                                        {prints: `"SUCCEEDED"`},
	"stepfunctions list-executions, stepfunctions describe-execution": {
		names: []string{"ARN", "arn:aws:states:us-east-1:123456789012:stateMachine:fasttrack-runs", "EXECUTION", "arn:aws:states:us-east-1:123456789012:execution:fasttrack-runs:by-hand"},
		before: `aws stepfunctions start-execution --state-machine-arn ARN --name by-hand --input '{"hook": {"ask": {"run": {"id": "01JD", "requester": {"email": "ada@example.com"}, "fields": {"target": {"id": "prod-ro"}}}}}}' >/dev/null
`,
		prints: `"requester": "ada@example.com"`,
	},
	"lambda invoke":         {prints: `"StatusCode": 200`},
	"kms get-public-key":    {names: []string{"ARN", "fasttrack-DigestKey"}, after: "cat digest.pem", shows: "-----BEGIN PUBLIC KEY-----\nMF"},
	"dynamodb create-table": {prints: `"TableName": "okta-group-book"`},
	"dynamodb delete-item, dynamodb update-item": {
		before: `aws dynamodb put-item --table-name TABLE --item '{"pk": {"S": "LINK#oncall@example.com"}, "sk": {"S": "LINKS"}, "to": {"SS": ["https://idp.example.com|7b1c"]}}'
aws dynamodb put-item --table-name TABLE --item '{"pk": {"S": "LINK#https://idp.example.com|7b1c"}, "sk": {"S": "LINKS"}, "to": {"SS": ["oncall@example.com", "ada@example.com"]}}'
`,
		after: `aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "LINK#oncall@example.com"}, "sk": {"S": "LINKS"}}'
aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "LINK#https://idp.example.com|7b1c"}, "sk": {"S": "LINKS"}}' --query Item.to.SS --output text
`,
		shows: "ada@example.com\n",
	},
	"dynamodb query, dynamodb put-item": {
		before: restored, names: []string{"TABLE-restored", "restored-1"},
		after: `aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "RUN#ID"}, "sk": {"S": "RUN"}}' --query Item.body.S --output text`, shows: `a "b" \ c`,
	},
	"dynamodb scan, dynamodb put-item": {
		before: restored, names: []string{"TABLE-restored", "restored-2", "RUN#ID", "RUN#ID2", "LEASE#x", "LEASE#2", "OUT#x", "OUT#2", "LINK#x", "LINK#2", "BIND#x", "BIND#2"},
		after: `aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "RUN#ID2"}, "sk": {"S": "RUN"}}' --query Item.pk.S --output text
aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "LEASE#2"}, "sk": {"S": "RUN"}}'
aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "OUT#2"}, "sk": {"S": "RUN"}}'
aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "LINK#2"}, "sk": {"S": "RUN"}}'
aws dynamodb get-item --table-name TABLE --key '{"pk": {"S": "BIND#2"}, "sk": {"S": "RUN"}}'
`, shows: "RUN#ID2",
	},

	"logs filter-log-events": {
		moto: true,
		before: `aws logs create-log-group --log-group-name /aws/lambda/fasttrack-engine-digest
aws logs create-log-stream --log-group-name /aws/lambda/fasttrack-engine-digest --log-stream-name s
aws logs put-log-events --log-group-name /aws/lambda/fasttrack-engine-digest --log-stream-name s --log-events "$(jq -nc '[{timestamp: (now * 1000 | floor), message: "{\"msg\":\"digest\",\"day\":\"2026-11-25\"}"}]')" >/dev/null
`,
		after: "cat kept.jsonl", shows: `{"msg":"digest","day":"2026-11-25"}`,
	},
	"dynamodb create-backup": {moto: true, names: []string{"TABLE", "backed-up"}, before: newTable + "TABLE >/dev/null", prints: `"BackupName": "before-42"`},
	"dynamodb export-table-to-point-in-time": {
		moto: true, names: []string{"TABLE", "exported", "ARN", "arn:aws:dynamodb:us-east-1:123456789012:table/exported", "BUCKET", "exports"},
		before: newTable + `TABLE >/dev/null
aws dynamodb update-continuous-backups --table-name TABLE --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true >/dev/null
aws s3api create-bucket --bucket BUCKET >/dev/null
`, prints: `"ExportArn"`,
	},
	"dynamodb restore-table-to-point-in-time, dynamodb wait": {
		moto: true, names: []string{"TABLE", "in-use"}, before: newTable + "TABLE >/dev/null", prints: `"TableName": "in-use-restored"`,
	},
	"dynamodb list-backups, dynamodb restore-table-from-backup, dynamodb wait, dynamodb update-time-to-live, dynamodb update-continuous-backups, dynamodb update-table": {
		moto: true, names: []string{"TABLE", "deleted", "BACKUP", `"$(cat backup)"`},
		before: newTable + `TABLE >/dev/null
aws dynamodb create-backup --table-name TABLE --backup-name last --query BackupDetails.BackupArn --output text > backup
aws dynamodb delete-table --table-name TABLE >/dev/null
`,
		after: `aws dynamodb describe-table --table-name TABLE --query Table.DeletionProtectionEnabled
aws dynamodb describe-time-to-live --table-name TABLE --query TimeToLiveDescription.AttributeName
`, shows: "true\n\"expires_at\"",
	},
	"dynamodb update-table": {
		moto: true, names: []string{"TABLE", "protected"}, before: newTable + "TABLE --deletion-protection-enabled >/dev/null",
		after: `aws dynamodb describe-table --table-name TABLE --query Table.DeletionProtectionEnabled`, shows: "false",
	},
	"dynamodb wait":         {moto: true, names: []string{"TABLE", "waited-for"}, before: newTable + "TABLE >/dev/null"},
	"dynamodb delete-table": {moto: true, names: []string{"TABLE", "unprotected"}, before: newTable + "TABLE >/dev/null", prints: `"TableName": "unprotected"`},
	"dynamodb update-table, dynamodb wait, dynamodb delete-table, iam list-role-policies, iam delete-role, kms schedule-key-deletion, cloudformation delete-stack": {
		moto: true, names: []string{"TABLE", "left", "ROLE", "left", "KEY", `"$(cat key)"`},
		before: newTable + `TABLE --deletion-protection-enabled >/dev/null
` + newRole + `ROLE >/dev/null
aws kms create-key --query KeyMetadata.KeyId --output text > key
` + newStack, prints: `"DeletionDate"`,
		after: `aws dynamodb list-tables --output text --query 'TableNames[?@ == "left"]'`,
	},
	"sesv2 create-email-identity, sesv2 get-email-identity":                                                       {deployed: "TestDeployedMail", prints: "\ntrue\n"},
	"sesv2 create-configuration-set, sesv2 create-configuration-set-event-destination, events describe-event-bus": {deployed: "TestDeployedMail"},
	"secretsmanager create-secret": {moto: true, prints: `"ARN"`},
	"iam attach-role-policy": {
		moto: true, names: []string{"ROLE", "callers", "ARN", "arn:aws:iam::123456789012:policy/people"},
		before: newRole + `ROLE >/dev/null
aws iam create-policy --policy-name people --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}' >/dev/null
`,
		after: "aws iam list-attached-role-policies --role-name ROLE", shows: "policy/people",
	},
	"sso-admin attach-customer-managed-policy-reference-to-permission-set, sso-admin provision-permission-set": {
		moto: true, names: []string{"INSTANCE", `"$(cat instance)"`, "SET", `"$(cat set)"`, "Name=NAME", "Name=people", "ACCOUNT", "123456789012"},
		before: `aws sso-admin list-instances --query 'Instances[0].InstanceArn' --output text > instance
aws sso-admin create-permission-set --instance-arn INSTANCE --name people --query PermissionSet.PermissionSetArn --output text > set
`,
		after: "aws sso-admin list-customer-managed-policy-references-in-permission-set --instance-arn INSTANCE --permission-set-arn SET", shows: `"Name": "people"`,
	},
	"organizations create-policy, organizations attach-policy": {
		moto: true, names: []string{"p-ID", `"$(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query 'Policies[-1].Id' --output text)"`, "ACCOUNT", `"$(cat account)"`},
		before: `aws organizations create-organization >/dev/null
aws organizations create-account --email a@example.com --account-name a --query CreateAccountStatus.AccountId --output text > account
`,
		after: "aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY --target-id ACCOUNT", shows: "fasttrack-sessions",
	},
	"identitystore get-user-id": {
		moto: true, names: []string{"d-ID", "d-1234567890"},
		before: `aws identitystore create-user --identity-store-id d-ID --user-name ada@example.com --display-name Ada --name FamilyName=L,GivenName=A >/dev/null`, prints: `"UserId"`,
	},
	"lambda put-function-concurrency": {moto: true, before: newFunction, prints: `"ReservedConcurrentExecutions": 0`},
	"lambda delete-function-concurrency": {
		moto: true, after: "aws lambda get-function-concurrency --function-name fasttrack-engine-request --query ReservedConcurrentExecutions", shows: "null",
	},
	"events disable-rule":                    {moto: true, before: `aws events put-rule --name RULE --schedule-expression 'rate(1 minute)' >/dev/null`, after: "aws events describe-rule --name RULE", shows: "DISABLED"},
	"events enable-rule":                     {moto: true, after: "aws events describe-rule --name RULE", shows: "ENABLED"},
	"cloudformation describe-stack-resource": {moto: true, before: newStack, prints: "arn:aws:sns:us-east-1:123456789012:r"},
}
