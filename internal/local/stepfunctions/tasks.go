package stepfunctions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
	"github.com/fasttrack-dev/fasttrack/internal/local/lambda"
)

// What Task states may call here: Lambda's optimised integration, with or
// without a task token, and a function by its own ARN.
const (
	lambdaInvoke = "arn:aws:states:::lambda:invoke"
	waitSuffix   = ".waitForTaskToken"
)

var functionARN = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?$`)

// knownResource refuses, when a state machine is created, what could not be run.
func knownResource(resource string, parameters []string) error {
	if functionARN.MatchString(resource) {
		return nil
	}
	if strings.TrimSuffix(resource, waitSuffix) != lambdaInvoke {
		return fmt.Errorf("the resource %s is not implemented on this machine; %s, the same with %s, and the ARN of a function are", resource, lambdaInvoke, waitSuffix)
	}
	for _, name := range parameters {
		switch name {
		case "FunctionName", "Payload", "Qualifier":
		case "InvocationType", "LogType", "ClientContext":
			return fmt.Errorf("the parameter '%s' of lambda:invoke is not implemented on this machine", name)
		default:
			return fmt.Errorf("the field '%s' is not supported by Step Functions", name)
		}
	}
	if !slices.Contains(parameters, "FunctionName") {
		return errors.New("the required parameter 'FunctionName' is missing")
	}
	return nil
}

// lambdaTasks runs the tasks of executions.
type lambdaTasks struct {
	invoker lambda.Invoker
	may     func(role, function string) bool
}

var _ asl.Tasks = lambdaTasks{}

func (lambdaTasks) Describe(resource string) (resourceType, action string) {
	if resource == lambdaInvoke {
		return "lambda", "invoke"
	}
	return "lambda", ""
}

func (t lambdaTasks) Run(ctx context.Context, resource, role string, input []byte) ([]byte, *asl.Failure) {
	if resource != lambdaInvoke {
		result, failure := t.invoke(ctx, role, resource, input)
		if failure != nil {
			return nil, failure
		}
		return answer(result.Payload), nil
	}
	var parameters struct {
		FunctionName, Qualifier string
		Payload                 json.RawMessage
	}
	if err := json.Unmarshal(input, &parameters); err != nil || parameters.FunctionName == "" {
		return nil, asl.Fail("States.Runtime", "The parameters of lambda:invoke have no FunctionName that is a string")
	}
	function := parameters.FunctionName
	if parameters.Qualifier != "" {
		function += ":" + parameters.Qualifier
	}
	if len(parameters.Payload) == 0 {
		parameters.Payload = json.RawMessage("{}")
	}
	result, failure := t.invoke(ctx, role, function, parameters.Payload)
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

// envelope is the result of lambda:invoke
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
// It is put together by hand since each task has one.
func envelope(result lambda.Result) []byte {
	payload := answer(result.Payload)
	length := fmt.Sprint(len(result.Payload))
	id := uuid.NewString()
	b := make([]byte, 0, len(payload)+600)
	b = append(b, `{"ExecutedVersion":`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `,"Payload":`...)
	b = append(b, payload...)
	b = append(b, `,"SdkHttpMetadata":{"AllHttpHeaders":{"Content-Length":["`...)
	b = append(b, length...)
	b = append(b, `"],"Content-Type":["application/json"],"X-Amz-Executed-Version":[`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `],"x-amzn-RequestId":["`...)
	b = append(b, id...)
	b = append(b, `"]},"HttpHeaders":{"Content-Length":"`...)
	b = append(b, length...)
	b = append(b, `","Content-Type":"application/json","X-Amz-Executed-Version":`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `,"x-amzn-RequestId":"`...)
	b = append(b, id...)
	b = append(b, `"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"`...)
	b = append(b, id...)
	return append(b, `"},"StatusCode":200}`...)
}

// statusCodes are those of Lambda's own errors
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
var statusCodes = map[string]int{
	"ResourceNotFoundException": 404, "TooManyRequestsException": 429, "ServiceException": 500, "RequestTooLargeException": 413,
	"InvalidParameterValueException": 400, "InvalidRequestContentException": 400, "ResourceConflictException": 409,
}

// invoke tells the errors of a function and of the service apart by the names
// that Step Functions gives them.
func (t lambdaTasks) invoke(ctx context.Context, role, function string, payload []byte) (lambda.Result, *asl.Failure) {
	if role != "" && t.may != nil && !t.may(role, function) {
		return lambda.Result{}, asl.Fail("Lambda.AWSLambdaException", fmt.Sprintf(
			"User: %s is not authorized to perform: lambda:InvokeFunction on resource: %s (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: %s; Proxy: null)",
			role, function, uuid.NewString()))
	}
	result, err := t.invoker.Invoke(ctx, function, payload)
	if service, ok := errors.AsType[*lambda.ServiceError](err); ok {
		status := statusCodes[service.Code]
		if status == 0 {
			status = 502
		}
		return result, asl.Fail("Lambda."+service.Code, fmt.Sprintf("%s (Service: AWSLambda; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
			service.Message, status, service.Code, uuid.NewString()))
	}
	if err != nil {
		return result, asl.Fail("Lambda.SdkClientException", err.Error())
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

// clip cuts a cause to the 32,768 characters that the service keeps.
func clip(cause string) string {
	const most = 32768
	if len(cause) <= most {
		return cause
	}
	return strings.ToValidUTF8(cause[:most], "")
}
