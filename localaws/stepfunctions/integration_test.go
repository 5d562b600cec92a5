package stepfunctions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

func taskOf(resource, parameters string) string {
	return fmt.Sprintf(`{"StartAt":"Tell them","States":{"Tell them":{"Type":"Task","Resource":%q,"Parameters":%s,
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Swallowed"}],"Next":"Done"},"Swallowed":{"Type":"Pass","End":true},"Done":{"Type":"Pass","End":true}}}`, resource, parameters)
}

// refusals are Task states that could not run here: what is refused, and where.
var refusals = map[string]struct{ resource, parameters, at, message string }{
	"sns":                     {"arn:aws:states:::sns:publish", `{"TopicArn":"t"}`, "/States/Tell them/Resource", "arn:aws:states:::sns:publish is not implemented on this machine"},
	"sqs with a token":        {"arn:aws:states:::sqs:sendMessage.waitForTaskToken", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"dynamodb":                {"arn:aws:states:::dynamodb:getItem", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"an SDK integration":      {"arn:aws:states:::aws-sdk:s3:listBuckets", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"Lambda's SDK":            {"arn:aws:states:::aws-sdk:lambda:invoke", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"a nested execution":      {"arn:aws:states:::states:startExecution.sync:2", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"lambda:invoke.sync":      {"arn:aws:states:::lambda:invoke.sync", `{"FunctionName":"echo"}`, "/States/Tell them/Resource", "is not implemented"},
	"an activity":             {"arn:aws:states:us-east-1:123456789012:activity:a", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"a function and a token":  {"arn:aws:lambda:us-east-1:123456789012:function:echo.waitForTaskToken", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"another partition's sns": {"arn:aws-us-gov:states:::sns:publish", `{}`, "/States/Tell them/Resource", "is not implemented"},
	"no FunctionName":         {"arn:aws:states:::lambda:invoke", `{"Payload":{}}`, "/States/Tell them/Parameters", "'FunctionName' is missing"},
	"no FunctionName either":  {"arn:aws:states:::lambda:invoke.waitForTaskToken", `{}`, "/States/Tell them/Parameters", "'FunctionName' is missing"},
	"an empty FunctionName":   {"arn:aws:states:::lambda:invoke", `{"FunctionName":""}`, "/States/Tell them/Parameters/FunctionName", "must be a string"},
	"a number FunctionName":   {"arn:aws:states:::lambda:invoke", `{"FunctionName":7}`, "/States/Tell them/Parameters/FunctionName", "must be a string"},
	"an unknown parameter":    {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","Timeout":3}`, "/States/Tell them/Parameters/Timeout", "'Timeout' is not supported by Step Functions"},
	"another case":            {"arn:aws:states:::lambda:invoke", `{"functionName":"echo"}`, "/States/Tell them/Parameters/functionName", "is not supported by Step Functions"},
	"an InvocationType":       {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","InvocationType":"Later"}`, "/States/Tell them/Parameters/InvocationType", "must be one of RequestResponse, Event, DryRun"},
	"a Qualifier of no text":  {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","Qualifier":1}`, "/States/Tell them/Parameters/Qualifier", "must be a string"},
	"LogType Tail":            {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","LogType":"Tail"}`, "/States/Tell them/Parameters/LogType", "'None' only"},
	"a computed LogType":      {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","LogType.$":"$.a"}`, "/States/Tell them/Parameters/LogType.$", "'None' only"},
	"ClientContext":           {"arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","ClientContext":"e30="}`, "/States/Tell them/Parameters/ClientContext", "not implemented on this machine"},
}

func TestWhatCannotRunIsRefused(t *testing.T) {
	c, _ := open(t)
	machine := create(t, c, "before", invoke("echo", ""))
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			definition := taskOf(tc.resource, tc.parameters)
			_, err := c.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: &definition, RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
			_, updated := c.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &machine, Definition: &definition})
			for operation, err := range map[string]error{"CreateStateMachine": err, "UpdateStateMachine": updated} {
				var invalid *types.InvalidDefinition
				if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tc.message) || !strings.Contains(err.Error(), tc.at) {
					t.Errorf("%s: got %v, want InvalidDefinition with %q at %s", operation, err, tc.message, tc.at)
				}
			}
			v, err := c.ValidateStateMachineDefinition(t.Context(), &sfn.ValidateStateMachineDefinitionInput{Definition: &definition})
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(v.Diagnostics, func(d types.ValidateStateMachineDefinitionDiagnostic) bool {
				return strings.Contains(*d.Message, tc.message) && *d.Location == tc.at
			})
			if v.Result != types.ValidateStateMachineDefinitionResultCodeFail || !found {
				t.Errorf("ValidateStateMachineDefinition: got %s %+v", v.Result, v.Diagnostics)
			}
		})
	}
}

func TestAllPartitionsAreAccepted(t *testing.T) {
	c, _ := open(t)
	for _, partition := range []string{"aws", "aws-us-gov", "aws-cn", "aws-iso", "aws-eusc"} {
		for _, resource := range []string{":states:::lambda:invoke", ":states:::lambda:invoke.waitForTaskToken", ":lambda:us-east-1:123456789012:function:echo:live"} {
			definition := taskOf("arn:"+partition+resource, `{"FunctionName":"echo"}`)
			v, err := c.ValidateStateMachineDefinition(t.Context(), &sfn.ValidateStateMachineDefinitionInput{Definition: &definition})
			if err != nil || v.Result != types.ValidateStateMachineDefinitionResultCodeOk {
				t.Errorf("%s%s: got %+v (%v)", partition, resource, v.Diagnostics, err)
			}
		}
	}
	x := run(t, c, create(t, c, "china", taskOf("arn:aws-cn:states:::lambda:invoke", `{"FunctionName":"echo","Payload":{"a":1}}`)), `{}`)
	if !strings.Contains(aws.ToString(x.Output), `"Payload":{"a":1}`) {
		t.Errorf("output is %s (%s)", aws.ToString(x.Output), aws.ToString(x.Cause))
	}
}

// What a function receives for a Payload, as recorded at AWS by LocalStack's tests
// (services/test_lambda_task_service).
func TestPayloads(t *testing.T) {
	c, _ := open(t)
	for payload, want := range map[string]string{
		`{"a":1}`:            `{"a":1}`,
		`null`:               `{}`,
		`"null"`:             `null`,
		`"{\"a\":1}"`:        `{"a":1}`,
		`"\"text in JSON\""`: `"text in JSON"`,
		`"7"`:                `7`,
		`"plain text"`:       `"plain text"`,
		`""`:                 `""`,
		`[1,2]`:              `[1,2]`,
		`false`:              `false`,
	} {
		x := run(t, c, create(t, c, fmt.Sprintf("m%x", payload), taskOf("arn:aws:states:::lambda:invoke", `{"FunctionName":"echo","Payload.$":"$"}`)), payload)
		var out struct{ Payload json.RawMessage }
		if err := json.Unmarshal([]byte(aws.ToString(x.Output)), &out); err != nil || string(out.Payload) != want {
			t.Errorf("the function receives %s for %s, want %s", out.Payload, payload, want)
		}
	}
	x := run(t, c, create(t, c, "none", taskOf("arn:aws:states:::lambda:invoke", `{"FunctionName":"echo"}`)), `{"b":2}`)
	if !strings.Contains(aws.ToString(x.Output), `"Payload":{}`) {
		t.Errorf("without Payload the output is %s", aws.ToString(x.Output))
	}
}

// asyncFunctions takes invocations that nobody waits for.
type asyncFunctions struct {
	functions
	mu     sync.Mutex
	queued []string
}

func (f *asyncFunctions) InvokeAsync(function string, payload []byte) error {
	if err := f.DryRun(function); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queued = append(f.queued, function+" "+string(payload))
	return nil
}

func (f *asyncFunctions) DryRun(function string) error {
	if function == "nobody" {
		_, err := f.Invoke(context.Background(), function, nil)
		return err
	}
	return nil
}

var _ lambda.AsyncInvoker = (*asyncFunctions)(nil)

func TestInvocationTypes(t *testing.T) {
	f := &asyncFunctions{}
	c := openWith(t, stepfunctions.Options{Invoker: f})
	for name, tc := range map[string]struct{ parameters, output, failure, queued string }{
		"Event":                     {`{"FunctionName":"fails","InvocationType":"Event","Payload":{"a":1}}`, `"StatusCode":202`, "", `fails {"a":1}`},
		"Event with a qualifier":    {`{"FunctionName":"echo","Qualifier":"live","InvocationType":"Event"}`, `"Payload":""`, "", `echo:live {}`},
		"Event of nobody":           {`{"FunctionName":"nobody","InvocationType":"Event"}`, `"Error":"Lambda.ResourceNotFoundException"`, "", ""},
		"DryRun":                    {`{"FunctionName":"fails","InvocationType":"DryRun"}`, `"StatusCode":204`, "", ""},
		"DryRun of nobody":          {`{"FunctionName":"nobody","InvocationType":"DryRun"}`, `"Error":"Lambda.ResourceNotFoundException"`, "", ""},
		"RequestResponse":           {`{"FunctionName":"echo","InvocationType":"RequestResponse","LogType":"None"}`, `"StatusCode":200`, "", ""},
		"computed":                  {`{"FunctionName":"echo","InvocationType.$":"$.type"}`, `"StatusCode":202`, "", `echo {}`},
		"computed and unknown":      {`{"FunctionName":"echo","InvocationType.$":"$.wrong"}`, "", "The value of the field 'InvocationType' has an invalid format", ""},
		"a Qualifier of no text":    {`{"FunctionName":"echo","Qualifier.$":"$.number"}`, "", "The value of the field 'Qualifier' has an invalid format", ""},
		"a FunctionName of no text": {`{"FunctionName.$":"$.number"}`, "", "The value of the field 'FunctionName' has an invalid format", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f.queued = nil
			x := run(t, c, create(t, c, strings.ReplaceAll(name, " ", "-"), taskOf("arn:aws:states:::lambda:invoke", tc.parameters)), `{"type":"Event","wrong":"Later","number":7}`)
			f.mu.Lock()
			defer f.mu.Unlock()
			if got := strings.Join(f.queued, ", "); got != tc.queued {
				t.Errorf("queued are %q, want %q", got, tc.queued)
			}
			if tc.failure != "" {
				if aws.ToString(x.Error) != "States.Runtime" || !strings.Contains(aws.ToString(x.Cause), tc.failure) ||
					!strings.Contains(aws.ToString(x.Cause), "could not be used to start the Task") {
					t.Errorf("got %s %s, want States.Runtime, which nothing catches", aws.ToString(x.Error), aws.ToString(x.Cause))
				}
				return
			}
			if !strings.Contains(aws.ToString(x.Output), tc.output) {
				t.Errorf("output is %s, want %s in it", aws.ToString(x.Output), tc.output)
			}
		})
	}
}
