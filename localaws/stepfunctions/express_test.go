package stepfunctions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

const role = "arn:aws:iam::123456789012:role/r"

// slow answers after 130 ms, with an error for the function "fails".
type slow struct{}

func (slow) Invoke(_ context.Context, function string, payload []byte) (lambda.Result, error) {
	time.Sleep(130 * time.Millisecond)
	if function == "fails" {
		return lambda.Result{Payload: []byte(`{"errorMessage":"why","errorType":"Boom"}`), FunctionError: "Unhandled"}, nil
	}
	return lambda.Result{Payload: payload}, nil
}

// seen collects what the service reports, in order.
type seen struct {
	mu      sync.Mutex
	ended   []stepfunctions.ExpressExecution
	changes []stepfunctions.StatusChange
	lines   []string
}

func (s *seen) options() stepfunctions.Options {
	return stepfunctions.Options{
		Invoker:        slow{},
		OnExpress:      func(x stepfunctions.ExpressExecution) { s.mu.Lock(); defer s.mu.Unlock(); s.ended = append(s.ended, x) },
		OnStatusChange: func(c stepfunctions.StatusChange) { s.mu.Lock(); defer s.mu.Unlock(); s.changes = append(s.changes, c) },
		Log: func(group, stream, message string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.lines = append(s.lines, group+" "+stream+" "+message)
		},
		HasGroup: func(group string) bool { return group != "gone" },
	}
}

// inTime runs a test in simulated time on a service in memory.
func inTime(t *testing.T, f func(t *testing.T, s *stepfunctions.Service, seen *seen)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		seen := &seen{}
		s := stepfunctions.New(seen.options())
		defer s.Close()
		f(t, s, seen)
	})
}

func expressMachine(t *testing.T, s *stepfunctions.Service, definition string, more ...any) string {
	t.Helper()
	in := map[string]any{"name": fmt.Sprintf("m%d", crc32.ChecksumIEEE([]byte(definition))), "definition": definition, "roleArn": role, "type": "EXPRESS"}
	for i := 0; i+1 < len(more); i += 2 {
		in[more[i].(string)] = more[i+1]
	}
	arn, ok := ask(t, s, "CreateStateMachine", in)["stateMachineArn"].(string)
	if !ok {
		t.Fatalf("the machine is refused: %v", ask(t, s, "CreateStateMachine", in))
	}
	return arn
}

const waits = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":%d,"End":true}}}`

// StartSyncExecution answers with the end of the execution and its bill, however it ends
// (as recorded at the service).
func TestStartSyncExecution(t *testing.T) {
	for name, tc := range map[string]struct {
		definition string
		want       map[string]any
		billed     float64
	}{
		"it succeeds": {invoke("echo", ""), map[string]any{"status": "SUCCEEDED"}, 200},
		"it takes no time": {`{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`,
			map[string]any{"status": "SUCCEEDED", "output": `{"a":1}`}, 100},
		"it takes a second":   {fmt.Sprintf(waits, 1), map[string]any{"status": "SUCCEEDED", "output": `{"a":1}`}, 1000},
		"it fails":            {invoke("fails", ""), map[string]any{"status": "FAILED", "error": "Boom", "cause": `{"errorMessage":"why","errorType":"Boom"}`}, 200},
		"it takes too long":   {fmt.Sprintf(waits, 301), map[string]any{"status": "TIMED_OUT"}, 300000},
		"it has a limit":      {strings.Replace(fmt.Sprintf(waits, 301), "{", `{"TimeoutSeconds":2,`, 1), map[string]any{"status": "TIMED_OUT"}, 2000},
		"it has a long limit": {strings.Replace(fmt.Sprintf(waits, 600), "{", `{"TimeoutSeconds":500,`, 1), map[string]any{"status": "TIMED_OUT"}, 300000},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
				machine := expressMachine(t, s, tc.definition)
				got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": machine, "name": "x", "input": `{"a":1}`})
				for member, want := range tc.want {
					if got[member] != want {
						t.Errorf("%s is %v, want %v", member, got[member], want)
					}
				}
				bill := map[string]any{"billedDurationInMilliseconds": tc.billed, "billedMemoryUsedInMB": 64.0}
				if fmt.Sprint(got["billingDetails"]) != fmt.Sprint(bill) {
					t.Errorf("billed %v, want %v", got["billingDetails"], bill)
				}
				arn, _ := got["executionArn"].(string)
				if !regexp.MustCompile(`^arn:aws:states:us-east-1:123456789012:express:m\d+:x:[0-9a-f-]{36}$`).MatchString(arn) || got["name"] != "x" || got["stateMachineArn"] != machine {
					t.Errorf("got %v", got)
				}
				if included := map[string]any{"included": true}; got["input"] != `{"a":1}` || fmt.Sprint(got["inputDetails"], got["outputDetails"]) != fmt.Sprint(included, included) {
					t.Errorf("got %v", got)
				}
				if len(seen.ended) != 1 || seen.ended[0].ARN != arn || seen.ended[0].Status != tc.want["status"] || seen.ended[0].States != 1 ||
					float64(seen.ended[0].Billed().Milliseconds()) != tc.billed || len(seen.changes) > 0 {
					t.Errorf("reported %+v and %+v", seen.ended, seen.changes)
				}
				if len(s.ExpressRunning()) > 0 {
					t.Errorf("still known: %v", s.ExpressRunning())
				}
			})
		})
	}
}

func TestStartSyncExecutionWithoutData(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, _ *seen) {
		machine := expressMachine(t, s, invoke("fails", ""))
		got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": machine, "includedData": "METADATA_ONLY"})
		for _, member := range []string{"input", "output", "error", "cause"} {
			if got[member] != nil {
				t.Errorf("%s is %v", member, got[member])
			}
		}
		if got["status"] != "FAILED" || got["name"] == "" || fmt.Sprint(got["inputDetails"]) != "map[included:false]" {
			t.Errorf("got %v", got)
		}
	})
}

// Each start of an EXPRESS machine is another execution, whatever its name
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
func TestExpressStartsAreNotIdempotent(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
		machine := expressMachine(t, s, fmt.Sprintf(waits, 10))
		arns := map[string]bool{}
		for range 3 {
			got := ask(t, s, "StartExecution", map[string]any{"stateMachineArn": machine, "name": "x", "input": `{}`})
			arns[got["executionArn"].(string)] = true
		}
		if len(arns) != 3 || len(s.ExpressRunning()) != 3 {
			t.Errorf("%d executions, %d running, want 3", len(arns), len(s.ExpressRunning()))
		}
		// Those of a deleted machine go on to their end.
		ask(t, s, "DeleteStateMachine", map[string]any{"stateMachineArn": machine})
		time.Sleep(11 * time.Second)
		if len(seen.ended) != 3 || seen.ended[0].Status != "SUCCEEDED" || len(s.ExpressRunning()) != 0 || len(seen.changes) > 0 {
			t.Errorf("ended %+v, running %v, changes %+v", seen.ended, s.ExpressRunning(), seen.changes)
		}
	})
}

// What the service refuses for EXPRESS machines, in its words where they are recorded.
func TestExpressRefusals(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, _ *seen) {
		machine := expressMachine(t, s, fmt.Sprintf(waits, 10))
		normal, err := s.Create("standard", fmt.Sprintf(waits, 10), role)
		if err != nil {
			t.Fatal(err)
		}
		started := ask(t, s, "StartExecution", map[string]any{"stateMachineArn": machine})["executionArn"]
		task := func(resource string) map[string]any {
			return map[string]any{"name": "new", "roleArn": role, "type": "EXPRESS", "definition": `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"` + resource + `","End":true}}}`}
		}
		const express = "Invalid Arn: 'Resource type not valid in this context: express'"
		const unsupported = "This operation is not supported by this type of state machine"
		for _, tc := range []struct {
			operation  string
			in         map[string]any
			code, want string
		}{
			{"DescribeExecution", map[string]any{"executionArn": started}, "InvalidArn", express},
			{"GetExecutionHistory", map[string]any{"executionArn": started}, "InvalidArn", express},
			{"StopExecution", map[string]any{"executionArn": started}, "InvalidArn", express},
			{"DescribeStateMachineForExecution", map[string]any{"executionArn": started}, "InvalidArn", express},
			{"ListExecutions", map[string]any{"stateMachineArn": machine}, "StateMachineTypeNotSupported", unsupported},
			{"StartSyncExecution", map[string]any{"stateMachineArn": normal}, "StateMachineTypeNotSupported", unsupported + ": StartSyncExecution needs EXPRESS, and standard is STANDARD; use StartExecution"},
			{"StartSyncExecution", map[string]any{"stateMachineArn": machine, "input": "{"}, "InvalidExecutionInput", "Invalid State Machine Execution Input"},
			{"StartSyncExecution", map[string]any{"stateMachineArn": machine, "name": "a b"}, "InvalidName", "Invalid Name: 'a b'"},
			{"StartSyncExecution", map[string]any{"stateMachineArn": machine + "x"}, "StateMachineDoesNotExist", "State Machine Does Not Exist"},
			{"CreateStateMachine", task("arn:aws:states:::lambda:invoke.waitForTaskToken"), "InvalidDefinition", "SCHEMA_VALIDATION_FAILED: Express state machine does not support '.waitForTaskToken' service integration at /States/T/Resource"},
			{"CreateStateMachine", task("arn:aws:states:::states:startExecution.sync:2"), "InvalidDefinition", "SCHEMA_VALIDATION_FAILED: Express state machine does not support '.sync' service integration at /States/T/Resource"},
			{"CreateStateMachine", task("arn:aws:states:us-east-1:123456789012:activity:a"), "InvalidDefinition", "SCHEMA_VALIDATION_FAILED: Express state machine does not support Activity ARN at /States/T/Resource"},
			{"CreateStateMachine", map[string]any{"name": "new", "roleArn": role, "type": "EXPRESS", "definition": `{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}}`}, "InvalidDefinition", "at /States/M/ItemProcessor/ProcessorConfig/Mode"},
			{"CreateStateMachine", map[string]any{"name": "new", "roleArn": role, "type": "FAST", "definition": fmt.Sprintf(waits, 1)}, "ValidationException", "Member must satisfy enum value set: [STANDARD, EXPRESS]"},
			{"CreateStateMachine", map[string]any{"name": "standard", "roleArn": role, "type": "EXPRESS", "definition": fmt.Sprintf(waits, 10)}, "StateMachineAlreadyExists", "State Machine Already Exists"},
			{"UpdateStateMachine", map[string]any{"stateMachineArn": machine, "definition": task("arn:aws:states:::lambda:invoke.waitForTaskToken")["definition"]}, "InvalidDefinition", "Express state machine does not support"},
		} {
			got := ask(t, s, tc.operation, tc.in)
			if message, _ := got["message"].(string); got["__type"] != tc.code || !strings.Contains(message, tc.want) {
				t.Errorf("%s of %v: got %v, want %s: %s", tc.operation, tc.in, got, tc.code, tc.want)
			}
		}
		valid := ask(t, s, "ValidateStateMachineDefinition", map[string]any{"type": "EXPRESS", "definition": task("arn:aws:states:::lambda:invoke.waitForTaskToken")["definition"]})
		if valid["result"] != "FAIL" {
			t.Errorf("validated: %v", valid)
		}
		d := ask(t, s, "DescribeStateMachine", map[string]any{"stateMachineArn": machine})
		if d["type"] != "EXPRESS" || fmt.Sprint(d["loggingConfiguration"]) != "map[includeExecutionData:false level:OFF]" {
			t.Errorf("described as %v", d)
		}
		list := ask(t, s, "ListStateMachines", map[string]any{})["stateMachines"].([]any)
		if list[0].(map[string]any)["type"] != "EXPRESS" || list[1].(map[string]any)["type"] != "STANDARD" {
			t.Errorf("listed as %v", list)
		}
		if arns := s.ExpressRunning(); len(arns) != 1 {
			t.Fatalf("running: %v", arns)
		}
		s.StopExpress(s.ExpressRunning()[0])
		if arns := s.ExpressRunning(); len(arns) != 0 {
			t.Errorf("stopped, and running: %v", arns)
		}
	})
}

// The context object says RedriveCount unless a caller waits, as recorded at the service.
func TestExpressContext(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
		group := map[string]any{"cloudWatchLogsLogGroup": map[string]any{"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/g:*"}}
		machine := expressMachine(t, s, `{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"x.$":"$$.Execution"},"End":true}}}`,
			"loggingConfiguration", map[string]any{"level": "ALL", "includeExecutionData": true, "destinations": []any{group}})
		members := func(output string) string {
			var in struct{ X map[string]any }
			if err := json.Unmarshal([]byte(output), &in); err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for name := range in.X {
				names = append(names, name)
			}
			slices.Sort(names)
			return strings.Join(names, " ")
		}
		got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": machine})
		if names := members(got["output"].(string)); names != "Id Input Name RoleArn StartTime" {
			t.Errorf("with a caller: %s", names)
		}
		seen.lines = nil
		ask(t, s, "StartExecution", map[string]any{"stateMachineArn": machine})
		synctest.Wait()
		last := lineOf(t, seen.lines[len(seen.lines)-1])
		if names := members(last.Details["output"].(string)); names != "Id Input Name RedriveCount RoleArn StartTime" {
			t.Errorf("without a caller: %s", names)
		}
	})
}

// An EXPRESS execution has no limit of events.
func TestExpressHistory(t *testing.T) {
	inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
		const loops = `{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)"},"Next":"B"},
			"B":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":7000,"Next":"A"}],"Default":"C"},"C":{"Type":"Succeed"}}}`
		got := ask(t, s, "StartSyncExecution", map[string]any{"stateMachineArn": expressMachine(t, s, loops), "input": `{"n":0}`})
		if got["status"] != "SUCCEEDED" || seen.ended[0].States != 14001 {
			t.Errorf("got %v after %d states", got, seen.ended[0].States)
		}
	})
}

// logged is a line of a log group.
type logged struct {
	ID           string         `json:"id"`
	Type         string         `json:"type"`
	Details      map[string]any `json:"details"`
	PreviousID   string         `json:"previous_event_id"`
	Timestamp    string         `json:"event_timestamp"`
	ExecutionARN string         `json:"execution_arn"`
	RedriveCount string         `json:"redrive_count"`
}

func lineOf(t *testing.T, line string) logged {
	t.Helper()
	var l logged
	if err := json.Unmarshal([]byte(line[strings.Index(line, "{"):]), &l); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return l
}

// Each level has its events, in the form of the service.
func TestLogs(t *testing.T) {
	const definition = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"fails"},
		"Catch":[{"ErrorEquals":["Boom"],"Next":"F"}],"End":true},"F":{"Type":"Fail","Error":"Enough","Cause":"said so"}}}`
	destination := func(group string) any {
		return map[string]any{"cloudWatchLogsLogGroup": map[string]any{"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:" + group}}
	}
	for level, want := range map[string]string{
		"ALL":   "1 ExecutionStarted 2 TaskStateEntered 3 TaskScheduled 4 TaskStarted 5 TaskFailed 6 TaskStateExited 7 FailStateEntered 8 ExecutionFailed",
		"ERROR": "5 TaskFailed 7 FailStateEntered 8 ExecutionFailed",
		"FATAL": "8 ExecutionFailed",
		"OFF":   "",
	} {
		for _, kind := range []string{"EXPRESS", "STANDARD"} {
			t.Run(kind+" "+level, func(t *testing.T) {
				inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
					machine := expressMachine(t, s, definition, "type", kind,
						"loggingConfiguration", map[string]any{"level": level, "includeExecutionData": false, "destinations": []any{destination("/g:*")}})
					started := ask(t, s, "StartExecution", map[string]any{"stateMachineArn": machine, "input": `{"secret":1}`})
					time.Sleep(time.Second)
					var got []string
					for _, line := range seen.lines {
						l := lineOf(t, line)
						if !strings.HasPrefix(line, "/g states/m") || l.ExecutionARN != started["executionArn"] || l.RedriveCount != "0" || !strings.HasPrefix(l.Timestamp, "9466848") || l.Details == nil {
							t.Errorf("line %s", line)
						}
						if strings.Contains(line, "secret") {
							t.Errorf("data in %s", line)
						}
						if l.Type == "ExecutionFailed" && (l.Details["error"] != "Enough" || l.Details["cause"] != "said so" || l.PreviousID != "7") {
							t.Errorf("line %s", line)
						}
						got = append(got, l.ID, l.Type)
					}
					if strings.Join(got, " ") != want {
						t.Errorf("got %v, want %s", got, want)
					}
				})
			})
		}
	}
	inTime(t, func(t *testing.T, s *stepfunctions.Service, seen *seen) {
		const one = "Invalid Logging Configuration: Must specify exactly one Log Destination."
		for _, tc := range []struct {
			in   map[string]any
			want string
		}{
			{map[string]any{"level": "ALL"}, one},
			{map[string]any{"level": "ERROR", "destinations": []any{map[string]any{}}}, one},
			{map[string]any{"level": "ERROR", "destinations": []any{destination("/a"), destination("/b")}}, one},
			{map[string]any{"level": "ERROR", "destinations": []any{destination("gone:*")}}, "Invalid Logging Configuration: Log Destination not found."},
			{map[string]any{"level": "SOME"}, "enum value set: [ALL, ERROR, FATAL, OFF]"},
			{map[string]any{"level": "OFF", "destinations": []any{map[string]any{"other": 1}}}, "other"},
		} {
			got := ask(t, s, "CreateStateMachine", map[string]any{"name": "n", "definition": definition, "roleArn": role, "loggingConfiguration": tc.in})
			if message, _ := got["message"].(string); !strings.Contains(message, tc.want) {
				t.Errorf("%v: got %v, want %s", tc.in, got, tc.want)
			}
		}
		// An update counts for executions that run.
		machine := expressMachine(t, s, fmt.Sprintf(waits, 1))
		ask(t, s, "StartExecution", map[string]any{"stateMachineArn": machine})
		synctest.Wait()
		configuration := map[string]any{"level": "ALL", "includeExecutionData": true, "destinations": []any{destination("/g")}}
		if got := ask(t, s, "UpdateStateMachine", map[string]any{"stateMachineArn": machine, "loggingConfiguration": configuration}); got["__type"] != nil {
			t.Fatal(got)
		}
		if got := ask(t, s, "DescribeStateMachine", map[string]any{"stateMachineArn": machine}); fmt.Sprint(got["loggingConfiguration"]) != fmt.Sprint(configuration) {
			t.Errorf("described as %v", got["loggingConfiguration"])
		}
		time.Sleep(2 * time.Second)
		if len(seen.lines) != 2 || !strings.Contains(seen.lines[1], `"output":"{}"`) {
			t.Errorf("logged %v", seen.lines)
		}
	})
}
