// Package localaws is this machine's AWS for fasttrack: one process that reads the
// template that deploys, and serves the API, the functions, the state machine,
// the table and the event bus that it describes.
package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/cloudwatchlogs"
	"github.com/fasttrack-dev/fasttrack/localaws/datafolder"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/eventbridge"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
	"github.com/fasttrack-dev/fasttrack/localaws/kms"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
	"github.com/fasttrack-dev/fasttrack/localaws/sns"
	"github.com/fasttrack-dev/fasttrack/localaws/sqs"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// What this machine calls itself.
const (
	Region    = "us-east-1"
	AccountID = "123456789012"
	StackName = "fasttrack"
)

// awsPath is where the AWS services answer.
const awsPath = "/_aws"

// Options says what a Stack is made of.
type Options struct {
	// TemplatePath is the template.yaml that deploys.
	TemplatePath string
	// BuildDir holds a folder for each function, named by its logical id, with
	// its bootstrap.
	BuildDir string
	// Flows is the flows.yaml that the functions read, as it is at the start; empty
	// is the one in each function's folder of BuildDir.
	Flows string
	// Addr is where it listens, on loopback: host:port, port 0 for any.
	Addr string
	// Parameters override the template's; AuthMode is JWT here.
	Parameters map[string]string
	// Functions replaces functions, by logical id, for tests.
	Functions map[string]lambda.InProcess
	// Attach names functions, each as NAME or NAME=PORT, that processes not
	// started here serve, over a Runtime API with a port of its own.
	Attach []string
	// Region is what the stack believes its region to be, and with it the partition;
	// [Region] if empty.
	Region string
	// Data is the folder that keeps the table, the executions and keys, which then
	// outlive the process however it ends. Empty: they are in memory.
	Data string
	// AccountConcurrency is how many functions run at once in the account, as at
	// AWS; 0 is no limit.
	AccountConcurrency int
	// OnCall is told of each call that a function makes of an AWS service; nil is
	// not told.
	OnCall func(Call)
	// OnInvoked is told of each invocation of a function's process that has ended,
	// and must not wait for anything; nil is not told.
	OnInvoked func(lambda.Invoked)
	// OnCapacity is told what each call of DynamoDB took; nil is not told.
	OnCapacity func(Capacity)
	// Identities are those who may sign calls of the API with AuthMode=IAM; nil are
	// the default ones.
	Identities *identities.Set
	// Clock is what time limits and waits of the state machine go by; nil is
	// the real one.
	Clock clockwork.Clock
	// Log takes what functions print and what goes wrong; nil drops it.
	Log io.Writer
}

// Stack is the running system. Close it.
type Stack struct {
	// Template is what was read.
	Template *template.Stack
	// The services, for tests to look into.
	Lambda        *lambda.Service
	StepFunctions *stepfunctions.Service
	DynamoDB      *dynamodb.Service
	EventBridge   *eventbridge.Service
	SNS           *sns.Service
	SQS           *sqs.Service
	KMS           *kms.Service
	Logs          *cloudwatchlogs.Service

	opts     Options
	started  time.Time
	services map[string]http.Handler // by their names in signatures
	data     *datafolder.Folder      // nil in memory
	attached []Attached
	taskRoot string // where the functions find Options.Flows; "" without
	listener net.Listener
	server   *http.Server
}

// Start reads the template and serves what it describes. The error is one line
// that says what is missing or not understood.
func Start(ctx context.Context, o Options) (*Stack, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Region == "" {
		o.Region = Region
	}
	if o.Identities == nil {
		var err error
		if o.Identities, err = identities.Default(); err != nil {
			return nil, err
		}
	}
	s := &Stack{opts: o, started: o.Clock.Now()}
	if err := s.start(); err != nil {
		// What has started ends; the error that counts is the first.
		_ = s.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

func (s *Stack) start() error {
	var err error
	if s.listener, err = loopback.Listen(s.opts.Addr); err != nil {
		return err
	}
	if err := s.copyFlows(); err != nil {
		return err
	}
	if err := s.openServices(); err != nil {
		return err
	}
	parameters := map[string]string{"AuthMode": "JWT"}
	maps.Copy(parameters, s.opts.Parameters)
	if parameters["AuthMode"] == "JWT" {
		for name, value := range map[string]string{"JwtIssuer": s.URL(), "JwtAudience": "fasttrack"} {
			if _, given := parameters[name]; !given {
				parameters[name] = value
			}
		}
	}
	s.Template, err = template.Load(s.opts.TemplatePath, template.Options{
		Parameters: parameters, Region: s.opts.Region, AccountID: AccountID, StackName: StackName, APIEndpoint: s.URL(),
		FunctionVersion: s.version,
	})
	if err != nil {
		return err
	}
	if err := s.makeKeys(); err != nil {
		return err
	}
	s.makeQueues()
	if err := s.registerFunctions(); err != nil {
		return err
	}
	if err := s.attach(); err != nil {
		return err
	}
	if err := s.createTables(); err != nil {
		return err
	}
	if err := s.createStateMachines(); err != nil {
		return err
	}
	if err := s.openBus(); err != nil {
		return err
	}
	s.serve()
	api, err := s.gateway()
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: s.route(api), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.server.Serve(s.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintf(s.opts.Log, "local: serve: %v\n", err)
		}
	}()
	return s.StepFunctions.Resume()
}

func (s *Stack) openServices() error {
	s.SNS = sns.New(s.opts.Log)
	s.Logs = cloudwatchlogs.New(s.opts.Clock, s.opts.Region, AccountID)
	var err error
	s.Lambda, err = lambda.New(lambda.Options{
		Region: s.opts.Region, AccountID: AccountID, EndpointURL: s.AWSURL(), Log: s.opts.Log, Clock: s.opts.Clock,
		OnInvoked: s.opts.OnInvoked, OnLine: s.Logs.Put, AccountConcurrency: s.opts.AccountConcurrency, OwnPrefix: StackName + "-",
		SendFailed: func(to, record string) bool { _, there := s.SQS.Send(to, record); return there },
	})
	if err != nil {
		return err
	}
	table := dynamodb.Options{Clock: s.opts.Clock, Region: s.opts.Region, AccountID: AccountID}
	executions := stepfunctions.Options{
		Clock: s.opts.Clock, Invoker: s.Lambda, Region: s.opts.Region, AccountID: AccountID,
		OnStatusChange: s.statusChanged, MayInvoke: s.mayInvoke,
	}
	if s.opts.Data == "" {
		s.StepFunctions = stepfunctions.New(executions)
		s.DynamoDB, err = dynamodb.Open(table)
		return err
	}
	if s.data, err = datafolder.Open(s.opts.Data); err != nil {
		return err
	}
	table.Dir = s.data.Path("table")
	if s.DynamoDB, err = dynamodb.Open(table); err != nil {
		return err
	}
	s.StepFunctions, err = stepfunctions.Open(s.data.Path("executions"), executions)
	return err
}

// version tells the version of a function before the template is read whole:
// its name is not known yet, so it is read from its binary.
func (s *Stack) version(logicalID string) (string, error) {
	if _, replaced := s.opts.Functions[logicalID]; replaced {
		return "1", nil
	}
	if err := s.binaryIsThere(logicalID); err != nil {
		return "", err
	}
	dirs := []string{filepath.Join(s.opts.BuildDir, logicalID)}
	if s.taskRoot != "" {
		dirs = append(dirs, s.taskRoot)
	}
	return lambda.PackageVersion(dirs...)
}

func (s *Stack) binaryIsThere(logicalID string) error {
	if _, err := os.Stat(s.bootstrap(logicalID)); err != nil {
		return fmt.Errorf("the binary of %s is missing: %s; `make build` makes it", logicalID, s.bootstrap(logicalID))
	}
	return nil
}

func (s *Stack) bootstrap(logicalID string) string {
	return filepath.Join(s.opts.BuildDir, logicalID, "bootstrap")
}

func (s *Stack) registerFunctions() error {
	for _, f := range s.Template.Functions {
		cfg := lambda.Function{
			Name: f.Name, LogicalID: f.LogicalID, Command: s.bootstrap(f.LogicalID), InProcess: s.opts.Functions[f.LogicalID], TaskRoot: s.taskRoot,
			Environment: f.Environment, Timeout: f.Timeout, MemoryMB: f.MemoryMB, Handler: f.Handler, Reserved: f.Reserved, Role: f.RoleARN, LogGroup: f.LogGroup, OnFailure: f.OnFailure,
		}
		if f.LogGroup != "" {
			s.Logs.Add(f.LogGroup)
		}
		if f.Alias != "" {
			cfg.Aliases = []string{f.Alias}
		}
		if cfg.InProcess == nil {
			if err := s.binaryIsThere(f.LogicalID); err != nil {
				return err
			}
		}
		if err := s.Lambda.Register(cfg); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) createTables() error {
	for _, t := range s.Template.Tables {
		var spec dynamodb.TableSpec
		if err := json.Unmarshal(t.CreateTable, &spec); err != nil {
			return fmt.Errorf("table %s: %w", t.LogicalID, err)
		}
		spec.TableName = t.Name
		if err := s.DynamoDB.CreateTable(spec, t.TTLAttribute); err != nil {
			return fmt.Errorf("table %s: %w", t.LogicalID, err)
		}
	}
	return nil
}

func (s *Stack) createStateMachines() error {
	for _, m := range s.Template.StateMachines {
		if _, err := s.StepFunctions.Create(m.Name, m.Definition, m.RoleARN); err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
	}
	return nil
}

// URL is where the API answers.
func (s *Stack) URL() string { return "http://" + s.listener.Addr().String() }

// AWSURL is where the AWS services answer: an --endpoint-url.
func (s *Stack) AWSURL() string { return s.URL() + awsPath }

// route hands AWS calls to the services and all others to the API, as they came:
// a ServeMux would answer paths that it thinks unclean with a redirect, which
// API Gateway never does.
func (s *Stack) route(api http.Handler) http.Handler {
	aws := loopback.Guard(http.StripPrefix(awsPath, http.HandlerFunc(s.aws)))
	// Pages of the origins that the API allows may call it, and no AWS service.
	var origins []string
	for _, a := range s.Template.APIs {
		if a.CORS != nil {
			origins = append(origins, a.CORS.AllowOrigins...)
		}
	}
	api = loopback.Guard(api, origins...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == awsPath || strings.HasPrefix(r.URL.Path, awsPath+"/") {
			aws.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
}

// Close stops everything; no process of a function is left.
func (s *Stack) Close(ctx context.Context) error {
	var errs []error
	// First, so that no execution sees what it calls go away: one that is kept
	// in a folder would remember.
	if s.StepFunctions != nil {
		s.StepFunctions.Close()
	}
	if s.server != nil {
		errs = append(errs, s.server.Close())
	} else if s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.EventBridge != nil {
		s.EventBridge.Close()
	}
	if s.Lambda != nil {
		errs = append(errs, s.Lambda.Close(ctx))
	}
	if s.DynamoDB != nil {
		errs = append(errs, s.DynamoDB.Close())
	}
	if s.data != nil {
		errs = append(errs, s.data.Close())
	}
	if s.taskRoot != "" {
		errs = append(errs, os.RemoveAll(s.taskRoot))
	}
	return errors.Join(errs...)
}
