package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// present is the flows and hooks that there are now: flags of the commands that
// try them.
type present struct {
	file, stack, endpoint, binary string
	// guards has hooks beside on_request and the reducers called, too.
	guards bool
	// flows is what the file holds, once it is loaded.
	flows *flow.File
	// running is the binary, once it is.
	running replay.Function
}

func (p *present) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.file, "flows", "flows.yaml", "the `FILE` of flows")
	stackFlag(cmd, &p.stack)
	cmd.Flags().StringVar(&p.binary, "binary", "", "a `FILE`: the hook function's bootstrap, to be run on this machine in place of what is deployed, such as build/HooksFunction/bootstrap")
	cmd.Flags().BoolVar(&p.guards, "with-guards", false, "also call on_approve and on_deny for what on_request decides; the event says that it is a trial")
	endpointFlag(cmd, &p.endpoint)
}

// load reads the file of flows.
func (p *present) load() (err error) {
	p.flows, err = flow.Load(p.file)
	return err
}

// block is a flow as a run of it would keep it.
func (p *present) block(f *flow.Flow) (run.Flow, error) { return f.ForRun(ownHooks(p.stack)) }

// ownHooks names a stack's own hook function by the alias that its runs go by.
func ownHooks(stack string) string { return stack + "-hooks:live" }

// function gives the hook function of a flow; close ends what it started.
func (p *present) function(ctx context.Context, f *flow.Flow) (ask replay.Function, closes func(), err error) {
	switch {
	case p.running != nil:
		return p.running, func() {}, nil
	case p.binary != "":
		p.running, closes, err = binaryFunction(p.binary, p.endpoint)
		return p.running, closes, err
	}
	block, err := p.block(f)
	if err != nil {
		return nil, nil, err
	}
	client, err := lambdaClient(ctx, p.endpoint)
	if err != nil {
		return nil, nil, err
	}
	if is, err := isThere(ctx, client, block.Hooks); err != nil {
		return nil, nil, err
	} else if !is {
		return nil, nil, missingFunction(block.Hooks)
	}
	return lambdaFunction(client, block.Hooks), func() {}, nil
}

// missingFunction names a hook function that is not there.
type missingFunction string

func (m missingFunction) Error() string {
	return string(m) + " can't be asked: there is no such function; is it deployed, and --stack right?"
}

// hookFunction gives a function by the URL that is posted to, or by its name or
// ARN at Lambda.
func hookFunction(ctx context.Context, target, endpoint string) (replay.Function, error) {
	if u, err := url.Parse(target); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		return func(ctx context.Context, document []byte) (replay.Answer, error) { return post(ctx, target, document) }, nil
	}
	client, err := lambdaClient(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	return lambdaFunction(client, target), nil
}

// lambdaFunction gives a function of Lambda, by its name or ARN.
func lambdaFunction(client *lambda.Client, target string) replay.Function {
	return func(ctx context.Context, document []byte) (replay.Answer, error) {
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &target, Payload: document})
		var missing *types.ResourceNotFoundException
		switch {
		case errors.As(err, &missing):
			return replay.Answer{}, missingFunction(target)
		case err != nil:
			return replay.Answer{}, fmt.Errorf("%s can't be asked: %w", target, err)
		}
		return replay.Answer{
			Payload: out.Payload, FunctionError: aws.ToString(out.FunctionError), Version: aws.ToString(out.ExecutedVersion),
		}, nil
	}
}

func post(ctx context.Context, target string, document []byte) (replay.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(document))
	if err != nil {
		return replay.Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return replay.Answer{}, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 7<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		return replay.Answer{FunctionError: res.Status}, nil
	}
	return replay.Answer{Payload: answer}, err
}

// binaryFunction runs a Lambda binary on this machine, over the Lambda Runtime
// API, as the service does.
func binaryFunction(path, endpoint string) (replay.Function, func(), error) {
	const name = "hooks"
	service, err := locallambda.New(locallambda.Options{
		Region: "us-east-1", AccountID: "123456789012", EndpointURL: endpoint, Concurrency: 2 * runtime.NumCPU(), QueueWait: time.Hour,
	})
	if err != nil {
		return nil, nil, err
	}
	closes := func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = service.Close(ctx) // its processes are killed whatever it says
	}
	if path, err = filepath.Abs(path); err == nil {
		err = service.Register(locallambda.Function{Name: name, Aliases: []string{"live"}, Command: path, Timeout: 200 * time.Second, MemoryMB: 256})
	}
	if err != nil {
		closes()
		return nil, nil, usageError{fmt.Errorf("--binary: %w", err)}
	}
	return func(ctx context.Context, document []byte) (replay.Answer, error) {
		out, err := service.Invoke(ctx, name+":live", document)
		return replay.Answer{Payload: out.Payload, FunctionError: out.FunctionError, Version: out.ExecutedVersion}, err
	}, closes, nil
}

// noFlow is the error that a file has no flow of a name.
func noFlow(file, name string) error { return usageError{fmt.Errorf("%s has no flow %q", file, name)} }
