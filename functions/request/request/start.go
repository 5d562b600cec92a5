package request

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/sealed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	hooks, waiters, runs := NewHooks(cfg), table.Waiters(MaxWaiting(os.Getenv("MAX_WAITING"))), executions.New(cfg, os.Getenv("STATE_MACHINE_ARN"))
	links, open, key := NewLinkNotifier(cfg, os.Getenv("NOTIFY_FUNCTION")), sealed.New(cfg, os.Getenv("OUTPUT_KEY")).Opener(), NewSigningKey(cfg, os.Getenv("DIGEST_KEY"))
	from := pushed.Options{Getenv: os.Getenv, Config: cfg, Source: table}
	var proposals Proposals
	if from.On() {
		proposals = table
	}
	handle, err := httpapi.Start(from, httpapi.NewRoles(cfg, table), func(r httpapi.Rules) *httpapi.API {
		slack := httpapi.NewSlack(os.Getenv, r.Flows.Directory, table)
		if slack != nil {
			slack.LinksFirst = true
		}
		return New(Deps{
			Slack: slack, Accounts: table, LinkNotifier: links,
			Flows: r.Flows, RulesVersion: r.Version, Identify: r.Identify, HooksFunction: os.Getenv("HOOKS_FUNCTION"), BasePath: os.Getenv("API_BASE_PATH"),
			Store: table, Hooks: hooks, Waiters: waiters, Executions: runs, Open: open, SigningKey: key, Proposals: proposals,
			Parse: func(name string, raw []byte) (*flow.File, error) { return pushed.Parse(os.Getenv, name, raw) },
		})
	})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(handle)
}
