package record

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/wake"
)

type stepFunctions struct{ client *sfn.Client }

// NewWaker returns a waker that sends task tokens to Step Functions.
func NewWaker(client *sfn.Client) Waker { return stepFunctions{client} }

func (s stepFunctions) Wake(ctx context.Context, token string) error {
	return wake.Wake(ctx, s.client, token)
}
