package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// present has the flags of the commands that try the flows and hooks of today.
type present struct {
	hookfunc.Present
	file, stage string
	// guards has hooks beside on_request and the reducers called, too.
	guards bool
	// flows is the content of the file, once loaded.
	flows *flow.File
}

func (p *present) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.file, "flows", "flows.yaml", "the `FILE` of flows")
	stageFlag(cmd, &p.stage, "")
	stackFlag(cmd, &p.Stack)
	cmd.Flags().StringVar(&p.Binary, "binary", "", "the `FILE` of a hook function to run on this machine, instead of the deployed one, such as build/HooksFunction/bootstrap, or the folder of its code in a repository of your own, such as hooks/")
	cmd.Flags().BoolVar(&p.guards, "with-guards", false, "also call on_approve and on_deny for what on_request decides; the event says that it is a trial")
	endpointFlag(cmd, &p.Endpoint)
	p.Client = p.client()
}

// client returns what makes a client of Lambda, at the endpoint that the flags name.
func (p *present) client() func(context.Context) (*lambda.Client, error) {
	return func(ctx context.Context) (*lambda.Client, error) { return lambdaClient(ctx, p.Endpoint) }
}

// load reads the file of flows, and starts the binary of --binary. [present.Stop]
// ends it.
func (p *present) load(ctx context.Context) (err error) {
	if p.flows, err = loadAt(p.file, p.stage); err != nil {
		return err
	}
	if isCode(p.Binary) {
		code, err := stagedAt(ctx, p.Binary)
		if err != nil {
			return err
		}
		p.Package = &code.Package
		return code.explain(p.Start(ctx))
	}
	if err := p.Start(ctx); err != nil {
		return usageError{fmt.Errorf("--binary: %w", err)}
	}
	return nil
}

// find returns the flow of a name.
func (p *present) find(name string) (*flow.Flow, error) {
	f, known := p.flows.Find(name)
	if !known {
		return nil, noFlow(p.file, name)
	}
	return f, nil
}

// noFlow is the error that a file has no flow of a name.
func noFlow(file, name string) error { return usageError{fmt.Errorf("%s has no flow %q", file, name)} }

// loadFlows reads a file of flows. Its mistakes are no error.
func loadFlows(path string) (*flow.File, []flow.Error, error) {
	file, err := flow.Load(path)
	var mistakes *flow.Errors
	if errors.As(err, &mistakes) {
		return nil, mistakes.List, nil
	}
	return file, nil, err
}

// hookFunction returns a function by the URL that is posted to, by the folder of its code,
// or by its name or ARN at Lambda. stop ends what runs on this machine.
func hookFunction(ctx context.Context, target, endpoint string) (call replay.Function, stop func(), err error) {
	stop = func() {}
	switch {
	case hookfunc.IsURL(target):
		return hookfunc.URL(target), stop, nil
	case isCode(target):
		code, err := stagedAt(ctx, target)
		if err != nil {
			return nil, stop, err
		}
		return code.run(ctx, cmp.Or(endpoint, nowhere))
	}
	client, err := lambdaClient(ctx, endpoint)
	if err != nil {
		return nil, stop, err
	}
	return hookfunc.Lambda(client, target), stop, nil
}

// binaryFunction runs the binary of --binary.
func binaryFunction(path, endpoint string) (replay.Function, func(), error) {
	call, stop, err := hookfunc.Binary(path, endpoint)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--binary: %w", err)}
	}
	return call, stop, nil
}
