// Command approve takes people's actions on requests: approve, deny, cancel, revoke.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	flows, identify, err := httpapi.Start(os.Getenv, httpapi.NewRoles(cfg, table))
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(approve.New(approve.Deps{
		Identify: identify, Flows: flows, Today: flows.Today(), BasePath: os.Getenv("API_BASE_PATH"),
		Store: table, StepFunctions: sfn.NewFromConfig(cfg),
	}).Handle)
}
