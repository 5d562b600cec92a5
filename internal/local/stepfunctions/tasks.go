package stepfunctions

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
	"github.com/fasttrack-dev/fasttrack/internal/local/lambda"
)

const lambdaInvoke = "arn:aws:states:::lambda:invoke"

// lambdaTasks runs the resources that a state machine may name here: Lambda's
// optimised integration, and a function's own ARN.
type lambdaTasks struct{ invoker lambda.Invoker }

func (lambdaTasks) Describe(resource string) (resourceType, action string) {
	if resource == lambdaInvoke {
		return "lambda", "invoke"
	}
	return "lambda", resource
}

func (t lambdaTasks) Run(ctx context.Context, resource string, input []byte) ([]byte, *asl.Failure) {
	if resource != lambdaInvoke {
		if !strings.Contains(resource, ":lambda:") {
			return nil, asl.Fail("States.Runtime", fmt.Sprintf("the resource %s is not implemented on this machine", resource))
		}
		result, failure := t.invoke(ctx, resource, input)
		return result.Payload, failure
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
	result, failure := t.invoke(ctx, function, parameters.Payload)
	if failure != nil {
		return nil, failure
	}
	payload := bytes.TrimSpace(result.Payload)
	if len(payload) == 0 {
		payload = []byte("null")
	}
	if !json.Valid(payload) {
		// The service hands over what is no JSON as a string.
		text, err := json.Marshal(strings.ToValidUTF8(string(payload), "\uFFFD"))
		if err != nil {
			return nil, asl.Fail("States.Runtime", err.Error())
		}
		payload = text
	}
	envelope, err := json.Marshal(map[string]any{
		"ExecutedVersion": result.ExecutedVersion, "Payload": json.RawMessage(payload), "StatusCode": 200,
		"SdkHttpMetadata":     map[string]any{"HttpStatusCode": 200, "AllHttpHeaders": map[string]any{}, "HttpHeaders": map[string]any{}},
		"SdkResponseMetadata": map[string]any{"RequestId": newName()},
	})
	if err != nil {
		return nil, asl.Fail("States.Runtime", err.Error())
	}
	return envelope, nil
}

// invoke tells the errors of a function and of the service apart by the names
// that Step Functions gives them.
func (t lambdaTasks) invoke(ctx context.Context, function string, payload []byte) (lambda.Result, *asl.Failure) {
	result, err := t.invoker.Invoke(ctx, function, payload)
	var service *lambda.ServiceError
	switch {
	case errors.As(err, &service):
		return result, asl.Fail("Lambda."+service.Code, service.Message)
	case err != nil:
		return result, asl.Fail("Lambda.SdkClientException", err.Error())
	case result.FunctionError != "":
		var detail struct {
			Type string `json:"errorType"`
		}
		if json.Unmarshal(result.Payload, &detail) != nil || detail.Type == "" {
			detail.Type = "Lambda.Unknown"
		}
		return result, asl.Fail(detail.Type, clip(string(result.Payload)))
	}
	return result, nil
}

// clip cuts a cause to the 32,768 characters that the service keeps.
func clip(cause string) string {
	const most = 32768
	if len(cause) <= most {
		return cause
	}
	return strings.ToValidUTF8(cause[:most], "")
}

// newName gives a UUID, as the service names what nobody named.
func newName() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
