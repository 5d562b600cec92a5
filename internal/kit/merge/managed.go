package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// harmless are AWS's managed policies that reach nothing of the engine's.
var harmless = []string{
	"AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess",
	"CloudWatchLambdaInsightsExecutionRolePolicy",
}

// managed checks a managed policy of a role or a user.
func (t *team) managed(r resource, n *yaml.Node) {
	if noValue(n) {
		return
	}
	if value(folder.Member(t.owner(n), "Type")) == "AWS::IAM::ManagedPolicy" {
		return
	}
	if name, argument := call(n); name == "Ref" && (argument.Value == "PeoplePolicy" || argument.Value == "ReviewersPolicy") {
		return
	}
	texts, sure := reader{root: t.root}.texts(n)
	for _, s := range texts {
		name := s[strings.LastIndex(s, "/")+1:]
		aws := s == name || strings.HasPrefix(s, "arn:") && strings.Contains(s, ":iam::aws:policy/")
		if !sure || !aws || !contains(harmless, name) {
			t.refuseAt(r, n, "the managed policy %s could reach the engine; write the statements that are needed, or use one of %s", shown(s), strings.Join(harmless, ", "))
			return
		}
	}
	if !sure || len(texts) == 0 {
		t.refuseAt(r, n, "this managed policy can't be checked; write the statements that are needed")
	}
}

// samPolicy checks an item of SAM's Policies: a document, a policy template or a managed
// policy.
func (t *team) samPolicy(r resource, n *yaml.Node) {
	if name, _ := call(n); name != "" || n.Kind == yaml.ScalarNode {
		t.managed(r, n)
		return
	}
	if folder.Member(n, "Statement") != nil {
		return // statements has checked it
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		t.refuseAt(r, n, "a policy must be a document with Statement, a policy template of SAM or the name of a managed policy")
		return
	}
	name, parameters := n.Content[0].Value, n.Content[1]
	end, is := policyTemplates[name]
	if !is {
		t.refuseAt(r, n, "the policy template %s could reach the engine, or is unknown; write the statements that are needed", name)
		return
	}
	for _, p := range pairs(parameters) {
		for _, target := range branches(p.value) {
			texts, sure := reader{root: t.root}.texts(target)
			if !t.inspected(r, target, sure) {
				return
			}
			for _, s := range texts {
				for _, o := range t.owned {
					if !strings.Contains(name, templateServices[o.services[0]]) || templateServices[o.services[0]] == "" {
						continue
					}
					if !o.anyID && (o.reaches(s+end, o.names) || o.reaches(s, o.arns)) || o.anyID && wild(s) {
						t.refuseAt(r, target, "%s: %q reaches %s, which is the engine's own; name your own resource, or write a statement with its ARN", name, shown(s+end), o.id)
						return
					}
				}
			}
		}
	}
}

// templateServices are the words for the engine's services in the names of policy
// templates.
var templateServices = map[string]string{
	"dynamodb": "DynamoDB", "lambda": "Lambda", "states": "StepFunctions", "logs": "FilterLogEvents", "events": "EventBridge", "kms": "KMS",
	"sns": "SNS", "sqs": "SQS", "secretsmanager": "SecretsManager", "s3": "S3",
}

// policyTemplates are SAM's policy templates whose rights are on the resource that their
// parameters name, or on nothing that the engine has. The value is what the template adds
// to a name: a wildcard takes other resources with names that begin alike.
var policyTemplates = map[string]string{
	"AMIDescribePolicy": "", "AWSSecretsManagerGetSecretValuePolicy": "", "AcmGetCertificatePolicy": "", "AthenaQueryPolicy": "",
	"CloudWatchPutMetricPolicy": "", "CodeCommitCrudPolicy": "", "CodeCommitReadPolicy": "", "CodePipelineReadOnlyPolicy": "",
	"ComprehendBasicAccessPolicy": "", "CostExplorerReadOnlyPolicy": "", "DynamoDBCrudPolicy": "", "DynamoDBReadPolicy": "",
	"DynamoDBReconfigurePolicy": "", "DynamoDBStreamReadPolicy": "", "DynamoDBWritePolicy": "", "EC2DescribePolicy": "",
	"EFSWriteAccessPolicy": "", "EKSDescribePolicy": "", "ElasticsearchHttpPostPolicy": "", "EventBridgePutEventsPolicy": "",
	"FilterLogEventsPolicy": "", "FirehoseCrudPolicy": "", "FirehoseWritePolicy": "", "KMSDecryptPolicy": "", "KMSEncryptPolicy": "",
	"KMSEncryptPolicy_v2": "", "KinesisCrudPolicy": "", "KinesisStreamReadPolicy": "", "LambdaInvokePolicy": "*",
	"OrganizationsListAccountsPolicy": "", "Route53ChangeResourceRecordSetsPolicy": "", "S3CrudPolicy": "", "S3FullAccessPolicy": "",
	"S3ReadPolicy": "", "S3WritePolicy": "", "SESBulkTemplatedCrudPolicy": "", "SESBulkTemplatedCrudPolicy_v2": "", "SESCrudPolicy": "",
	"SESEmailTemplateCrudPolicy": "", "SESSendBouncePolicy": "", "SNSCrudPolicy": "*", "SNSPublishMessagePolicy": "",
	"SQSPollerPolicy": "", "SQSSendMessagePolicy": "", "SSMParameterReadPolicy": "", "SSMParameterWithSlashPrefixReadPolicy": "",
	"StepFunctionsCallbackPolicy": "", "StepFunctionsExecutionPolicy": "", "StepFunctionsExecutionPolicy_v2": "", "VPCAccessPolicy": "",
}
