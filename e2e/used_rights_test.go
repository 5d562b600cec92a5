package e2e

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/partition"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// calls are those that functions made in all tests of this package so far.
var calls madeCalls

type madeCalls struct {
	mu   sync.Mutex
	made map[localaws.Call]bool
}

func (m *madeCalls) note(c localaws.Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil {
		m.made = map[localaws.Call]bool{}
	}
	m.made[c] = true
}

// sometimes is a form of notPlayed for a function that a schedule invokes: in transcripts
// that take minutes it may use all of its rights.
const sometimes = `ReconcileFunction may .*`

// notPlayed are rights that no test of this package uses, as regular expressions
// of the sentences of spare, and why they are there all the same.
var notPlayed = map[string]string{
	`\w+ may logs:(CreateLogStream|PutLogEvents)`:                  "the Lambda service writes what functions print with their role",
	`GrantFunction may dynamodb:DeleteItem`:                        "outputs of access that ended 15 minutes ago: functions/grant/grant",
	`GrantFunction may (iam|sso|identitystore):`:                   "strategies that are tested against other servers: internal/strategy",
	`EndSessionsFunction may organizations:`:                       "AWS Organizations, which this machine has none of: functions/endsessions",
	`NotifyFunction may (secretsmanager|sqs):`:                     "the secrets of the webhook and of Teams, and what Lambda sends to the queue with the function's role",
	`RequestFunction may lambda:InvokeFunction on .*:python-hooks`: "options of fields by hooks of your own",
	`ApplyFunction may dynamodb:Query on .*/index/flow`:            "what an event missed: functions/apply/apply",
	sometimes:                              "lost executions are played in process: e2e/torture",
	`RequestFunction may kms:GetPublicKey`: "a request is compared with the digest once one is signed: functions/request/request",
}

// What the functions did in the transcripts, their roles allow; what their roles
// allow, the functions did. The parameters are those with which all optional
// rights are there.
func TestRolesAllowWhatFunctionsDo(t *testing.T) {
	calls.mu.Lock()
	made := slices.Collect(maps.Keys(calls.made))
	calls.mu.Unlock()
	for i := range made {
		made[i].Resource = here(made[i].Resource)
	}
	seen := map[string]bool{}
	for _, c := range made {
		seen[c.Function] = true
	}
	for _, f := range []string{"RequestFunction", "ApproveFunction", "RecordFunction", "GrantFunction", "NotifyFunction", "DigestFunction"} {
		if !seen[f] {
			t.Skipf("no call of %s was seen: the transcripts are not run", f)
		}
	}
	stack, err := template.Load("../template.yaml", template.Options{
		Region: localaws.Region, AccountID: localaws.AccountID, StackName: local.StackName,
		FunctionVersion: func(string) (string, error) { return "1", nil },
		Parameters: map[string]string{
			"AuditDigest": "true", "PushedRules": "true", "AuthMode": "IAM", "SessionPolicyArn": "arn:aws:organizations::123456789012:policy/o-abc/service_control_policy/p-abc",
			"IamGroupArns": "arn:aws:iam::123456789012:group/admins", "IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityCenterPermissionSetArns": "arn:aws:sso:::permissionSet/*", "IdentityCenterAccountArns": "arn:aws:sso:::account/*", "MailFrom": "fasttrack@example.com", "MailConfigurationSet": "local", "TeamsSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:teams", "WebhookUrl": "https://hooks.example.com/x", "WebhookSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:hook",
			"SlackTeams": fakeslack.Team, "SlackSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:slack", "SlackIdentity": "email",
			"JwtIssuer": "https://idp.example.com", "JwtAudience": "console", "ConsoleClientId": "console", "ConsoleOrigin": "https://access.example.com", "ConsoleClientSecretArn": clientSecret,
			"HookInvokeArns":       "arn:aws:lambda:us-east-1:123456789012:function:custom-decider",
			"HookFunctionArns":     "arn:aws:lambda:us-east-1:123456789012:function:python-hooks",
			"HookSecretArns":       "arn:aws:secretsmanager:us-east-1:123456789012:secret:github-token*,arn:aws:secretsmanager:us-east-1:123456789012:secret:okta-token*,arn:aws:secretsmanager:us-east-1:123456789012:secret:onelogin-credentials*,arn:aws:secretsmanager:us-east-1:123456789012:secret:pagerduty-token*",
			"StrategyFunctionArns": "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-custom-strategy,arn:aws:lambda:us-east-1:123456789012:function:fasttrack-okta-group,arn:aws:lambda:us-east-1:123456789012:function:fasttrack-postgres",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]template.Role{}
	for _, r := range stack.Roles {
		roles[r.ARN] = r
	}
	needed := map[string]bool{}
	for _, f := range stack.Functions {
		role, there := roles[f.RoleARN]
		if !there {
			t.Errorf("%s has no role of the template: %q", f.LogicalID, f.RoleARN)
			continue
		}
		for _, c := range made {
			// The right to use a key is in the policy of the key: a role that named the
			// key, whose policy names the role, could not be made.
			byKey := map[string]string{"DigestFunction": "kms:Sign", "GrantFunction": "kms:GenerateDataKey", "RequestFunction": "kms:Decrypt"}[f.LogicalID] == c.Action
			if c.Function == f.LogicalID && !byKey && !slices.ContainsFunc(role.Statements, func(s template.Statement) bool { return allows(s, c) }) {
				t.Errorf("%s may not %s on %s %s, which it did", f.LogicalID, c.Action, c.Resource, c.Key)
			}
		}
		for _, unused := range spare(role, f.LogicalID, made) {
			if form := explained(unused); form != "" {
				needed[form] = true
			} else {
				t.Errorf("%s, which nothing did", unused)
			}
		}
	}
	for form := range notPlayed {
		if !needed[form] && form != sometimes {
			t.Errorf("%q explains what needs no explanation", form)
		}
	}
}

// here is a resource in the region of the template that is loaded: some of the
// tests play the system in other partitions.
func here(resource string) string {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && parts[0] == "arn" && parts[3] != "" {
		parts[1], parts[3] = partition.Of(localaws.Region), localaws.Region
		return strings.Join(parts, ":")
	}
	return resource
}

// allows reports whether a statement allows a call.
func allows(s template.Statement, c localaws.Call) bool {
	keyed := len(s.LeadingKeys) == 0 || slices.ContainsFunc(s.LeadingKeys, func(form string) bool { return hasForm(form, c.Key) })
	return s.Effect == "Allow" && keyed && slices.Contains(s.Actions, c.Action) &&
		slices.ContainsFunc(s.Resources, func(form string) bool { return hasForm(form, c.Resource) })
}

// hasForm reports whether a text has the form of IAM's wildcards.
func hasForm(form, text string) bool {
	quoted := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(form))
	return regexp.MustCompile("^" + quoted + "$").MatchString(text)
}

// spare lists what a role allows and nothing did: each action, and each resource
// that is named of the project's own.
func spare(role template.Role, function string, made []localaws.Call) []string {
	var spare []string
	for _, s := range role.Statements {
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				one := template.Statement{Effect: s.Effect, Actions: []string{action}, Resources: []string{resource}, LeadingKeys: s.LeadingKeys}
				did := func(c localaws.Call) bool { return c.Function == function && allows(one, c) }
				if !slices.ContainsFunc(made, did) {
					spare = append(spare, fmt.Sprintf("%s may %s on %s", function, action, resource))
				}
			}
		}
	}
	return spare
}

// explained returns the form of notPlayed that explains a spare right, "" if none
// does.
func explained(spare string) string {
	for form := range notPlayed {
		if regexp.MustCompile("^" + form).MatchString(spare) {
			return form
		}
	}
	return ""
}
