package template_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

const account = "123456789012"

func options(parameters map[string]string) template.Options {
	return template.Options{
		Parameters:      parameters,
		Region:          "eu-central-1",
		AccountID:       account,
		StackName:       "app",
		FunctionVersion: func(id string) (string, error) { return "7", nil },
		APIEndpoint:     "http://127.0.0.1:8080",
	}
}

func load(t *testing.T, parameters map[string]string) *template.Stack {
	t.Helper()
	stack, err := template.Load("testdata/app.yaml", options(parameters))
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// Every intrinsic function has the value it has in CloudFormation and SAM.
func TestLoad_Functions(t *testing.T) {
	lambda := "arn:aws:lambda:eu-central-1:" + account + ":function:"
	want := []template.Function{
		{
			LogicalID: "Work", Name: "app-work", Timeout: 29 * time.Second, MemoryMB: 256, Handler: "bootstrap", Runtime: "provided.al2023", Alias: "live", Reserved: 5,
			RoleARN: "arn:aws:iam::" + account + ":role/app-WorkRole",
			Environment: map[string]string{
				"STACK": "app", "MODE": "iam", "BOTH": "no", "EITHER": "no",
				"JOINED": "a@example.com+b@example.com", "SECOND": "b@example.com", "SPLIT": "a",
				"SUB":     "30 in eu-central-1, arn:aws:dynamodb:eu-central-1:" + account + ":table/app-Table, ${Literal}",
				"LONG":    "arn:aws:dynamodb:eu-central-1:" + account + ":table/app-Table",
				"ROLE":    "arn:aws:iam::" + account + ":role/app-Role",
				"MACHINE": "arn:aws:states:eu-central-1:" + account + ":stateMachine:app-runs",
				"ALIAS":   lambda + "app-Other:live", "VERSION": lambda + "app-Other:7",
			},
		},
		{
			LogicalID: "Other", Name: "app-Other", Timeout: 3 * time.Second, MemoryMB: 256, Handler: "bootstrap", Runtime: "provided.al2023", Alias: "live",
			RoleARN:     "arn:aws:iam::" + account + ":role/app-OtherRole",
			Environment: map[string]string{"STACK": "app", "MODE": "global"},
		},
	}
	if diff := cmp.Diff(want, load(t, nil).Functions); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
}

// A parameter changes what hangs on it: conditions, resources, authorization.
func TestLoad_Parameters(t *testing.T) {
	stack := load(t, map[string]string{"AuthMode": "JWT", "Days": "7"})
	if len(stack.Functions) != 3 || stack.Functions[2].Name != "app-Absent" {
		t.Errorf("functions %+v, want the conditional one too", stack.Functions)
	}
	env := stack.Functions[0].Environment
	for name, want := range map[string]string{"MODE": "jwt", "BOTH": "yes", "EITHER": "yes"} {
		if env[name] != want {
			t.Errorf("%s = %q, want %q", name, env[name], want)
		}
	}
	want := []template.API{{LogicalID: "Api", Name: "app", Stage: "$default", Routes: []template.Route{
		{LogicalID: "ReadRoute", Key: "GET /things/{id}", FunctionARN: "arn:aws:lambda:eu-central-1:" + account + ":function:app-work", Authorization: "JWT", Issuer: "https://issuer.example", Audience: []string{"app"}},
		{LogicalID: "HealthRoute", Key: "GET /healthz", FunctionARN: "arn:aws:lambda:eu-central-1:" + account + ":function:app-work", Authorization: "NONE"},
	}}}
	if diff := cmp.Diff(want, stack.APIs); diff != "" {
		t.Errorf("APIs (-want +got):\n%s", diff)
	}
	if stack.Parameters["Emails"] != "a@example.com,b@example.com" || stack.Parameters["AuthMode"] != "JWT" {
		t.Errorf("parameters %v", stack.Parameters)
	}
}

// The table, the state machine, the bus and its rules.
func TestLoad_Others(t *testing.T) {
	stack := load(t, nil)
	wantTable := []template.Table{{
		LogicalID: "Table", Name: "app-Table", TTLAttribute: "expires_at",
		CreateTable: json.RawMessage(`{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"TableName":"app-Table"}`),
	}}
	if diff := cmp.Diff(wantTable, stack.Tables); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	m := stack.StateMachines[0]
	if m.Name != "app-runs" || !strings.Contains(m.Definition, `"Resource": "arn:aws:lambda:eu-central-1:`+account+`:function:app-work"`) {
		t.Errorf("state machine %+v", m)
	}
	work := "arn:aws:lambda:eu-central-1:" + account + ":function:app-work"
	wantRules := []template.Rule{
		{LogicalID: "OnDone", Name: "app-OnDone", Bus: "app", Enabled: true,
			Pattern: json.RawMessage(`{"detail":{"count":[{"numeric":["\u003e",3]}],"ok":[true]},"source":["app"]}`),
			Targets: []template.Target{{ID: "work", ARN: work, Input: json.RawMessage(`{"do":"it"}`)}}},
		{LogicalID: "Nightly", Name: "app-Nightly", Bus: "default", Schedule: "rate(5 minutes)", Targets: []template.Target{{ID: "work", ARN: work}}},
	}
	if diff := cmp.Diff(wantRules, stack.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]template.Bus{{LogicalID: "Bus", Name: "app"}}, stack.Buses); diff != "" {
		t.Errorf("buses (-want +got):\n%s", diff)
	}
}

// Several machines, of both types and both kinds of resource.
func TestLoad_StateMachines(t *testing.T) {
	const text = `
Conditions: {Logs: !Equals [a, a]}
Resources:
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /machines}}
  Whole:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: r1, DefinitionString: '{"StartAt":"${Start}"}', DefinitionSubstitutions: {Start: P}}
  Quick:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: quick
      StateMachineType: EXPRESS
      RoleArn: r2
      Definition: {StartAt: S, States: {S: {Type: Task, Resource: "arn:aws:states:::states:startExecution", Parameters: {StateMachineArn: !Ref Whole}, End: true}}}
      LoggingConfiguration: !If [Logs, {Level: ERROR, IncludeExecutionData: true, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Log.Arn}}]}, !Ref AWS::NoValue]
  Sam:
    Type: AWS::Serverless::StateMachine
    Properties: {Type: EXPRESS, DefinitionUri: machine.json, Role: r3}
Outputs:
  Quick: {Value: !GetAtt Quick.Arn}
`
	dir := t.TempDir()
	for name, content := range map[string]string{"t.yaml": text, "machine.json": `{"StartAt":"P"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stack, err := template.Load(filepath.Join(dir, "t.yaml"), options(nil))
	if err != nil {
		t.Fatal(err)
	}
	arn := func(name string) string { return "arn:aws:states:eu-central-1:" + account + ":stateMachine:" + name }
	off := template.Logging{Level: "OFF"}
	want := []template.StateMachine{
		{LogicalID: "Whole", Name: "app-Whole", ARN: arn("app-Whole"), RoleARN: "r1", Type: "STANDARD", Definition: `{"StartAt":"P"}`, Logging: off},
		{LogicalID: "Quick", Name: "quick", ARN: arn("quick"), RoleARN: "r2", Type: "EXPRESS",
			Definition: `{"StartAt":"S","States":{"S":{"End":true,"Parameters":{"StateMachineArn":"` + arn("app-Whole") + `"},"Resource":"arn:aws:states:::states:startExecution","Type":"Task"}}}`,
			Logging:    template.Logging{Level: "ERROR", IncludeExecutionData: true, GroupARN: "arn:aws:logs:eu-central-1:" + account + ":log-group:/machines"}},
		{LogicalID: "Sam", Name: "app-Sam", ARN: arn("app-Sam"), RoleARN: "r3", Type: "EXPRESS", Definition: `{"StartAt":"P"}`, Path: "machine.json", Logging: off},
	}
	if diff := cmp.Diff(want, stack.StateMachines); diff != "" {
		t.Errorf("state machines (-want +got):\n%s", diff)
	}
}
