package local_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	deployed "github.com/fasttrack-dev/fasttrack/internal/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

var partitions = map[string]string{"us-east-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-northwest-1": "aws-cn"}

// Every ARN that the template and the state machine make is of the partition that
// the stack is in. Step Functions takes the definition there.
func TestPartitions(t *testing.T) {
	for region, partition := range partitions {
		t.Run(partition, func(t *testing.T) {
			o := options(everything(partition))
			o.Region = region
			stack, err := template.Load("../../template.yaml", o)
			if err != nil {
				t.Fatal(err)
			}
			made, err := json.Marshal(stack)
			if err != nil {
				t.Fatal(err)
			}
			for _, arn := range regexp.MustCompile(`arn:[^:]*:`).FindAllString(string(made), -1) {
				if arn != "arn:"+partition+":" {
					t.Errorf("an ARN begins with %s", arn)
				}
			}
			service := stepfunctions.New(stepfunctions.Options{Region: region})
			defer service.Close()
			for i, calls := range []struct{ invoke, start int }{{6, 0}, {3, 2}} {
				m := stack.StateMachines[i]
				invoke := strings.Count(m.Definition, `"arn:`+partition+`:states:::lambda:invoke`)
				if start := strings.Count(m.Definition, `"arn:`+partition+`:states:::states:startExecution"`); invoke != calls.invoke || start != calls.start {
					t.Errorf("%s: %d states invoke a function and %d start an execution, want %v", m.LogicalID, invoke, start, calls)
				}
				if _, err := service.CreateMachine(stepfunctions.Machine{Name: m.Name, Type: m.Type, Definition: m.Definition, RoleARN: m.RoleARN}); err != nil {
					t.Errorf("Step Functions refuses %s: %v", m.Path, err)
				}
			}
		})
	}
}

// This machine's AWS and fasttrack have a table each, since neither imports the other.
func TestSamePartitions(t *testing.T) {
	for _, region := range []string{
		"us-east-1", "eu-central-1", "mx-central-1", "us-gov-west-1", "cn-northwest-1", "eusc-de-east-1",
		"us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-east-1", "",
	} {
		got, want := partition.Of(region)+" "+partition.Suffix(region), deployed.Of(region)+" "+deployed.Suffix(region)
		if got != want {
			t.Errorf("%q: localaws has %s, fasttrack %s", region, got, want)
		}
	}
}

// Nothing that deploys names a partition itself, but what describes the form of a
// value.
func TestNoPartitionIsWrittenOut(t *testing.T) {
	for _, file := range []string{"../../template.yaml", "../../statemachine.asl.json", "../../lifecycle.asl.json"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if strings.Contains(line, "arn:aws") && !regexp.MustCompile(`AllowedPattern|comma separated|Description`).MatchString(line) {
				t.Errorf("%s:%d: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// everything returns parameters that have every part of the template made.
func everything(partition string) map[string]string {
	return map[string]string{
		"AuthMode": "IAM", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "fasttrack", "ConsoleOrigin": "https://access.example.com", "ConsoleClientId": "console", "Tracing": "true", "AuditDigest": "true", "DemoStrategy": "true",
		"HookFunctionArns":                "arn:" + partition + ":lambda:eu-central-1:111122223333:function:their-hooks",
		"HookSecretArns":                  "arn:" + partition + ":secretsmanager:eu-central-1:111122223333:secret:s",
		"ConsoleClientSecretArn":          "arn:" + partition + ":secretsmanager:eu-central-1:111122223333:secret:c",
		"HookInvokeArns":                  "arn:" + partition + ":lambda:eu-central-1:111122223333:function:their-function",
		"StrategyFunctionArns":            "arn:" + partition + ":lambda:eu-central-1:111122223333:function:their-strategy",
		"IamGroupArns":                    "arn:" + partition + ":iam::111122223333:group/g",
		"IdentityCenterInstanceArn":       "arn:" + partition + ":sso:::instance/ssoins-1234567890abcdef",
		"IdentityCenterPermissionSetArns": "arn:" + partition + ":sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
		"IdentityCenterAccountArns":       "arn:" + partition + ":sso:::account/111122223333",
		"IdentityCenterKeyArn":            "arn:" + partition + ":kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		"SecretKeyArns":                   "arn:" + partition + ":kms:eu-central-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab",
		"IdentityCenterRegion":            "eu-west-1",
		"SessionPolicyArn":                "arn:" + partition + ":organizations::111122223333:policy/o-exampleorgid/service_control_policy/p-examplepolicyid",
		"TeamsSecretArn":                  "arn:" + partition + ":secretsmanager:eu-central-1:111122223333:secret:t",
		"MailFrom":                        "fasttrack@example.com", "MailConfigurationSet": "approvals",
		"NotifyEmail": "ops@example.com", "WebhookUrl": "https://hooks.example.com/x",
		"WebhookSecretArn": "arn:" + partition + ":secretsmanager:eu-central-1:111122223333:secret:w",
		"AlarmTopicArn":    "arn:" + partition + ":sns:eu-central-1:111122223333:alarms",
		"ApiConcurrency":   "5", "EngineConcurrency": "5",
	}
}
