package apply

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/bus"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	key := os.Getenv("RULES_KEY")
	lambda.Start(New(Deps{
		Table:    store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Bus:      bus.New(eventbridge.NewFromConfig(cfg), os.Getenv("BUS_NAME")),
		Sign:     signed.By(cfg, key),
		Key:      signed.KeptPublicKey(cfg, key),
		Deployed: func() (*flow.File, error) { return pushed.Deployed(os.Getenv) },
		Parse:    func(name string, raw []byte) (*flow.File, error) { return pushed.Parse(os.Getenv, name, raw) },
		Release:  release.Version(),
	}).Handle)
}
