// Package lambdafn lets a hook ask any AWS Lambda function.
package lambdafn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/fasttrack-dev/fasttrack/hook/internal/lambdaenv"
	"github.com/fasttrack-dev/fasttrack/hook/internal/limit"
)

var client = sync.OnceValue(func() *lambda.Client { return lambda.NewFromConfig(lambdaenv.Config()) })

// Invoke calls a function, by name or ARN, with in as JSON, waits for it, and
// reads what it returns into out as encoding/json does; a nil out drops it. The
// stack's parameter HookInvokeArns must list the function. An error that the
// function reports, or that AWS does, is an error; so is null where out isn't
// nil. It is given up on half a second before the hook's time is over.
//
// A call that AWS throttles or fails at is made again: the function must stand
// being asked twice.
func Invoke(ctx context.Context, function string, in, out any) error {
	if function == "" {
		return errors.New("no function is named")
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("what %s is asked: %w", function, err)
	}
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	got, err := client().Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload, InvocationType: types.InvocationTypeRequestResponse})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("the function %s is not there", function)
	case lambdaenv.IsDenied(err):
		return fmt.Errorf("the function %s is not there, or may not be invoked: list its ARN in the stack's parameter HookInvokeArns", function)
	case err != nil:
		return fmt.Errorf("%s could not be invoked: %w", function, lambdaenv.Short(err))
	case got.FunctionError != nil:
		return functionError(function, aws.ToString(got.FunctionError), got.Payload)
	case out == nil:
		return nil
	case string(got.Payload) == "null":
		return fmt.Errorf("%s answered null", function)
	}
	if err := json.Unmarshal(got.Payload, out); err != nil {
		return fmt.Errorf("what %s answered is not understood: %w", function, err)
	}
	return nil
}

// functionError says what a function that failed says of it
// (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html and the
// like: errorMessage and errorType).
func functionError(function, kind string, payload []byte) error {
	var told struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	if json.Unmarshal(payload, &told) != nil || told.Message == "" && told.Type == "" {
		return fmt.Errorf("%s failed: %s", function, kind)
	}
	if told.Message == "" {
		return fmt.Errorf("%s failed: %s", function, told.Type)
	}
	return fmt.Errorf("%s failed: %s", function, told.Message)
}
