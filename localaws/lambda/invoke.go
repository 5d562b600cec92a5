// Package lambda serves AWS Lambda: it runs functions' binaries as child processes over
// the Lambda Runtime API.
package lambda

import "context"

// Result is the result of a synchronous invocation (RequestResponse), as in the Invoke
// API
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
type Result struct {
	// Payload is the function's response, or the error document {"errorMessage",
	// "errorType", "stackTrace"?} when FunctionError is set.
	Payload []byte
	// FunctionError is "" on success and "Unhandled" if the function returned an error,
	// crashed or timed out.
	FunctionError string
	// ExecutedVersion is the version that ran.
	ExecutedVersion string
}

// Invoker invokes a function by name, ARN, or either with a ":qualifier".
// An error of the function itself is in the Result; the returned error is the
// service's own, a *ServiceError where it has a name (such as
// ResourceNotFoundException).
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) (Result, error)
}

// AsyncInvoker also makes asynchronous invocations. Its errors are those of Invoker.
type AsyncInvoker interface {
	Invoker
	// InvokeAsync queues an event for a function (invocation type Event).
	InvokeAsync(function string, payload []byte) error
	// DryRun checks whether a function could be invoked.
	DryRun(function string) error
}

// ServiceError is an error of the Lambda service, not of a function.
type ServiceError struct {
	// Code is the service's name for it, such as "ResourceNotFoundException";
	// Step Functions reports it to a state machine as "Lambda." + Code.
	Code string
	// Message is for people.
	Message string
}

func (e *ServiceError) Error() string { return e.Code + ": " + e.Message }
