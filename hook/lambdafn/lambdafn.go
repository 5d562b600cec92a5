// Package lambdafn calls AWS Lambda functions from a hook.
//
// The stack's parameter HookInvokeArns must list the functions. A call ends half a
// second before the hook's time limit. A call that AWS throttles or fails is retried,
// so make what the function changes repeatable.
package lambdafn

import (
	"cmp"
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

// maxSent is how much [Client.Send] sends, by Lambda's limit on asynchronous
// invocations
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const maxSent = 1 << 20 // bytes

// Client calls the functions of one region. [Invoke] and [Send] use one of Lambda's
// own region.
type Client struct{ lambda func() *lambda.Client }

var own = At("")

// At returns a client of the service at baseURL, such as a VPC endpoint or a test's
// server. An empty one is AWS's of Lambda's own region.
func At(baseURL string) *Client {
	return &Client{sync.OnceValue(func() *lambda.Client { return lambda.NewFromConfig(lambdaenv.At(baseURL)) })}
}

// Invoke is [Client.Invoke] in Lambda's own region.
func Invoke(ctx context.Context, function string, in, out any) error {
	return own.Invoke(ctx, function, in, out)
}

// Send is [Client.Send] in Lambda's own region.
func Send(ctx context.Context, function string, in any) error { return own.Send(ctx, function, in) }

// Invoke calls a function, by name or ARN, with in as JSON. It waits for the response
// and decodes it into out, as encoding/json does; a nil out discards it. An error that
// the function reports is an error, and so is a response of null unless out is nil.
func (c *Client) Invoke(ctx context.Context, function string, in, out any) error {
	got, err := c.call(ctx, function, in, types.InvocationTypeRequestResponse)
	switch {
	case err != nil:
		return err
	case got.FunctionError != nil:
		return functionError(function, aws.ToString(got.FunctionError), got.Payload)
	case out == nil:
		return nil
	case string(got.Payload) == "null":
		return fmt.Errorf("%s returned null", function)
	}
	if err := json.Unmarshal(got.Payload, out); err != nil {
		return fmt.Errorf("%s returned unexpected JSON: %w", function, err)
	}
	return nil
}

// Send queues a call of a function, by name or ARN, with in as JSON of at most 1 MiB,
// and doesn't wait for it. A nil error says that Lambda accepted the call. What comes
// of it is in the function's own log: Lambda retries a call that fails twice and then
// sends it to the function's dead-letter queue or destination, if it has one.
func (c *Client) Send(ctx context.Context, function string, in any) error {
	got, err := c.call(ctx, function, in, types.InvocationTypeEvent)
	if err == nil && got.StatusCode != 202 {
		err = fmt.Errorf("%s could not be invoked: status %d, must be 202", function, got.StatusCode)
	}
	return err
}

func (c *Client) call(ctx context.Context, function string, in any, kind types.InvocationType) (*lambda.InvokeOutput, error) {
	if function == "" {
		return nil, errors.New("the function's name is empty")
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", function, err)
	}
	if kind == types.InvocationTypeEvent && len(payload) > maxSent {
		return nil, fmt.Errorf("invoke %s: the event has %d bytes, more than %d", function, len(payload), maxSent)
	}
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	got, err := c.lambda().Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload, InvocationType: kind})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return nil, fmt.Errorf("function %s not found", function)
	case lambdaenv.IsDenied(err):
		return nil, fmt.Errorf("function %s not found, or the hooks may not invoke it: list its ARN in the stack's parameter HookInvokeArns", function)
	case err != nil:
		return nil, fmt.Errorf("%s could not be invoked: %w", function, lambdaenv.Short(err))
	}
	return got, nil
}

// functionError returns what a function that failed says of it, its errorMessage or
// errorType (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html).
func functionError(function, kind string, payload []byte) error {
	var failure struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	if json.Unmarshal(payload, &failure) == nil {
		kind = cmp.Or(failure.Message, failure.Type, kind)
	}
	return fmt.Errorf("%s failed: %s", function, kind)
}
