package notify

import (
	"context"
	"log"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	secret := SecretOf(cfg, os.Getenv("WEBHOOK_SECRET_ARN"))
	webhook, err := NewWebhook(WebhookOptions{
		URL: os.Getenv("WEBHOOK_URL"), ContentType: os.Getenv("WEBHOOK_CONTENT_TYPE"), Source: os.Getenv("BUS_ARN"),
		OnThisMachine: awsenv.OnThisMachine(), Secret: secret, Now: time.Now,
	})
	if err != nil {
		log.Fatal(err)
	}
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	rules, err := newPresentDirectory(pushed.Options{Getenv: os.Getenv, Config: cfg, Source: table})
	if err != nil {
		log.Fatal(err)
	}
	h := New(Deps{
		Store: runs{table}, Ways: ways(os.Getenv, cfg, table, rules.directory), Directory: rules.directory,
		Topic: sns.NewFromConfig(cfg), TopicARN: os.Getenv("TOPIC_ARN"), Portal: os.Getenv("PORTAL_URL"), Console: os.Getenv("CONSOLE_URL"), Webhook: webhook,
	})
	lambda.Start(func(ctx context.Context, in api.BusEvent) (deliver.Report, error) {
		if err := rules.read(ctx); err != nil {
			return deliver.Report{}, err // which is retried
		}
		return h.Handle(ctx, in)
	})
}
