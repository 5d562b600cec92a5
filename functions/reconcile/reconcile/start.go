package reconcile

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Patient()
	functions := lambdasdk.NewFromConfig(cfg)
	lambda.Start(New(Deps{
		Table:      store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Executions: NewExecutions(executions.New(cfg, os.Getenv("STATE_MACHINE_ARN"))),
		Record:     NewInvoke[step.RecordRequest](functions, os.Getenv("RECORD_FUNCTION")),
		Grant:      NewInvoke[step.GrantRequest](functions, os.Getenv("GRANT_FUNCTION")),
		// For the first state of a recovery.
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
	}).Handle)
}
