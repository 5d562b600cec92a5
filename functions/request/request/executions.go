package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

type stepFunctions struct {
	client  *sfn.Client
	machine string
}

// NewExecutions returns the executions of the state machine of that ARN.
func NewExecutions(client *sfn.Client, machineArn string) Executions {
	return stepFunctions{client, machineArn}
}

func (s stepFunctions) Start(ctx context.Context, name string, input []byte) error {
	_, err := s.client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &s.machine, Name: &name, Input: aws.String(string(input)),
	})
	var exists *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("start execution %s: %w", name, err)
	}
	return nil
}
