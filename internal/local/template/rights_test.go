package template_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/local/template"
)

// With AuditDigest there are the function, its schedule and its key; without it
// there is nothing of them.
func TestLoad_AuditDigest(t *testing.T) {
	for parameter, want := range map[string]int{"false": 0, "true": 1} {
		stack, err := template.Load("../../../template.yaml", options(map[string]string{"AuditDigest": parameter}))
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
	text, err := os.ReadFile("../../../template.yaml")
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
		if n := len(signs.FindAllString(block(id), -1)); n != map[string]int{"DigestKey": 1}[id] {
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

// Every role may send traces where they are asked for.
func TestTracingIsForEveryRole(t *testing.T) {
	raw, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Resources map[string]struct {
			Type       string `yaml:"Type"`
			Properties struct {
				Roles yaml.Node `yaml:"Roles"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	policy := doc.Resources["TracingPolicy"].Properties.Roles
	named, err := yaml.Marshal(&policy)
	if err != nil {
		t.Fatal(err)
	}
	roles := 0
	for id, r := range doc.Resources {
		if r.Type != "AWS::IAM::Role" || id == "HookInvokeRole" { // nothing runs as it
			continue
		}
		roles++
		if !regexp.MustCompile(`!Ref ` + id + `\b`).Match(named) {
			t.Errorf("%s may not send traces: %s", id, named)
		}
	}
	if roles < 9 {
		t.Errorf("the template has %d roles", roles)
	}
}
