// Command reconcile looks, on a schedule and when an execution dies, for runs
// that should have moved on and did not.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/sweep"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Patient()
	functions := lambdasdk.NewFromConfig(cfg)
	lambda.Start(sweep.New(sweep.Deps{
		Table:      store.New(dynamodb.NewFromConfig(cfg), os.Getenv("TABLE_NAME")),
		Executions: sweep.NewExecutions(sfn.NewFromConfig(cfg), os.Getenv("STATE_MACHINE_ARN")),
		Record:     sweep.NewInvoke(functions, os.Getenv("RECORD_FUNCTION")),
		Grant:      sweep.NewInvoke(functions, os.Getenv("GRANT_FUNCTION")),
		// For the first state of a recovery.
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
	}).Handle)
}
