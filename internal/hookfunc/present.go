package hookfunc

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Present finds the hook functions of flows as they are now: deployed in a stack,
// or one binary for all. Start starts the binary, and Stop ends it.
type Present struct {
	Stack string
	// Binary is the path of a binary to run in place of what is deployed, "" for
	// none.
	Binary string
	// Package is run in place of Binary, which then is its name; nil for none.
	Package *Package
	// Endpoint is where the binary finds AWS.
	Endpoint string
	// Client invokes deployed functions. It is called only for those.
	Client func(ctx context.Context) (*lambda.Client, error)

	running replay.Function
	stop    func()
}

// Deployed returns p without the binary.
func (p *Present) Deployed() *Present {
	return &Present{Stack: p.Stack, Endpoint: p.Endpoint, Client: p.Client}
}

// Block returns a flow as its runs keep it.
func (p *Present) Block(f *flow.Flow) (run.Flow, error) { return f.ForRun(Own(p.Stack)) }

// Start starts the package or the binary, where one is named.
func (p *Present) Start(ctx context.Context) (err error) {
	if p.Package != nil {
		p.running, p.stop, err = p.Package.Run(ctx, p.Endpoint)
	} else if p.Binary != "" {
		p.running, p.stop, err = Binary(p.Binary, p.Endpoint)
	}
	return err
}

// Of returns the hook function of a flow. The error is [replay.Missing] if it is not
// deployed.
func (p *Present) Of(ctx context.Context, f *flow.Flow) (replay.Function, error) {
	if p.running != nil {
		return p.running, nil
	}
	block, err := p.Block(f)
	if err != nil {
		return nil, err
	}
	client, err := p.Client(ctx)
	if err != nil {
		return nil, err
	}
	if exists, err := Exists(ctx, client, block.Hooks); err != nil {
		return nil, err
	} else if !exists {
		return nil, replay.Missing(block.Hooks)
	}
	return Lambda(client, block.Hooks), nil
}

// Name returns the name of the hook function of a run's flow: the path of the
// binary, or the deployed name.
func (p *Present) Name(block run.Flow) string {
	if p.Binary != "" {
		return p.Binary
	}
	return block.Hooks
}

// Stop ends the binary, if it runs.
func (p *Present) Stop() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}
