package record

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/bus"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	table := store.NewFromConfig(cfg, os.Getenv("TABLE_NAME"))
	deps := Deps{
		Store:         table,
		Bus:           bus.New(eventbridge.NewFromConfig(cfg), os.Getenv("BUS_NAME")),
		Waker:         NewWaker(sfn.NewFromConfig(cfg)),
		HooksFunction: os.Getenv("HOOKS_FUNCTION"),
		Serves:        AliasServes(cfg, os.Getenv("HOOKS_FUNCTION")),
		Lacks:         destination.LacksOf(os.Getenv),
		Namespace:     os.Getenv("METRICS_NAMESPACE"),
	}
	handle, err := serve(deps, pushed.Options{Getenv: os.Getenv, Config: cfg, Source: table})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(handle)
}

// serve returns the handler of the rules that the function has: the deployed file or, in a
// deployment that takes pushed rules, the present version. Each step is decided by one
// version. While none could be read yet, a step is retried: it must not be decided by
// whom an older file names.
func serve(d Deps, o pushed.Options) (func(context.Context, step.RecordRequest) (any, error), error) {
	present, err := pushed.Present(o, func() (*Handler, error) {
		deployed := d
		deployed.Today = flow.ReadToday(flow.Beside(o.Getenv), log.Print)
		return New(deployed), nil
	}, func(flows *flow.File, _ int) (*Handler, error) {
		today, pushed := flows.Today(), d
		pushed.Today = func() *run.Today { return today }
		return New(pushed), nil
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, req step.RecordRequest) (any, error) {
		h, err := present(ctx)
		if err != nil {
			return nil, step.Unavailable("read the rules: " + err.Error())
		}
		return h.Handle(ctx, req)
	}, nil
}
