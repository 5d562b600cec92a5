package notify

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// secretAge is how long the secret is used before it is read again.
const secretAge = 5 * time.Minute

// SecretOf returns what reads the secret of that ARN, for [NewWebhook].
func SecretOf(cfg aws.Config, arn string) func(context.Context) (string, error) {
	var mu sync.Mutex
	var value string
	var until time.Time
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Now().Before(until) {
			return value, nil
		}
		text, err := signed.Secret(ctx, cfg, arn)
		if err != nil {
			return "", err
		}
		value, until = text, time.Now().Add(secretAge)
		return value, nil
	}
}
