// Command notify notifies people of what happens to requests: by an SNS topic and
// a signed webhook.
package main

import (
	"log"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

func main() {
	cfg := awsenv.Config()
	secret := notify.SecretOf(secretsmanager.NewFromConfig(cfg), os.Getenv("WEBHOOK_SECRET_ARN"))
	webhook, err := notify.NewWebhook(os.Getenv("WEBHOOK_URL"), secret, time.Now)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(notify.New(notify.Deps{
		Topic: sns.NewFromConfig(cfg), TopicARN: os.Getenv("TOPIC_ARN"), Portal: os.Getenv("PORTAL_URL"), Webhook: webhook,
	}).Handle)
}
