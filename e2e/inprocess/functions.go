// Package inprocess runs the functions of the project inside a test: the same
// handlers as their binaries, on a clock that the test advances and with AWS
// calls that it can watch.
package inprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/approve/act"
	"github.com/fasttrack-dev/fasttrack/functions/record/decide"
	"github.com/fasttrack-dev/fasttrack/functions/request/ask"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	locallambda "github.com/fasttrack-dev/fasttrack/internal/local/lambda"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Options says how the functions are made.
type Options struct {
	Flows *flow.File
	Hooks hook.Flows
	// Now is what the functions take for the time.
	Now func() time.Time
	// DynamoDB changes the client of the table, such as to watch its calls.
	DynamoDB func(*dynamodb.Options)
}

// Functions are the functions of one stack. Start it with them, then Bind.
type Functions struct {
	opts  Options
	stack *local.Stack
	once  sync.Once
	made  map[string]lambda.Handler
}

// New gives functions that are not bound to a stack yet.
func New(o Options) *Functions { return &Functions{opts: o} }

// Bind says which stack the functions are part of.
func (f *Functions) Bind(s *local.Stack) { f.stack = s }

// Replacements are for local.Options.Functions.
func (f *Functions) Replacements() map[string]locallambda.InProcess {
	out := map[string]locallambda.InProcess{}
	for _, name := range []string{"RequestFunction", "ApproveFunction", "RecordFunction", "HooksFunction"} {
		out[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
			f.once.Do(f.make)
			return f.made[name].Invoke(ctx, payload)
		}
	}
	return out
}

// make makes the handlers as the functions' mains do, with the environment that
// the template gives them.
func (f *Functions) make() {
	env := map[string]map[string]string{}
	for _, fn := range f.stack.Template.Functions {
		env[fn.LogicalID] = fn.Environment
	}
	cfg := aws.Config{
		Region: local.Region, BaseEndpoint: aws.String(f.stack.AWSURL()),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}
	var options []func(*dynamodb.Options)
	if f.opts.DynamoDB != nil {
		options = append(options, f.opts.DynamoDB)
	}
	table := store.New(dynamodb.NewFromConfig(cfg, options...), env["RecordFunction"]["TABLE_NAME"])
	machines := sfn.NewFromConfig(cfg)
	quiet := slog.New(slog.DiscardHandler)
	identify := func(name string) httpapi.Identifier {
		get := func(key string) string { return env[name][key] }
		id, err := httpapi.NewIdentifier(httpapi.ConfigFromEnv(get), f.opts.Flows.Directory, nil)
		if err != nil {
			panic(fmt.Sprintf("inprocess: %v", err))
		}
		return id
	}
	requests := ask.New(ask.Deps{
		Flows: f.opts.Flows, Identify: identify("RequestFunction"), Store: table, Now: f.opts.Now, Log: quiet,
		Executions:    ask.NewExecutions(machines, env["RequestFunction"]["STATE_MACHINE_ARN"]),
		HooksFunction: env["RequestFunction"]["HOOKS_FUNCTION"],
	})
	requests.Log = quiet
	acts := act.New(act.Deps{Identify: identify("ApproveFunction"), Store: table, StepFunctions: machines, Now: f.opts.Now})
	acts.Log = quiet
	record := decide.New(decide.Deps{
		Store: table, Bus: decide.NewBus(eventbridge.NewFromConfig(cfg), env["RecordFunction"]["BUS_NAME"]), Waker: decide.NewWaker(machines),
		Now: f.opts.Now, Log: quiet, HooksFunction: env["RecordFunction"]["HOOKS_FUNCTION"], HooksVersion: env["RecordFunction"]["HOOKS_VERSION"],
	})
	answer := func(ctx context.Context, asked json.RawMessage) (json.RawMessage, error) {
		return f.opts.Hooks.Answer(ctx, asked)
	}
	f.made = map[string]lambda.Handler{
		"RequestFunction": lambda.NewHandler(requests.Handle), "ApproveFunction": lambda.NewHandler(acts.Handle),
		"RecordFunction": lambda.NewHandler(record.Handle), "HooksFunction": lambda.NewHandler(answer),
	}
}
