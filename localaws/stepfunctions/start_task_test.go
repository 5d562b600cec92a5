package stepfunctions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

func starting(parameters string) string {
	return `{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Parameters":` + parameters + `,"End":true}}}`
}

// A task starts an execution of another machine, of either type, and goes on at once.
func TestStartExecutionTask(t *testing.T) {
	for name, tc := range map[string]struct{ input, want string }{
		"an object":         {`,"Input":{"a":1}`, `{"a":1}`},
		"a path":            {`,"Input.$":"$.in"`, `{"b":2}`},
		"text that is JSON": {`,"Input":"{\"c\":3}"`, `{"c":3}`},
		"other text":        {`,"Input":"text"`, `"text"`},
		"nothing":           {``, `{}`},
		"null":              {`,"Input":null`, `{}`},
	} {
		for _, kind := range []string{"EXPRESS", "STANDARD"} {
			t.Run(name+" from "+kind, func(t *testing.T) {
				inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
					child, err := s.Create("child", fmt.Sprintf(waits, 5), role)
					if err != nil {
						t.Fatal(err)
					}
					machine := expressMachine(t, s, starting(`{"StateMachineArn":"`+child+`","Name.$":"$.name"`+tc.input+`}`), "type", kind)
					from := time.Now()
					if _, err := s.Start(machine, "parent", `{"name":"run-1","in":{"b":2}}`); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					got := ask(t, s, "DescribeExecution", map[string]any{"executionArn": "arn:aws:states:us-east-1:123456789012:execution:child:run-1"})
					if got["status"] != "RUNNING" || got["input"] != tc.want || !time.Now().Equal(from) || len(s.ExpressRunning()) != 0 {
						t.Errorf("got %v, want the input %s", got, tc.want)
					}
				})
			})
		}
	}
}

// The task's result is as recorded at the service.
func TestStartExecutionTaskResult(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, _ *seen) {
		child := expressMachine(t, s, fmt.Sprintf(waits, 5))
		parent := expressMachine(t, s, starting(`{"StateMachineArn":"`+child+`"}`))
		got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": parent})
		var out struct {
			ExecutionArn        string
			StartDate           int64
			SdkHttpMetadata     struct{ HttpStatusCode int }
			SdkResponseMetadata struct{ RequestId string }
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(got["output"])), &out); err != nil {
			t.Fatalf("%v: %v", err, got)
		}
		if running := s.ExpressRunning(); len(running) != 1 || out.ExecutionArn != running[0] || out.SdkHttpMetadata.HttpStatusCode != 200 || out.SdkResponseMetadata.RequestId == "" || out.StartDate != time.Now().UnixMilli() {
			t.Errorf("got %+v, running %v", out, running)
		}
	})
}

// A start that is refused fails the task with the service's name for the reason.
func TestStartExecutionTaskFails(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, _ *seen) {
		child, err := s.Create("child", fmt.Sprintf(waits, 5), role)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Start(child, "taken", `{"other":1}`); err != nil {
			t.Fatal(err)
		}
		for name, tc := range map[string]struct{ parameters, failure, cause string }{
			"a name that is taken": {`{"StateMachineArn":"` + child + `","Name":"taken"}`, "StepFunctions.ExecutionAlreadyExistsException", "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:child:taken' (Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: "},
			"no such machine":      {`{"StateMachineArn":"` + child + `x"}`, "StepFunctions.StateMachineDoesNotExistException", "State Machine Does Not Exist"},
			"a bad name":           {`{"StateMachineArn":"` + child + `","Name":"a b"}`, "StepFunctions.InvalidNameException", "Invalid Name: 'a b'"},
			"no ARN":               {`{"StateMachineArn":"child"}`, "StepFunctions.InvalidArnException", "Invalid Arn"},
			"a path to a number":   {`{"StateMachineArn.$":"$.n"}`, "States.Runtime", "The value of the field 'StateMachineArn' has an invalid format"},
			"a name from a number": {`{"StateMachineArn":"` + child + `","Name.$":"$.n"}`, "States.Runtime", "The value of the field 'Name' has an invalid format"},
		} {
			machine := expressMachine(t, s, starting(tc.parameters))
			got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": machine, "input": `{"n":1}`})
			if cause, _ := got["cause"].(string); got["error"] != tc.failure || !strings.Contains(cause, tc.cause) {
				t.Errorf("%s: got %v, want %s: %s", name, got, tc.failure, tc.cause)
			}
		}
		// The same start again, of one that runs, is the first: a retry changes nothing.
		machine := expressMachine(t, s, starting(`{"StateMachineArn":"`+child+`","Name":"again","Input":{"a":1}}`))
		var arns []any
		for range 2 {
			var out map[string]any
			if err := json.Unmarshal([]byte(ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": machine})["output"].(string)), &out); err != nil {
				t.Fatal(err)
			}
			arns = append(arns, out["ExecutionArn"])
		}
		if arns[0] != arns[1] || arns[0] == nil {
			t.Errorf("the same start twice: %v", arns)
		}
	})
}

// What could not run is refused when the machine is created, with its place.
func TestStartExecutionTaskDefinitions(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, _ *seen) {
		for name, tc := range map[string]struct{ definition, want string }{
			"no machine":        {starting(`{"Input":{}}`), "The required field 'StateMachineArn' is missing at /States/S/Parameters"},
			"another parameter": {starting(`{"StateMachineArn":"a","Payload":1}`), "The field 'Payload' is not supported by Step Functions at /States/S/Parameters/Payload"},
			"a name of a type":  {starting(`{"StateMachineArn":"a","Name":1}`), "The value of the field 'Name' must be a string at /States/S/Parameters/Name"},
			"a trace":           {starting(`{"StateMachineArn":"a","TraceHeader":"t"}`), "not implemented on this machine at /States/S/Parameters/TraceHeader"},
			"a wait":            {strings.Replace(starting(`{"StateMachineArn":"a"}`), "startExecution", "startExecution.sync", 1), "is not implemented on this machine"},
			"a token":           {strings.Replace(starting(`{"StateMachineArn":"a"}`), "startExecution", "startExecution.waitForTaskToken", 1), "is not implemented on this machine"},
			"a role": {`{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution",` +
				`"Credentials":{"RoleArn":"` + role + `"},"Parameters":{"StateMachineArn":"a"},"End":true}}}]}}}`, "at /States/P/Branches/0/States/S/Credentials"},
		} {
			if _, err := s.Create(strings.ReplaceAll(name, " ", "-"), tc.definition, role); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %s", name, err, tc.want)
			}
		}
	})
}
