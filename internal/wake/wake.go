// Package wake ends a wait of the state machine. Two functions use it: approve, once
// an action is stored, and record, when a wait has nothing to wait for.
package wake

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Client is the part of the Step Functions client that is used.
type Client interface {
	SendTaskSuccess(ctx context.Context, in *sfn.SendTaskSuccessInput, opts ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
}

// Wake ends the wait of that token, with an empty result. It is no error if the wait
// has ended already: whoever ended it looks at the same actions.
func Wake(ctx context.Context, client Client, token string) error {
	_, err := client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	var gone *types.TaskDoesNotExist
	var late *types.TaskTimedOut
	var invalid *types.InvalidToken
	if err == nil || errors.As(err, &gone) || errors.As(err, &late) || errors.As(err, &invalid) {
		return nil
	}
	return fmt.Errorf("wake the execution: %w", err)
}
