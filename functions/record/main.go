// Command record is the only writer of a run. The state machine calls it to
// decide and to park a wait; it answers what comes next and tells the bus.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/record/decide"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Config()
	today, err := flow.LoadToday(flow.Beside(os.Getenv))
	if err != nil {
		// Access must end on time whatever flows.yaml says. Nobody acts meanwhile:
		// functions/approve does not start with such a file.
		log.Print(err)
	}
	lambda.Start(decide.New(decide.Deps{
		Store:         store.New(dynamodb.NewFromConfig(cfg), os.Getenv("TABLE_NAME")),
		Bus:           decide.NewBus(eventbridge.NewFromConfig(cfg), os.Getenv("BUS_NAME")),
		Waker:         decide.NewWaker(sfn.NewFromConfig(cfg)),
		Today:         today,
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
		Serves:        decide.AliasServes(cfg, os.Getenv("HOOKS_FUNCTION")),
		Namespace:     os.Getenv("METRICS_NAMESPACE"),
	}).Handle)
}
