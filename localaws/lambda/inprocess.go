package lambda

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// invokeInProcess runs the function as a goroutine, answering what a process
// with Go's runtime client would: the error's type name, a panic as an error,
// a time-out. A function that doesn't watch its context goes on unseen.
func (f *function) invokeInProcess(ctx context.Context, inv *invocation) (Result, error) {
	f.mu.Lock()
	if f.cfg.Reserved > 0 && f.running >= f.cfg.Reserved {
		f.mu.Unlock()
		inv.end()
		inv.work.End()
		return Result{}, throttled(ofFunction)
	}
	if f.closed {
		f.mu.Unlock()
		inv.end()
		inv.work.End()
		return Result{}, &ServiceError{"ServiceException", "The stack is closing."}
	}
	f.running++
	f.mu.Unlock()

	// The function outlives its caller, not the stack.
	run, cancel := context.WithTimeout(f.service.ctx, f.cfg.Timeout)
	run = motion.NewContext(run, inv.work)
	run = lambdacontext.NewContext(run, &lambdacontext.LambdaContext{AwsRequestID: inv.id, InvokedFunctionArn: inv.arn})
	go func() {
		defer cancel()
		result := f.call(run, inv)
		f.mu.Lock()
		f.running--
		f.mu.Unlock()
		inv.answer(result)
	}()

	timeout := time.NewTimer(f.cfg.Timeout)
	defer timeout.Stop()
	caller := motion.FromContext(ctx)
	caller.Rest(time.Time{}, inv.ended.Load) // the function itself moves
	defer caller.Wake()
	var result Result
	select {
	case result = <-inv.done:
	case <-timeout.C:
		inv.end() // its environment is gone
		caller.Wake()
		inv.work.End()
		result = failure("Sandbox.Timedout", inv.id, fmt.Sprintf("Task timed out after %.2f seconds", f.cfg.Timeout.Seconds()))
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	result.ExecutedVersion = f.version
	return result, nil
}

func (f *function) call(ctx context.Context, inv *invocation) (result Result) {
	defer func() {
		if v := recover(); v != nil {
			result = errorResult(panicType(v), fmt.Sprint(v))
		}
	}()
	payload, err := f.cfg.InProcess(ctx, inv.payload)
	if err == nil {
		if len(payload) > maxResponse {
			return errorResult("Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse))
		}
		return Result{Payload: payload}
	}
	if told := (messages.InvokeResponse_Error{}); errors.As(err, &told) {
		return errorResult(told.Type, told.Message)
	}
	return errorResult(typeName(err), err.Error())
}

// typeName is what Go's runtime client reports as errorType: the outermost
// type's own name.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		return t.Elem().Name()
	}
	return t.Name()
}

func panicType(v any) string {
	if err, ok := v.(error); ok {
		return typeName(err)
	}
	return typeName(v)
}
