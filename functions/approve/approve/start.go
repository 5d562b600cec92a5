package approve

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	flows, identify, err := httpapi.Start(os.Getenv, httpapi.NewRoles(cfg, table))
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(New(Deps{
		Identify: identify, Flows: flows, Today: flows.Today(), BasePath: os.Getenv("API_BASE_PATH"),
		Slack: httpapi.NewSlack(os.Getenv, flows.Directory, table), SlackActs: table,
		Store: table, StepFunctions: sfn.NewFromConfig(cfg),
	}).Handle)
}
