// Command notify tells people what happens to requests: an SNS topic, and a
// signed webhook.
package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

func main() {
	cfg := awsenv.Config()
	d := notify.Deps{Topic: sns.NewFromConfig(cfg), TopicARN: os.Getenv("TOPIC_ARN"), Portal: os.Getenv("PORTAL_URL")}
	if url := os.Getenv("WEBHOOK_URL"); url != "" {
		var err error
		if d.Webhook, err = notify.NewWebhook(url, secret(cfg, os.Getenv("WEBHOOK_SECRET_ARN")), time.Now); err != nil {
			logs.New(os.Stdout).Error("notify can't start", "error", err.Error())
			os.Exit(1)
		}
	}
	lambda.Start(notify.New(d).Handle)
}

// secret reads a secret, and keeps it for five minutes.
func secret(cfg aws.Config, arn string) func(context.Context) (string, error) {
	client := secretsmanager.NewFromConfig(cfg)
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
		value, until = aws.ToString(out.SecretString), time.Now().Add(5*time.Minute)
		return value, nil
	}
}
