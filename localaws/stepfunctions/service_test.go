package stepfunctions_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// functions answers invocations: by name, an answer, an error or a token kept.
type functions struct{ token atomic.Value }

func (f *functions) Invoke(_ context.Context, function string, payload []byte) (lambda.Result, error) {
	switch function {
	case "echo":
		return lambda.Result{Payload: payload, ExecutedVersion: "7"}, nil
	case "fails":
		return lambda.Result{Payload: []byte(`{"errorMessage":"boom","errorType":"Boom"}`), FunctionError: "Unhandled"}, nil
	case "text":
		return lambda.Result{Payload: []byte(`no JSON`)}, nil
	case "parks":
		f.token.Store(string(payload))
		return lambda.Result{Payload: []byte(`null`)}, nil
	}
	return lambda.Result{}, &lambda.ServiceError{Code: "ResourceNotFoundException", Message: "Function not found"}
}

func open(t *testing.T) (*sfn.Client, *functions) {
	t.Helper()
	f := &functions{}
	return openWith(t, stepfunctions.Options{Invoker: f}), f
}

func openWith(t *testing.T, o stepfunctions.Options) *sfn.Client {
	t.Helper()
	s := stepfunctions.New(o)
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); s.Close() })
	return sfn.New(sfn.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
}

func invoke(function, more string) string {
	return `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke` + more + `","Parameters":{"FunctionName":"` + function + `","Payload.$":"$"},"End":true}}}`
}

func create(t *testing.T, c *sfn.Client, name, definition string) string {
	t.Helper()
	out, err := c.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: &name, Definition: &definition, RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.StateMachineArn
}

// run starts an execution and waits for its end.
func run(t *testing.T, c *sfn.Client, machine, input string) *sfn.DescribeExecutionOutput {
	t.Helper()
	out, err := c.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		x, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: out.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return x
		}
	}
	t.Fatal("it does not end")
	return nil
}

func TestInvocations(t *testing.T) {
	c, _ := open(t)
	for name, tc := range map[string]struct{ function, output, failure string }{
		"the envelope":     {"echo", `"Payload":{"a":1}`, ""},
		"its version":      {"echo", `"ExecutedVersion":"7"`, ""},
		"an error":         {"fails", "", "Boom"},
		"no such function": {"nobody", "", "Lambda.ResourceNotFoundException"},
		"what is no JSON":  {"text", `"Payload":"no JSON"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := run(t, c, create(t, c, strings.ReplaceAll(name, " ", "-"), invoke(tc.function, "")), `{"a":1}`)
			if got := aws.ToString(x.Error); got != tc.failure {
				t.Errorf("error is %q (%s), want %q", got, aws.ToString(x.Cause), tc.failure)
			}
			if !strings.Contains(aws.ToString(x.Output), tc.output) {
				t.Errorf("output is %s, want %s in it", aws.ToString(x.Output), tc.output)
			}
		})
	}
}

func TestNames(t *testing.T) {
	c, _ := open(t)
	machine := create(t, c, "m", `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":100,"End":true}}}`)
	start := func(name, input string) (string, error) {
		out, err := c.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
		if err != nil {
			return "", err
		}
		return *out.ExecutionArn, nil
	}
	first, err := start("x", `{}`)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := start("x", `{}`); err != nil || again != first {
		t.Errorf("the same again is %s (%v), want the first", again, err)
	}
	var exists *types.ExecutionAlreadyExists
	if _, err := start("x", `{"other":1}`); !errors.As(err, &exists) {
		t.Errorf("another input: got %v", err)
	}
	if _, err := c.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &first, Error: aws.String("Enough")}); err != nil {
		t.Fatal(err)
	}
	if _, err := start("x", `{}`); !errors.As(err, &exists) {
		t.Errorf("the name of a closed execution: got %v", err)
	}
	var invalid *types.InvalidName
	if _, err := start("a b", `{}`); !errors.As(err, &invalid) {
		t.Errorf("a bad name: got %v", err)
	}
	var input *types.InvalidExecutionInput
	if _, err := start("y", `{`); !errors.As(err, &input) {
		t.Errorf("a bad input: got %v", err)
	}
	list, err := c.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusAborted})
	if err != nil || len(list.Executions) != 1 {
		t.Errorf("%d aborted (%v), want 1", len(list.Executions), err)
	}
	history, err := c.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &first, ReverseOrder: true, MaxResults: 1})
	if err != nil || history.Events[0].Type != types.HistoryEventTypeExecutionAborted || *history.Events[0].ExecutionAbortedEventDetails.Error != "Enough" || history.NextToken == nil {
		t.Errorf("history is %+v (%v)", history, err)
	}
}

func TestMachines(t *testing.T) {
	c, _ := open(t)
	definition := invoke("echo", "")
	arn := create(t, c, "m", definition)
	if again := create(t, c, "m", definition); again != arn {
		t.Errorf("the same again is %s", again)
	}
	var exists *types.StateMachineAlreadyExists
	_, err := c.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(invoke("text", "")), RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if !errors.As(err, &exists) {
		t.Errorf("another definition: got %v", err)
	}
	var invalid *types.InvalidDefinition
	_, err = c.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("n"), Definition: aws.String(`{"StartAt":"A"}`), RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if !errors.As(err, &invalid) {
		t.Errorf("a bad definition: got %v", err)
	}
	d, err := c.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil || *d.Definition != definition {
		t.Errorf("described as %+v (%v)", d, err)
	}
	if _, err := c.DeleteStateMachine(t.Context(), &sfn.DeleteStateMachineInput{StateMachineArn: &arn}); err != nil {
		t.Fatal(err)
	}
	var missing *types.StateMachineDoesNotExist
	if _, err := c.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn}); !errors.As(err, &missing) {
		t.Errorf("a deleted machine: got %v", err)
	}
	var api smithy.APIError
	if _, err := c.ListActivities(t.Context(), &sfn.ListActivitiesInput{}); !errors.As(err, &api) || api.ErrorCode() != "UnknownOperationException" {
		t.Errorf("a call that is not implemented: got %v", err)
	}
}

func TestTokens(t *testing.T) {
	c, f := open(t)
	definition := strings.Replace(invoke("parks", ".waitForTaskToken"), `"Payload.$":"$"`, `"Payload.$":"$$.Task.Token"`, 1)
	machine := create(t, c, "m", definition)
	out, err := c.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	var token string
	for deadline := time.Now().Add(10 * time.Second); token == "" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if raw, ok := f.token.Load().(string); ok {
			if err := json.Unmarshal([]byte(raw), &token); err != nil {
				t.Fatal(err)
			}
		}
	}
	var output *types.InvalidOutput
	if _, err := c.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{`)}); !errors.As(err, &output) {
		t.Errorf("a bad output: got %v", err)
	}
	if _, err := c.SendTaskHeartbeat(t.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: &token}); err != nil {
		t.Error(err)
	}
	if _, err := c.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"done":true}`)}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		x, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: out.ExecutionArn})
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("it does not end: %v", err)
		}
		if x.Status == types.ExecutionStatusSucceeded {
			if *x.Output != `{"done":true}` {
				t.Errorf("output is %s", *x.Output)
			}
			break
		}
	}
	var late *types.TaskTimedOut
	if _, err := c.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{}`)}); !errors.As(err, &late) {
		t.Errorf("a token used twice: got %v", err)
	}
	var invalid *types.InvalidToken
	if _, err := c.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: aws.String("nonsense"), Output: aws.String(`{}`)}); !errors.As(err, &invalid) {
		t.Errorf("no token: got %v", err)
	}
}
