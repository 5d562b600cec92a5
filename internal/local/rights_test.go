package local_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// With AuditDigest there are the function, its schedule and its key; without it
// the stack has none of them.
func TestLoad_AuditDigest(t *testing.T) {
	for parameter, want := range map[string]int{"false": 0, "true": 1} {
		stack, err := template.Load("../../template.yaml", options(map[string]string{"AuditDigest": parameter}))
		if err != nil {
			t.Fatal(err)
		}
		functions := slices.DeleteFunc(stack.Functions, func(f template.Function) bool { return f.LogicalID != "DigestFunction" })
		rules := slices.DeleteFunc(stack.Rules, func(r template.Rule) bool { return r.LogicalID != "DigestSchedule" })
		if len(functions) != want || len(rules) != want || len(stack.Keys) != want {
			t.Errorf("AuditDigest %s: functions %d, rules %d, keys %d, want %d of each", parameter, len(functions), len(rules), len(stack.Keys), want)
		}
		if want == 0 {
			continue
		}
		key := "arn:aws:kms:eu-central-1:" + account + ":key/app-DigestKey"
		if stack.Keys[0].ARN != key || functions[0].Environment["KEY_ARN"] != key {
			t.Errorf("the key is %s, its function's %s, want %s", stack.Keys[0].ARN, functions[0].Environment["KEY_ARN"], key)
		}
		if functions[0].Name != "app-engine-digest" || rules[0].Schedule != "cron(30 0 * * ? *)" {
			t.Errorf("function %s, schedule %s", functions[0].Name, rules[0].Schedule)
		}
	}
}

// Nobody but the digest's role may sign, and it may write digests alone.
func TestRightsOfDigest(t *testing.T) {
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Resources map[string]struct {
			DeletionPolicy string    `yaml:"DeletionPolicy"`
			Properties     yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Load(text, &doc); err != nil {
		t.Fatal(err)
	}
	block := func(id string) string {
		properties := doc.Resources[id].Properties
		out, err := yaml.Dump(&properties)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	key, role := block("DigestKey"), block("DigestRole")
	if doc.Resources["DigestKey"].DeletionPolicy != "Retain" {
		t.Error("the key goes with the stack")
	}
	signs := regexp.MustCompile(`kms:(Sign\b|\*|Create(Grant|\*)|S\*)`)
	for id := range doc.Resources {
		if n := len(signs.FindAllString(block(id), -1)); n != map[string]int{"DigestKey": 1, "RulesKey": 1, "ApplyRole": 1, "PushRulesPolicy": 1}[id] {
			t.Errorf("%s lets sign in %d places", id, n)
		}
	}
	if !regexp.MustCompile(`(?s)Principal: \{?\s*AWS: !GetAtt ["']?DigestRole\.Arn["']?\}?\s*Action: kms:Sign`).MatchString(key) {
		t.Errorf("who may sign is not the digest's role alone:\n%s", key)
	}
	for _, action := range regexp.MustCompile(`(dynamodb|kms|lambda|states|events|sns|iam|logs):\w+`).FindAllString(role, -1) {
		if !slices.Contains([]string{"logs:CreateLogStream", "logs:PutLogEvents", "dynamodb:Scan", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:LeadingKeys"}, action) {
			t.Errorf("the digest's role may %s", action)
		}
	}
	_, put, _ := strings.Cut(role, "dynamodb:PutItem")
	if !regexp.MustCompile(`(?s)LeadingKeys.*DIGEST.*DIGEST#\*`).MatchString(put) {
		t.Errorf("the digest's role may put anything:\n%s", role)
	}
}

// The key of sensitive outputs encrypts for functions/grant and decrypts for
// functions/request; nobody else can use it, and nobody without naming the run.
func TestWhoUsesTheOutputKey(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Resources map[string]yaml.Node `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	block := func(id string) string {
		node := doc.Resources[id]
		out, err := yaml.Marshal(&node)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	key := block("OutputKey")
	if !strings.Contains(key, "DeletionPolicy: Retain") {
		t.Error("the key goes with the stack")
	}
	for role, action := range map[string]string{"GrantRole": "kms:GenerateDataKey", "RequestRole": "kms:Decrypt"} {
		may := regexp.MustCompile(`(?s)Principal: \{?\s*AWS: !GetAtt ["']?` + role + `\.Arn["']?\}?\s*Action: ` + action + `\n.{0,200}run_id`)
		if !may.MatchString(key) {
			t.Errorf("%s may not %s for a run:\n%s", role, action, key)
		}
	}
	uses := regexp.MustCompile(`Action:[^\n]*kms:(Decrypt|Encrypt|ReEncrypt\w*|GenerateDataKey\w*|CreateGrant|\*)`)
	if found := uses.FindAllString(key, -1); len(found) != 2 {
		t.Errorf("the key's policy allows %q", found)
	}
	// The others decrypt by keys of the operator's, which the parameters name.
	for id := range doc.Resources {
		if text := block(id); id != "OutputKey" && id != "OutputKeyAlias" && strings.Contains(text, "OutputKey") {
			t.Errorf("%s names the key", id)
		}
	}
}

// Lambda refuses to create a function with active tracing whose role may not send
// traces yet. CloudFormation makes a policy beside the role after the role, and
// perhaps after the function: the right must be in the role's own policies
// (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html).
func TestTracingIsAllowedBeforeTheFunction(t *testing.T) {
	for _, tracing := range []string{"true", "false"} {
		parameters := everything("aws")
		parameters["Tracing"] = tracing
		stack, err := template.Load("../../template.yaml", options(parameters))
		if err != nil {
			t.Fatal(err)
		}
		mayTrace := map[string]bool{}
		for _, role := range stack.Roles {
			mayTrace[role.ARN] = slices.ContainsFunc(role.Statements, func(s template.Statement) bool {
				return s.Effect == "Allow" && s.Beside == "" && slices.Contains(s.Actions, "xray:PutTraceSegments")
			})
		}
		users := map[string]string{}
		for _, m := range stack.StateMachines {
			users[m.LogicalID] = m.RoleARN
		}
		for _, f := range stack.Functions {
			if active := f.Tracing == "Active"; active != (tracing == "true") {
				t.Errorf("Tracing=%s: %s has %s tracing", tracing, f.LogicalID, f.Tracing)
			}
			users[f.LogicalID] = f.RoleARN
		}
		if len(users) < 12 || len(stack.StateMachines) != 2 {
			t.Errorf("the stack has %d functions and state machines, want two machines", len(users))
		}
		for user, role := range users {
			if mayTrace[role] != (tracing == "true") {
				t.Errorf("Tracing=%s: the role of %s may send traces: %v", tracing, user, mayTrace[role])
			}
		}
	}
}
