// Package executions starts executions of the state machine.
package executions

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Machine is a state machine.
type Machine struct {
	Client *sfn.Client
	ARN    string
}

// New returns the state machine with that ARN.
func New(cfg aws.Config, arn string) Machine {
	return Machine{Client: sfn.NewFromConfig(cfg), ARN: arn}
}

// Start starts the execution of that name. It does nothing if there was one: a name is
// used once in 90 days
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
func (m Machine) Start(ctx context.Context, name string, input []byte) error {
	_, err := m.Client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &m.ARN, Name: &name, Input: aws.String(string(input)),
	})
	var exists *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("start execution %s: %w", name, err)
	}
	return nil
}
