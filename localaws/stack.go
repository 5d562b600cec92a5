package localaws

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
	"github.com/fasttrack-dev/fasttrack/localaws/sns"
	"github.com/fasttrack-dev/fasttrack/localaws/sqs"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// awsPath is the path under which the AWS services answer.
const awsPath = "/_aws"

// Stack is a running stack. Close it.
type Stack struct {
	// Template is the template as read, with every intrinsic function evaluated.
	Template *template.Stack
	// The services, for tests.
	Lambda        *lambda.Service
	StepFunctions *stepfunctions.Service
	DynamoDB      *dynamodb.Service
	EventBridge   *eventbridge.Service
	SES           *ses.Service
	SNS           *sns.Service
	SQS           *sqs.Service
	KMS           *kms.Service
	Logs          *cloudwatchlogs.Service
	Secrets       wire.Service
	// Motion records what is under way, for tests that move Options.Clock: see
	// [motion.Motion.Idle].
	Motion *motion.Motion

	opts     Options
	started  time.Time
	services map[string]http.Handler // by their names in signatures
	secrets  map[string]string       // texts by ARN
	data     *datafolder.Folder      // nil in memory
	attached []Attached
	notes    []string
	taskRoot string // the folder with Options.TaskFiles; "" without any
	listener net.Listener
	server   *http.Server
}

// Start reads the template and serves it. The error is one line that names what is
// missing or not served.
func Start(ctx context.Context, o Options) (*Stack, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	o.Region = cmp.Or(o.Region, Region)
	if o.Identities == nil {
		o.Identities = new(identities.Set)
	}
	o.StackName = cmp.Or(o.StackName, StackName)
	o.SecretPrefix = cmp.Or(o.SecretPrefix, SecretPrefix)
	s := &Stack{opts: o, started: o.Clock.Now(), Motion: motion.New(o.Clock)}
	if err := s.start(ctx); err != nil {
		// What has started ends; the error that counts is the first.
		_ = s.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	var err error
	if s.listener, err = loopback.Listen(s.opts.Addr); err != nil {
		return err
	}
	if err := s.writeTaskFiles(); err != nil {
		return err
	}
	if err := s.openServices(); err != nil {
		return err
	}
	var defaults map[string]string
	if s.opts.DefaultParameters != nil {
		defaults = s.opts.DefaultParameters(s.URL())
	}
	s.Template, err = template.Load(s.opts.TemplatePath, template.Options{
		Parameters: s.opts.Parameters, Defaults: defaults, ParameterPatterns: s.opts.ParameterPatterns,
		Region: s.opts.Region, AccountID: AccountID, StackName: s.opts.StackName, APIEndpoint: s.URL(),
		FunctionVersion: s.version, SkipUnserved: s.opts.SkipUnserved,
	})
	if err != nil {
		return err
	}
	if err := s.makeKeys(); err != nil {
		return err
	}
	if err := s.makeSecrets(); err != nil {
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
	front := http.Handler(api)
	if s.opts.Front != nil {
		if front, err = s.opts.Front(s, api); err != nil {
			return err
		}
	}
	s.server = &http.Server{Handler: s.route(front), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.server.Serve(s.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintf(s.opts.Log, "localaws: serve: %v\n", err)
		}
	}()
	if s.opts.Check != nil {
		if err := s.opts.Check(ctx, s); err != nil {
			return err
		}
	}
	return s.StepFunctions.Resume()
}

func (s *Stack) openServices() error {
	s.SES = ses.New(s.opts.Log, s.opts.Clock, s.mailEvent)
	s.SNS = sns.New(s.opts.Log)
	s.Logs = cloudwatchlogs.New(s.opts.Clock, s.opts.Region, AccountID)
	var err error
	s.Lambda, err = lambda.New(lambda.Options{
		Region: s.opts.Region, AccountID: AccountID, EndpointURL: s.AWSURL(), Log: s.opts.Log, Clock: s.opts.Clock,
		Motion: s.Motion, OnInvoked: s.opts.OnInvoked, OnLine: s.Logs.Put, AccountConcurrency: s.opts.AccountConcurrency, OwnPrefix: s.opts.StackName + "-", EnvironPrefix: s.opts.SecretPrefix,
		SendFailed: func(to, record string) bool { _, there := s.SQS.Send(to, record); return there },
	})
	if err != nil {
		return err
	}
	table := dynamodb.Options{Clock: s.opts.Clock, Motion: s.Motion, Region: s.opts.Region, AccountID: AccountID}
	executions := stepfunctions.Options{
		Clock: s.opts.Clock, Motion: s.Motion, Invoker: s.Lambda, Region: s.opts.Region, AccountID: AccountID,
		OnStatusChange: s.statusChanged, MayInvoke: s.mayInvoke, OnExpress: s.opts.OnExpress, StartTask: s.opts.StartTask, Log: s.Logs.Put,
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
		made := stepfunctions.Machine{Name: m.Name, Type: m.Type, Definition: m.Definition, RoleARN: m.RoleARN, Logging: loggingOf(m.Logging)}
		if _, err := s.StepFunctions.CreateMachine(made); err != nil {
			return fmt.Errorf("%s: %w", cmp.Or(m.Path, m.LogicalID), err)
		}
	}
	return nil
}

// URL is the address of the HTTP API.
func (s *Stack) URL() string { return "http://" + s.listener.Addr().String() }

// AWSURL is the address of the AWS services, for AWS_ENDPOINT_URL and --endpoint-url.
func (s *Stack) AWSURL() string { return s.URL() + awsPath }

// route sends AWS calls to the services and every other request to the API unchanged.
// A ServeMux would redirect unclean paths, which API Gateway never does.
func (s *Stack) route(api http.Handler) http.Handler {
	aws := loopback.Guard(http.StripPrefix(awsPath, http.HandlerFunc(s.aws)))
	// Pages of the origins that the API allows may call the API, but no AWS service.
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

// Close stops the services and ends every process of a function.
func (s *Stack) Close(ctx context.Context) error {
	var errs []error
	// Executions stop first: one that saw its functions go away would keep that
	// failure in the data folder.
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
