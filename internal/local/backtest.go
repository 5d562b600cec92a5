package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/backtestpage"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// hookFunction is the logical id of the stack's own hook function.
const hookFunction = "HooksFunction"

// tester runs backtests of a stack on this machine: with the flows and the hook function
// as they are on disk now, which the stack serves only after the next start.
type tester struct {
	stack *localaws.Stack
	o     localaws.Options
	flows source
}

// backtests returns the page that runs backtests of a stack until ctx ends.
func backtests(ctx context.Context, s *localaws.Stack, o localaws.Options, flows source) console.Extra {
	t := tester{s, o, flows}
	hooks := "those that this machine serves"
	if binary := t.binary(); binary != "" {
		hooks = binary + " as it is now, so that a rule is tried before it is served; functions of your own as this machine serves them"
	}
	return backtestpage.New(backtestpage.Options{
		Flows: func() ([]string, error) {
			file, err := t.file()
			if err != nil {
				return nil, err
			}
			var names []string
			for _, f := range file.Flows {
				names = append(names, f.Name)
			}
			return names, nil
		},
		Run: t.run, Context: ctx,
		Source: "the table of this machine", Hooks: hooks,
		Rights: "those of the program, whoever you are here. At AWS a backtest needs the rights of an operator",
	})
}

// file reads the file of flows as it is now.
func (t tester) file() (*flow.File, error) {
	content, err := t.flows.read()
	if err != nil {
		return nil, err
	}
	file, err := flow.Parse(t.flows.name(), content)
	if err != nil {
		return nil, err
	}
	return file.At(t.stack.Template.Parameters[StageParameter])
}

// binary returns the path of the hook function's binary; it is empty if the function
// runs elsewhere.
func (t tester) binary() string {
	if t.flows.live != nil {
		return "" // what is served is what is on disk
	}
	if t.o.Functions[hookFunction] != nil || len(t.stack.Attached()) > 0 && t.isAttached() {
		return ""
	}
	path := filepath.Join(t.o.BuildDir, hookFunction, "bootstrap")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// isAttached reports whether a process of the user's serves the hook function.
func (t tester) isAttached() bool {
	for _, a := range t.stack.Attached() {
		if a.Name == t.o.StackName+"-hooks" {
			return true
		}
	}
	return false
}

// run runs a backtest.
func (t tester) run(ctx context.Context, w backtestpage.Wanted, p backtest.Progress) (backtest.Report, error) {
	file, err := t.file()
	if err != nil {
		return backtest.Report{}, err
	}
	cfg := t.config()
	present := &hookfunc.Present{
		Stack: t.o.StackName, Binary: t.binary(), Endpoint: t.stack.AWSURL(),
		Client: func(context.Context) (*lambda.Client, error) { return lambda.NewFromConfig(cfg), nil },
	}
	if err := present.Start(ctx); err != nil {
		return backtest.Report{}, err
	}
	defer present.Stop()
	records := store.New(dynamodb.NewFromConfig(cfg), t.table())
	return backtest.Run(ctx, backtest.Options{
		Each: func(ctx context.Context, f func(export.Run) error) error {
			return records.Each(ctx, w.Period.From, w.Period.To, func(r store.Record) error { return f(export.Of(r.Run, json.RawMessage(r.Context))) })
		},
		Period: w.Period, Source: "the table of this machine", FlowNames: w.Flows, Flows: file, FlowsFile: t.flows.name(),
		Hooks: localHooks{present, present.Deployed()}, Guards: w.Guards, Workers: 4, Max: backtestpage.MaxRequests, Progress: p,
	})
}

func (t tester) config() aws.Config {
	endpoint, region := t.stack.AWSURL(), t.o.Region
	if region == "" {
		region = localaws.Region
	}
	return aws.Config{Region: region, BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
}

// table returns the name of the stack's table of requests.
func (t tester) table() string {
	for _, table := range t.stack.Template.Tables {
		if table.LogicalID == "Table" {
			return table.Name
		}
	}
	return ""
}

// localHooks calls the binary for the flows of the stack's own hook function, and what
// the stack serves for the others.
type localHooks struct {
	*hookfunc.Present
	served *hookfunc.Present
}

// Of returns the hook function of a flow.
func (h localHooks) Of(ctx context.Context, f *flow.Flow) (replay.Function, error) {
	if f.Hooks == flow.OwnHooks || f.Hooks == flow.NoHooks {
		return h.Present.Of(ctx, f)
	}
	return h.served.Of(ctx, f)
}

// Name returns the name of the hook function of a run's flow.
func (h localHooks) Name(block run.Flow) string {
	if block.Hooks == hookfunc.Own(h.Stack) {
		return h.Present.Name(block)
	}
	return h.served.Name(block)
}

// source is where the file of flows is.
type source struct {
	// path is empty if all is in content.
	path    string
	content []byte
	live    *Live // nil if the file stays as it was at the start
}

func (s source) name() string {
	if s.live != nil {
		return s.live.Name
	}
	if s.path == "" {
		return FlowsFile
	}
	return s.path
}

// read returns the file as it is now.
func (s source) read() ([]byte, error) {
	if s.live != nil {
		return s.live.Flows(), nil
	}
	if s.path == "" {
		if s.content == nil {
			return nil, errors.New("no file of flows")
		}
		return s.content, nil
	}
	content, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	return content, nil
}
