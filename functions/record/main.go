// Command record is the only writer of runs, and publishes their events.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Config()
	lambda.Start(record.New(record.Deps{
		Store:         store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Bus:           record.NewBus(eventbridge.NewFromConfig(cfg), os.Getenv("BUS_NAME")),
		Waker:         record.NewWaker(sfn.NewFromConfig(cfg)),
		Today:         flow.ReadToday(flow.Beside(os.Getenv), log.Print),
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
		Serves:        record.AliasServes(cfg, os.Getenv("HOOKS_FUNCTION")),
		NoWebhook:     os.Getenv("HAS_WEBHOOK") == "false",
		Namespace:     os.Getenv("METRICS_NAMESPACE"),
	}).Handle)
}
