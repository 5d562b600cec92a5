package request

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/sealed"
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
	slack := httpapi.NewSlack(os.Getenv, flows.Directory, table)
	if slack != nil {
		slack.LinksFirst = true
	}
	lambda.Start(New(Deps{
		Slack: slack, Accounts: table, LinkNotifier: NewLinkNotifier(cfg, os.Getenv("NOTIFY_FUNCTION")),
		Flows: flows, Identify: identify, HooksFunction: os.Getenv("HOOKS_FUNCTION"), BasePath: os.Getenv("API_BASE_PATH"),
		Store: table, Hooks: NewHooks(cfg), Waiters: table.Waiters(MaxWaiting(os.Getenv("MAX_WAITING"))),
		Executions: executions.New(cfg, os.Getenv("STATE_MACHINE_ARN")), Open: sealed.New(cfg, os.Getenv("OUTPUT_KEY")).Opener(), SigningKey: NewSigningKey(cfg, os.Getenv("DIGEST_KEY")),
	}).Handle)
}
