// Command request takes requests, lists them and shows them.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/sealed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	flows, identify, err := httpapi.Start(os.Getenv, httpapi.NewRoles(cfg, table))
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(request.New(request.Deps{
		Flows: flows, Identify: identify, HooksFunction: os.Getenv("HOOKS_FUNCTION"), BasePath: os.Getenv("API_BASE_PATH"),
		Store: table, Hooks: request.NewHooks(cfg), Waiters: table.Waiters(request.MaxWaiting(os.Getenv("MAX_WAITING"))),
		Executions: executions.New(cfg, os.Getenv("STATE_MACHINE_ARN")), Open: sealed.New(cfg, os.Getenv("OUTPUT_KEY")).Opener(), SigningKey: request.NewSigningKey(cfg, os.Getenv("DIGEST_KEY")),
	}).Handle)
}
