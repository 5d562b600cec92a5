package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/internal/executions"
)

// NewInvoke returns what invokes the Lambda function of that name or ARN.
func NewInvoke[Request any](client *lambda.Client, function string) Invoke[Request] {
	return func(ctx context.Context, request Request, response any) error {
		payload, err := json.Marshal(request)
		if err != nil {
			return err
		}
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
		if err != nil {
			return fmt.Errorf("invoke %s: %w", function, err)
		}
		if out.FunctionError != nil {
			failed := FunctionError{Function: function}
			if json.Unmarshal(out.Payload, &failed) != nil || failed.Message == "" {
				failed.Message = *out.FunctionError
			}
			return failed
		}
		if response == nil {
			return nil
		}
		return json.Unmarshal(out.Payload, response)
	}
}

// FunctionError is the error that a function returned.
type FunctionError struct {
	Function string `json:"-"`
	Type     string `json:"errorType"`
	Message  string `json:"errorMessage"`
}

func (e FunctionError) Error() string { return e.Message }

type stepFunctions struct{ executions.Machine }

// NewExecutions returns the executions of the state machine.
func NewExecutions(of executions.Machine) Executions { return stepFunctions{of} }

// arn returns an execution's ARN: the machine's with another kind, and the name.
func (s stepFunctions) arn(name string) *string {
	return aws.String(strings.Replace(s.ARN, ":stateMachine:", ":execution:", 1) + ":" + name)
}

func (s stepFunctions) Describe(ctx context.Context, name string) (Ended, error) {
	out, err := s.Client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: s.arn(name)})
	var none *types.ExecutionDoesNotExist
	if errors.As(err, &none) {
		return Ended{}, nil
	}
	if err != nil {
		return Ended{}, fmt.Errorf("describe execution %s: %w", name, err)
	}
	return Ended{Status: string(out.Status), Error: aws.ToString(out.Error), Cause: aws.ToString(out.Cause)}, nil
}

func (s stepFunctions) Stop(ctx context.Context, name, cause string) error {
	_, err := s.Client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: s.arn(name), Cause: &cause})
	if err != nil {
		return fmt.Errorf("stop execution %s: %w", name, err)
	}
	return nil
}
