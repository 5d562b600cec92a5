package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// startExecution is the resource of a task that starts an execution and does not wait
// for it, in any partition
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html).
var startExecution = regexp.MustCompile(`^arn:aws[a-z-]*:states:::states:startExecution$`)

func isStart(resource string) bool { return startExecution.MatchString(resource) }

// tasks runs the tasks of executions: those of Lambda and starts of executions.
type tasks struct {
	lambdaTasks
	start func(machineARN, name, input string) (*asl.Execution, error)
}

var _ asl.Tasks = tasks{}

// Run runs a task.
func (t tasks) Run(ctx context.Context, resource, role string, input []byte) ([]byte, *asl.Failure) {
	if !isStart(resource) {
		return t.lambdaTasks.Run(ctx, resource, role, input)
	}
	var in startParameters
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, asl.Fail("States.Runtime", err.Error()) // Check refused it
	}
	x, err := t.start(in.StateMachineArn, in.Name, string(passed(in.Input)))
	if err != nil {
		return nil, startFailure(err)
	}
	return startEnvelope(x), nil
}

// Check refuses parameters that became wrong only with the values of an execution.
func (t tasks) Check(resource string, input []byte) string {
	if !isStart(resource) {
		return t.lambdaTasks.Check(resource, input)
	}
	var p struct{ StateMachineArn, Name any }
	if err := json.Unmarshal(input, &p); err != nil {
		return "the parameters must be an object"
	}
	for name, value := range map[string]any{"StateMachineArn": p.StateMachineArn, "Name": p.Name} {
		text, is := value.(string)
		if value == nil && name == "Name" || is && text != "" {
			continue
		}
		return fmt.Sprintf("The value of the field '%s' has an invalid format", name)
	}
	return ""
}

// startByTask starts an execution for a state.
func (s *Service) startByTask(machineARN, name, input string) (x *asl.Execution, err error) {
	if s.opts.StartTask == nil {
		return s.start(machineARN, name, input)
	}
	err = s.opts.StartTask(machineARN, name, func() (err error) {
		x, err = s.start(machineARN, name, input)
		return err
	})
	return x, err
}

// startParameters are the parameters of states:startExecution.
type startParameters struct {
	StateMachineArn, Name string
	Input                 json.RawMessage
}

// checkStart refuses, when a machine is created, the parameters that states:startExecution
// does not have.
func checkStart(parameters map[string]any) asl.Mistakes {
	var out asl.Mistakes
	refuse := func(at, format string, args ...any) {
		out = append(out, asl.Mistake{Location: at, Code: "SCHEMA_VALIDATION_FAILED", Message: fmt.Sprintf(format, args...)})
	}
	given := map[string]bool{}
	for _, member := range slices.Sorted(maps.Keys(parameters)) {
		name, computed := strings.CutSuffix(member, ".$")
		given[name] = true
		at, value := "/Parameters/"+member, parameters[member]
		switch name {
		case "StateMachineArn", "Name":
			if text, isText := value.(string); !computed && (!isText || text == "") {
				refuse(at, "The value of the field '%s' must be a string", name)
			}
		case "Input":
		case "TraceHeader":
			refuse(at, "The field 'TraceHeader' is not implemented on this machine")
		default:
			refuse(at, "The field '%s' is not supported by Step Functions", name)
		}
	}
	if !given["StateMachineArn"] {
		refuse("/Parameters", "The required field 'StateMachineArn' is missing")
	}
	return out
}

// startFailure is the failure of a task whose call is refused. Its names end in
// Exception even where those of the API don't.
func startFailure(err error) *asl.Failure {
	known, ok := errors.AsType[*apiError](err)
	if !ok {
		return asl.Fail("StepFunctions.SdkClientException", err.Error())
	}
	name := "StepFunctions." + strings.TrimSuffix(known.code, "Exception") + "Exception"
	return asl.Fail(name, fmt.Sprintf("%s (Service: AWSStepFunctions; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
		known.message, http.StatusBadRequest, known.code, uuid.NewString()))
}

// startEnvelope is the result of states:startExecution.
func startEnvelope(x *asl.Execution) []byte {
	id, length := uuid.NewString(), len(x.ARN)+len(`{"executionArn":"","startDate":1.700000000000E9}`)
	return fmt.Appendf(nil, `{"ExecutionArn":%s,"SdkHttpMetadata":{"AllHttpHeaders":{"Content-Length":["%[2]d"],"Content-Type":["application/x-amz-json-1.0"],`+
		`"x-amzn-RequestId":[%[3]q]},"HttpHeaders":{"Content-Length":"%[2]d","Content-Type":"application/x-amz-json-1.0","x-amzn-RequestId":%[3]q},`+
		`"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":%[3]q},"StartDate":%[4]d}`, quote(x.ARN), length, id, x.StartedAt.UnixMilli())
}
