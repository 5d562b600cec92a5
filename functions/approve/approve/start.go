package approve

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	machine := sfn.NewFromConfig(cfg)
	handle, err := httpapi.Start(pushed.Options{Getenv: os.Getenv, Config: cfg, Source: table}, httpapi.NewRoles(cfg, table), func(r httpapi.Rules) *httpapi.API {
		return New(Deps{
			Identify: r.Identify, Flows: r.Flows, Today: r.Flows.Today(), BasePath: os.Getenv("API_BASE_PATH"),
			Slack: httpapi.NewSlack(os.Getenv, r.Flows.Directory, table), SlackActs: table,
			Store: table, StepFunctions: machine,
		})
	})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(handle)
}
