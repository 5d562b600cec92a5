// Package inprocess runs the functions of the project inside a test: the same
// handlers as their binaries, on a clock that the test advances and with calls
// to AWS that it can watch, fail, or have a function die at.
package inprocess

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/functions/grant/grant"
	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/bus"
	"github.com/fasttrack-dev/fasttrack/internal/executions"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/sealed"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// Options says how the functions are made.
type Options struct {
	Flows *flow.File
	Hooks hook.Flows
	// Now is what the functions take for the time.
	Now func() time.Time
	// DynamoDB changes the client of the table, such as to watch its calls.
	DynamoDB func(*dynamodb.Options)
	// Strategies grant access; none by default.
	Strategies strategy.Set
	// Fault decides what happens to each call of a function to AWS, and to the
	// strategy; nil leaves all alone.
	Fault func(Call) Fault
	// Slack has functions/slack and functions/notify serve the workspace of this machine,
	// for [local.StartWithSlack].
	Slack bool
	// Log takes what the functions log; nil drops it.
	Log *slog.Logger
}

// Functions are the functions of one stack. Start it with them, then Bind.
type Functions struct {
	opts   Options
	stack  *localaws.Stack
	once   sync.Once
	made   map[string]any
	faults *faults
}

// New returns functions that are not bound to a stack yet.
func New(o Options) *Functions {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Functions{opts: o, faults: &faults{decide: o.Fault, counts: map[Call]int{}}}
}

// Bind says which stack the functions are part of.
func (f *Functions) Bind(s *localaws.Stack) { f.stack = s }

// names are the functions of the template.
var names = []string{
	"RequestFunction", "ApproveFunction", "SlackFunction", "RecordFunction", "HooksFunction", "GrantFunction", "ReconcileFunction",
	"NotifyFunction", "GrantDemoFunction",
}

// Replacements are for localaws.Options.Functions.
func (f *Functions) Replacements() map[string]locallambda.InProcess {
	out := map[string]locallambda.InProcess{}
	for _, name := range names {
		out[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
			f.once.Do(f.make)
			return f.invoke(ctx, name, payload)
		}
	}
	return out
}

// invoke runs a handler until it answers, or a fault ends it.
func (f *Functions) invoke(ctx context.Context, name string, payload []byte) ([]byte, error) {
	function, there := f.made[name]
	if !there {
		return []byte("null"), nil
	}
	// A handler encodes all of its responses into one buffer: Lambda calls it for one event
	// at a time. So each invocation has its own.
	handler := lambda.NewHandler(function)
	l := &life{dead: make(chan struct{})}
	type answered struct {
		payload []byte
		err     error
	}
	done := make(chan answered, 1)
	go func() {
		payload, err := handler.Invoke(context.WithValue(ctx, lifeKey{}, l), payload)
		done <- answered{payload, err}
	}()
	select {
	case a := <-done:
		return a.payload, a.err
	case <-l.dead:
		return nil, messages.InvokeResponse_Error{Type: "Runtime.ExitError", Message: "RequestId: x Error: Runtime exited with error: signal: killed"}
	}
}

// pause is what functions/approve does between two reads of a run: it looks again when
// somebody else has moved.
func pause(ctx context.Context, d time.Duration) { motion.FromContext(ctx).Watch(ctx, d) }

// make makes the handlers as the functions' mains do, with the environment that
// the template names them.
func (f *Functions) make() {
	env := map[string]map[string]string{}
	for _, fn := range f.stack.Template.Functions {
		env[fn.LogicalID] = fn.Environment
	}
	config := func(name string) aws.Config {
		return aws.Config{
			Region: localaws.Region, BaseEndpoint: aws.String(f.stack.AWSURL()), HTTPClient: transport{f.faults, name},
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			Retryer: func() aws.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 5, 20*time.Millisecond })
			},
		}
	}
	table := func(name string) *store.Store {
		var options []func(*dynamodb.Options)
		if f.opts.DynamoDB != nil {
			options = append(options, f.opts.DynamoDB)
		}
		return store.New(dynamodb.NewFromConfig(config(name), options...), env["RecordFunction"]["TABLE_NAME"])
	}
	identify := func(name string) httpapi.Identifier {
		get := func(key string) string { return env[name][key] }
		id, err := httpapi.NewIdentifier(httpapi.ConfigFromEnv(get), f.opts.Flows.Directory, httpapi.Roles{})
		if err != nil {
			panic(fmt.Sprintf("inprocess: %v", err))
		}
		return id
	}
	people := f.identifySlack(env["RequestFunction"], table("RequestFunction"))
	if people != nil {
		people.LinksFirst = true
	}
	requests := request.New(request.Deps{
		Slack: people, Accounts: table("RequestFunction"),
		Flows: f.opts.Flows, Identify: identify("RequestFunction"), Store: table("RequestFunction"), Now: f.opts.Now, Log: f.opts.Log,
		Executions:    executions.New(config("RequestFunction"), env["RequestFunction"]["STATE_MACHINE_ARN"]),
		Hooks:         request.NewHooks(config("RequestFunction")),
		HooksFunction: env["RequestFunction"]["HOOKS_FUNCTION"], Open: sealed.New(config("RequestFunction"), env["RequestFunction"]["OUTPUT_KEY"]).Opener(),
	})
	requests.Log = f.opts.Log
	acts := approve.New(approve.Deps{
		Identify: identify("ApproveFunction"), Flows: f.opts.Flows, Today: f.opts.Flows.Today(), Store: table("ApproveFunction"), Now: f.opts.Now,
		StepFunctions: sfn.NewFromConfig(config("ApproveFunction")), Pause: pause,
		Slack: f.identifySlack(env["ApproveFunction"], table("ApproveFunction")), SlackActs: table("ApproveFunction"),
	})
	acts.Log = f.opts.Log
	record := record.New(record.Deps{
		Store: table("RecordFunction"), Today: f.opts.Flows.Today, Now: f.opts.Now, Log: f.opts.Log,
		Bus:           bus.New(eventbridge.NewFromConfig(config("RecordFunction")), env["RecordFunction"]["BUS_NAME"]),
		Waker:         record.NewWaker(sfn.NewFromConfig(config("RecordFunction"))),
		HooksFunction: env["RecordFunction"]["HOOKS_FUNCTION"], Serves: record.AliasServes(config("RecordFunction"), env["RecordFunction"]["HOOKS_FUNCTION"]),
	})
	strategies := strategy.Set{}
	for name, s := range f.opts.Strategies {
		strategies[name] = faulty{s, f.faults}
		if blind, is := s.(strategy.Blind); is {
			strategies[name] = faultyBlind{faulty{s, f.faults}, blind}
		}
	}
	grant := grant.New(grant.Deps{
		Store: table("GrantFunction"), Strategies: strategies, Now: f.opts.Now, Log: f.opts.Log,
		Seal: sealed.New(config("GrantFunction"), env["GrantFunction"]["OUTPUT_KEY"]).Sealer(),
	})
	functions := lambdasdk.NewFromConfig(config("ReconcileFunction"), func(o *lambdasdk.Options) { o.RetryMaxAttempts = 1 })
	reconcile := reconcile.New(reconcile.Deps{
		Table: table("ReconcileFunction"), Executions: reconcile.NewExecutions(executions.New(config("ReconcileFunction"), env["ReconcileFunction"]["STATE_MACHINE_ARN"])),
		Record:        reconcile.NewInvoke[step.RecordRequest](functions, env["ReconcileFunction"]["RECORD_FUNCTION"]),
		Grant:         reconcile.NewInvoke[step.GrantRequest](functions, env["ReconcileFunction"]["GRANT_FUNCTION"]),
		HooksFunction: env["ReconcileFunction"]["HOOKS_FUNCTION"], Now: f.opts.Now, Log: f.opts.Log,
	})
	answer := func(ctx context.Context, asked json.RawMessage) (json.RawMessage, error) {
		return f.opts.Hooks.Respond(ctx, asked)
	}
	f.made = map[string]any{
		"RequestFunction": requests.Handle, "ApproveFunction": acts.Handle, "RecordFunction": record.Handle,
		"HooksFunction": answer, "GrantFunction": grant.Handle, "ReconcileFunction": reconcile.Handle,
	}
	if f.opts.Slack {
		app, notifies := f.makeSlack(env, config, table("NotifyFunction"))
		f.made["SlackFunction"], f.made["NotifyFunction"] = app.Handle, notifies.Handle
	}
}

// faulty is a strategy whose calls meet faults as those to AWS do.
type faulty struct {
	strategy.Strategy
	faults *faults
}

func (s faulty) Give(ctx context.Context, a strategy.Access, l strategy.Ledger) (given strategy.Given, err error) {
	err = s.meet(ctx, "strategy.Give", func() error { given, err = s.Strategy.Give(ctx, a, l); return err })
	return given, err
}

func (s faulty) Take(ctx context.Context, a strategy.Access, l strategy.Ledger) (gone strategy.Gone, err error) {
	err = s.meet(ctx, "strategy.Take", func() error { gone, err = s.Strategy.Take(ctx, a, l); return err })
	return gone, err
}

func (s faulty) Has(ctx context.Context, a strategy.Access) (there bool, err error) {
	err = s.meet(ctx, "strategy.Has", func() error { there, err = s.Strategy.Has(ctx, a); return err })
	return there, err
}

// faultyBlind is the same for a strategy that is read before it grants.
type faultyBlind struct {
	faulty
	blind strategy.Blind
}

func (s faultyBlind) Look(ctx context.Context, a strategy.Access) (there bool, err error) {
	err = s.meet(ctx, "strategy.Look", func() error { there, err = s.blind.Look(ctx, a); return err })
	return there, err
}

func (s faulty) meet(ctx context.Context, operation string, do func() error) error {
	fault := s.faults.next("GrantFunction", operation)
	switch fault {
	case KillBefore:
		s.faults.die(ctx)
	case Throttle, Fail:
		return errors.New("the strategy was throttled")
	}
	err := do()
	switch fault {
	case KillAfter:
		s.faults.die(ctx)
	case Drop:
		return errors.New("the connection was closed")
	}
	return err
}
