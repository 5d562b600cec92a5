package notify

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// secretAge is how long the secret is used before it is read again.
const secretAge = 5 * time.Minute

// SecretOf returns what reads the secret of that ARN, for [NewWebhook].
func SecretOf(client *secretsmanager.Client, arn string) func(context.Context) (string, error) {
	var mu sync.Mutex
	var value string
	var until time.Time
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Now().Before(until) {
			return value, nil
		}
		out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
		if err != nil {
			return "", err
		}
		value, until = aws.ToString(out.SecretString), time.Now().Add(secretAge)
		return value, nil
	}
}
