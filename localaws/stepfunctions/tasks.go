package stepfunctions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// lambdaTasks runs the tasks of executions.
type lambdaTasks struct {
	invoker lambda.Invoker
	may     func(role, function string) bool
}

var _ asl.Tasks = lambdaTasks{}

func (lambdaTasks) Describe(resource string) (resourceType, action string) {
	if _, integration, is := strings.Cut(resource, ":states:::"); is {
		resourceType, action, _ = strings.Cut(integration, ":")
		return resourceType, action
	}
	return "lambda", ""
}

func (t lambdaTasks) Run(ctx context.Context, resource, role string, input []byte) ([]byte, *asl.Failure) {
	if !lambdaInvoke.MatchString(resource) {
		result, failure := t.invoke(ctx, role, resource, input)
		if failure != nil {
			return nil, failure
		}
		return answer(result.Payload), nil
	}
	var parameters invokeParameters
	if err := json.Unmarshal(input, &parameters); err != nil {
		return nil, asl.Fail("States.Runtime", err.Error()) // Check refused it
	}
	function := parameters.FunctionName
	if parameters.Qualifier != "" {
		function += ":" + parameters.Qualifier
	}
	switch parameters.InvocationType {
	case "Event":
		return t.queue(role, function, parameters.payload(), http.StatusAccepted)
	case "DryRun":
		return t.queue(role, function, nil, http.StatusNoContent)
	}
	result, failure := t.invoke(ctx, role, function, parameters.payload())
	if failure != nil {
		return nil, failure
	}
	return envelope(result), nil
}

// answer is what a function answered, as JSON: the service hands over what is
// no JSON as a string, and nothing as null.
func answer(payload []byte) []byte {
	payload = bytes.TrimSpace(payload)
	switch {
	case len(payload) == 0:
		return []byte("null")
	case json.Valid(payload):
		return payload
	}
	return quote(string(payload))
}

func quote(s string) []byte {
	raw, err := json.Marshal(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		panic(fmt.Sprintf("stepfunctions: quote a string: %v", err))
	}
	return raw
}

// statusCodes are those of Lambda's own errors
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
var statusCodes = map[string]int{
	"ResourceNotFoundException": 404, "TooManyRequestsException": 429, "ServiceException": 500, "RequestTooLargeException": 413,
	"InvalidParameterValueException": 400, "InvalidRequestContentException": 400, "ResourceConflictException": 409,
}

// invoke calls a function and waits for its response. Errors of the function and of the
// service have the names that Step Functions uses.
func (t lambdaTasks) invoke(ctx context.Context, role, function string, payload []byte) (lambda.Result, *asl.Failure) {
	if failure := t.forbidden(role, function); failure != nil {
		return lambda.Result{}, failure
	}
	result, err := t.invoker.Invoke(ctx, function, payload)
	if err != nil {
		return result, serviceFailure(err)
	}
	if result.FunctionError == "" {
		return result, nil
	}
	var detail struct {
		Type string `json:"errorType"`
	}
	if json.Unmarshal(result.Payload, &detail) != nil || detail.Type == "" {
		detail.Type = "Lambda.Unknown"
	}
	return result, asl.Fail(detail.Type, clip(string(result.Payload)))
}

// queue makes an invocation of the type Event (202) or DryRun (204): neither waits
// for the function.
func (t lambdaTasks) queue(role, function string, payload []byte, status int) ([]byte, *asl.Failure) {
	if failure := t.forbidden(role, function); failure != nil {
		return nil, failure
	}
	async, ok := t.invoker.(lambda.AsyncInvoker)
	if !ok {
		return nil, asl.Fail("States.Runtime", "This machine's functions take no other InvocationType than RequestResponse")
	}
	err := error(nil)
	if status == http.StatusAccepted {
		err = async.InvokeAsync(function, payload)
	} else {
		err = async.DryRun(function)
	}
	if err != nil {
		return nil, serviceFailure(err)
	}
	return acceptedEnvelope(status), nil
}

// forbidden is the failure for a role that may not invoke a function.
func (t lambdaTasks) forbidden(role, function string) *asl.Failure {
	if role == "" || t.may == nil || t.may(role, function) {
		return nil
	}
	return asl.Fail("Lambda.AWSLambdaException", fmt.Sprintf(
		"User: %s is not authorized to perform: lambda:InvokeFunction on resource: %s (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: %s; Proxy: null)",
		role, function, uuid.NewString()))
}

func serviceFailure(err error) *asl.Failure {
	service, ok := errors.AsType[*lambda.ServiceError](err)
	if !ok {
		return asl.Fail("Lambda.SdkClientException", err.Error())
	}
	status := statusCodes[service.Code]
	if status == 0 {
		status = 502
	}
	return asl.Fail("Lambda."+service.Code, fmt.Sprintf("%s (Service: AWSLambda; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
		service.Message, status, service.Code, uuid.NewString()))
}

// clip cuts a cause to the 32,768 characters that the service keeps.
func clip(cause string) string {
	const most = 32768
	if len(cause) <= most {
		return cause
	}
	return strings.ToValidUTF8(cause[:most], "")
}
