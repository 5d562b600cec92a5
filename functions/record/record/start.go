package record

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	lambda.Start(New(Deps{
		Store:         store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Bus:           NewBus(eventbridge.NewFromConfig(cfg), os.Getenv("BUS_NAME")),
		Waker:         NewWaker(sfn.NewFromConfig(cfg)),
		Today:         flow.ReadToday(flow.Beside(os.Getenv), log.Print),
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
		Serves:        AliasServes(cfg, os.Getenv("HOOKS_FUNCTION")),
		Lacks:         destination.LacksOf(os.Getenv),
		Namespace:     os.Getenv("METRICS_NAMESPACE"),
	}).Handle)
}
