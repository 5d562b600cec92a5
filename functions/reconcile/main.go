// Command reconcile restarts runs that are stuck: on a schedule, and when an
// execution dies.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Patient()
	functions := lambdasdk.NewFromConfig(cfg)
	lambda.Start(reconcile.New(reconcile.Deps{
		Table:      store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Executions: reconcile.NewExecutions(executions.New(cfg, os.Getenv("STATE_MACHINE_ARN"))),
		Record:     reconcile.NewInvoke[step.RecordRequest](functions, os.Getenv("RECORD_FUNCTION")),
		Grant:      reconcile.NewInvoke[step.GrantRequest](functions, os.Getenv("GRANT_FUNCTION")),
		// For the first state of a recovery.
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
	}).Handle)
}
