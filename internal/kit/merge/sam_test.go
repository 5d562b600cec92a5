package merge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// withTools skips a test without the SAM CLI.
func withTools(t *testing.T) {
	t.Helper()
	if os.Getenv("FASTTRACK_EMULATOR") == "" {
		t.Skip("the SAM CLI is not installed: `make kit` does")
	}
	t.Parallel()
}

// tool returns the path of a program beside the SAM CLI.
func tool(name string) string {
	return filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "venv", "bin", name)
}

func output(t *testing.T, dir, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "SAM_CLI_TELEMETRY=0", "AWS_DEFAULT_REGION=us-east-1")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", filepath.Base(program), err, out, &problems)
	}
	return out
}

// teams are templates of teams that use all of the merge.
var teams = map[string]string{
	"least": hooks,
	"most": `Transform: AWS::Serverless-2016-10-31
Description: The approvals of one team.
Globals: {Function: {Timeout: 20, Environment: {Variables: {TEAM: platform}}, Tags: {team: platform}}}
Metadata: {AWS::CloudFormation::Interface: {ParameterGroups: [{Label: {default: Ours}, Parameters: [PagerDutySecretArn]}]}}
Parameters:
  PagerDutySecretArn: {Type: String}
Conditions: {HasPager: !Not [!Equals [!Ref PagerDutySecretArn, ""]]}
Resources:
  HooksFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hooks/
      Runtime: python3.13
      Handler: handler.handler
      Environment: {Variables: {API: !GetAtt Api.ApiEndpoint}}
      Policies:
        - AWSSecretsManagerGetSecretValuePolicy: {SecretArn: !Ref PagerDutySecretArn}
  Vault:
    Type: AWS::Serverless::Function
    Metadata: {FasttrackStrategy: true}
    Properties:
      FunctionName: !Sub "${AWS::StackName}-vault"
      CodeUri: strategies/vault
      Runtime: provided.al2023
      Policies: [DynamoDBCrudPolicy: {TableName: !Ref Vaults}]
  Pager:
    Type: AWS::Serverless::Function
    Condition: HasPager
    Metadata: {FasttrackStrategy: true}
    Properties: {FunctionName: !Sub "${AWS::StackName}-pager", CodeUri: strategies/pager, Runtime: nodejs22.x, Handler: index.handler, AutoPublishAlias: live}
  Vaults:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [fasttrack]}
      Targets: [{Id: vault, Arn: !GetAtt Vault.Arn}]
  RulePermission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Vault, Action: lambda:InvokeFunction, Principal: events.amazonaws.com, SourceArn: !GetAtt Rule.Arn}
Outputs:
  Vaults: {Value: !Ref Vaults}
`,
}

// laidOut writes a team's merged template and its state machines to a folder.
func laidOut(t *testing.T, template string) string {
	t.Helper()
	m, err := merge.Merge(open(t, template), merge.Options{Version: "v1.2.3", Architecture: "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := fasttrack.Definitions()
	files["template.yaml"] = m.Template
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// AWS's own tools find nothing to say about merged templates and the plain one.
func TestTemplatesLint(t *testing.T) {
	withTools(t)
	sam, lint := tool("sam"), tool("cfn-lint")
	for name, template := range teams {
		dir := laidOut(t, template)
		if out := output(t, dir, lint, "-t", "template.yaml"); len(out) > 0 {
			t.Errorf("%s: %s", name, out)
		}
		if out := output(t, dir, sam, "validate", "--lint", "--region", "us-east-1", "-t", "template.yaml"); !strings.Contains(string(out), "valid SAM Template") {
			t.Errorf("%s: %s", name, out)
		}
	}
	plain, err := merge.Plain(merge.Options{Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), plain, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := output(t, dir, lint, "-t", "template.yaml"); len(out) > 0 {
		t.Errorf("plain: %s", out)
	}
}

// resources are those of a transformed template.
type resources map[string]map[string]any

func transformed(t *testing.T, files ...string) []resources {
	t.Helper()
	out := output(t, ".", tool("python"), append([]string{"testdata/sam.py", "transform"}, files...)...)
	var all []resources
	for line := range strings.Lines(string(out)) {
		var template struct{ Resources resources }
		if err := json.Unmarshal([]byte(line), &template); err != nil {
			t.Fatal(err)
		}
		all = append(all, template.Resources)
	}
	return all
}

// SAM makes the same resources of the engine whether a team's are beside it or not: the
// globals of one don't change the other. The plain template has what SAM makes of it.
func TestTemplatesTransformed(t *testing.T) {
	withTools(t)
	plain, err := merge.Plain(merge.Options{Architecture: "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	plainFile := filepath.Join(t.TempDir(), "plain.yaml")
	if err := os.WriteFile(plainFile, append([]byte("Transform: AWS::Serverless-2016-10-31\n"), plain...), 0o600); err != nil {
		t.Fatal(err)
	}
	all := transformed(t, filepath.Join(laidOut(t, teams["least"]), "template.yaml"), filepath.Join(laidOut(t, teams["most"]), "template.yaml"), "../../../template.yaml", plainFile)
	least, most, application, bare := all[0], all[1], all[2], all[3]
	own := func(id string) bool {
		return strings.HasPrefix(id, "HooksFunction") || strings.HasPrefix(id, "HooksRole")
	}
	for id, want := range least {
		if own(id) {
			continue
		}
		if id != "GrantRole" && id != "GrantFunction" && id != "RequestFunction" && !strings.HasPrefix(id, "OutputKey") {
			if diff := cmp.Diff(want, most[id]); diff != "" {
				t.Errorf("%s changes with the team's (-least +most):\n%s", id, diff)
			}
		}
		if reference := application[id]; id != "GrantRole" {
			if diff := cmp.Diff(trimmed(reference), trimmed(want)); diff != "" {
				t.Errorf("%s differs from the application's (-application +merged):\n%s", id, diff)
			}
		}
		if id != "HooksLogs" {
			if diff := cmp.Diff(trimmed(want), trimmed(bare[id])); diff != "" {
				t.Errorf("%s differs from SAM's (-SAM +plain):\n%s", id, diff)
			}
		}
	}
	for _, id := range []string{"GrantFunction", "RequestFunction", "GrantRole", "OutputKey"} {
		if strings.Contains(fmt.Sprint(most[id]), "HasStrategyOutputs") {
			t.Errorf("%s still depends on a parameter", id)
		}
	}
}

// trimmed is a resource without what differs by intent: where its code lies, how a hook
// function is named, and the tag by which SAM marks its own.
func trimmed(r map[string]any) any {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s := string(raw)
	for _, pair := range [][2]string{
		{`{"Ref":"HooksFunctionAliaslive"}`, `{"Ref":"HooksFunctionArn"}`},
		{`{"Fn::GetAtt":["HooksFunction","Arn"]}`, `{"Fn::Sub":"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${HooksFunctionName}"}`},
		{`{"Ref":"HooksFunction"}`, `{"Ref":"HooksFunctionName"}`},
		{`${HooksFunction}`, `${HooksFunctionName}`},
		{`{"Ref":"HooksLogs"}`, `{"Ref":"HooksLogGroupName"}`},
		{`["TracingModes",{"Ref":"Tracing"},"Mode"]`, `["TracingModes","false","Mode"]`}, // which SAM evaluates
	} {
		s = strings.ReplaceAll(s, pair[0], pair[1])
	}
	var plain map[string]any
	if err := json.Unmarshal([]byte(s), &plain); err != nil {
		return err
	}
	if properties, is := plain["Properties"].(map[string]any); is {
		for _, name := range []string{"Code", "Tags", "DefinitionS3Location", "DefinitionString", "DefinitionSubstitutions"} {
			delete(properties, name)
		}
	}
	delete(plain, "Metadata")
	return plain
}

// The policy templates that are taken give no right on all resources of a service that
// the engine uses, and end names as the merge thinks. Without this test a new version of
// SAM could change what they give.
func TestPolicyTemplates(t *testing.T) {
	withTools(t)
	var templates map[string]struct {
		Parameters map[string]any
		Definition struct {
			Statement []struct {
				Action   any
				Resource any
			}
		}
	}
	if err := json.Unmarshal(output(t, ".", tool("python"), "testdata/sam.py", "policies"), &templates); err != nil {
		t.Fatal(err)
	}
	for name, template := range templates {
		for _, statement := range template.Definition.Statement {
			resource := fmt.Sprint(statement.Resource)
			services := []string{"dynamodb:", "states:", "lambda:", "events:", "kms:", "iam:", "sts:", "sns:", "sqs:", "secretsmanager:", "apigateway:", "cloudformation:", "s3:", "logs:", "cloudwatch:"}
			reaches := slices.ContainsFunc(services, func(s string) bool { return strings.Contains(fmt.Sprint(statement.Action), s) })
			open := reaches && (resource == "*" || len(template.Parameters) == 0 || strings.HasSuffix(resource, ":stack/*]")) && name != "CloudWatchPutMetricPolicy"
			prefix := reaches && strings.Contains(resource, "}*")
			accepted := accepts(t, name, "mine")
			if open && accepted {
				t.Errorf("%s is taken, and allows %v on %s", name, statement.Action, resource)
			}
			if prefix && accepted && accepts(t, name, "${AWS::StackName}") {
				t.Errorf("%s is taken, and adds a wildcard: %s", name, resource)
			}
		}
	}
}

// accepts reports whether a team may use a policy template with a name.
func accepts(t *testing.T, template, name string) bool {
	t.Helper()
	_, err := merge.Merge(open(t, function("Policies: ["+template+": {Name: !Sub '"+name+"'}]")), merge.Options{})
	return err == nil
}
