package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// Limits of the service
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const (
	maxPayload  = 6 * 1024 * 1024 // bytes asked, synchronous
	maxResponse = maxPayload + 100
	maxEvent    = 1024 * 1024 // bytes asked, asynchronous
	initTime    = 10 * time.Second
)

// headersWithin bounds how long the headers of a call may take.
const headersWithin = 10 * time.Second

// Options configure a Service.
type Options struct {
	// Region and AccountID are those of ARNs and of the environment.
	Region, AccountID string
	// EndpointURL is AWS_ENDPOINT_URL, to which the functions' AWS SDKs send calls.
	// Empty leaves it unset.
	EndpointURL string
	// Log receives the functions' output, each line after the function's name. nil
	// drops it.
	Log io.Writer
	// Concurrency is the number of processes that a function without reserved
	// concurrency may have. 0 is 20.
	Concurrency int
	// QueueWait is how long an invocation waits for a process if all are busy, before
	// it fails with TooManyRequestsException. A region has more processors than this
	// machine: AWS would start more instances instead. A function with reserved
	// concurrency never waits. 0 is 10 s.
	QueueWait time.Duration
	// AccountConcurrency is the number of invocations that may run at once in the
	// account; more are throttled. 0 is no limit. A new account has 10
	// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
	AccountConcurrency int
	// OnInvoked receives each invocation of a process after it ends; nil receives none.
	// It must not block.
	OnInvoked func(Invoked)
	// OwnPrefix begins the names of the stack's functions. An attached function is also
	// found under its name with this prefix, for callers that prepend the stack's name.
	// Empty is no prefix.
	OwnPrefix string
	// SendFailed sends a failed event to the destination of its function, and reports
	// whether that exists; nil serves no destinations.
	SendFailed func(destination, record string) bool
	// OnLine receives each line that a process prints, with its log group and log
	// stream; nil receives none.
	OnLine func(group, stream, line string)
	// Clock times the pauses between attempts of asynchronous invocations; nil is the
	// real clock. A function's time limit always uses real time, as its process does.
	Clock clockwork.Clock
	// Motion records invocations; nil records nothing. An InProcess function finds its
	// work in its context.
	Motion *motion.Motion
	// Environ is the developer's environment, from which a function inherits PATH,
	// TMPDIR and the variables with EnvironPrefix, and nothing else. nil is
	// os.Environ().
	Environ []string
	// EnvironPrefix begins the variables of Environ that functions inherit, such as
	// secrets. Empty is none.
	EnvironPrefix string
}

// Service is this machine's Lambda. Its zero value is not usable; see New.
type Service struct {
	opts     Options
	log      *logSink
	starter  *starter
	listener net.Listener
	server   *http.Server
	ctx      context.Context
	cancel   context.CancelFunc
	async    sync.WaitGroup
	account  account

	mu        sync.Mutex
	functions map[string]*function
	processes map[string]*process
	callers   map[string]string // logical ids of functions, by the access keys of their processes
	ports     []*http.Server
	closed    bool
}

var _ AsyncInvoker = (*Service)(nil)

// New opens the Runtime API on a loopback port of its own. Close ends it and
// every process it started.
func New(opts Options) (*Service, error) {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	if opts.Concurrency <= 0 {
		opts.Concurrency = 20
	}
	if opts.QueueWait <= 0 {
		opts.QueueWait = 10 * time.Second
	}
	if opts.Clock == nil {
		opts.Clock = clockwork.NewRealClock()
	}
	if opts.Environ == nil {
		opts.Environ = os.Environ()
	}
	l, err := loopback.Listen("127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the Lambda Runtime API: %w", err)
	}
	s := &Service{
		opts:      opts,
		log:       &logSink{w: opts.Log},
		starter:   newStarter(),
		account:   account{limit: opts.AccountConcurrency},
		listener:  l,
		functions: map[string]*function{},
		processes: map[string]*process{},
		callers:   map[string]string{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.server = &http.Server{ReadHeaderTimeout: headersWithin, Handler: loopback.Guard(s.runtimeAPI())}
	go s.server.Serve(l)
	return s, nil
}

// Invoke runs a function once and waits for its response (RequestResponse). If ctx ends
// first, the function keeps running, as at AWS, and its response is dropped.
func (s *Service) Invoke(ctx context.Context, function string, payload []byte) (Result, error) {
	f, arn, err := s.lookup(function, "")
	if err != nil {
		return Result{}, err
	}
	return f.invoke(ctx, arn, payload)
}

// DryRun returns an error unless the function exists, without invoking it (invocation
// type DryRun).
func (s *Service) DryRun(function string) error {
	_, _, err := s.lookup(function, "")
	return err
}

// CallerOf returns the logical id of the function that calls AWS with an access key;
// false for any other caller.
func (s *Service) CallerOf(accessKey string) (logicalID string, is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	logicalID, is = s.callers[accessKey]
	return logicalID, is
}

// Close kills every process, waits for their end, and closes the Runtime API. Running
// invocations fail as crashed.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	functions, processes, ports := s.functions, s.processes, s.ports
	alive := make([]*process, 0, len(processes))
	for _, p := range processes {
		alive = append(alive, p)
	}
	s.mu.Unlock()

	for _, f := range functions {
		f.close()
	}
	// Processes go before the Runtime API does: one that sees it end would say
	// so in the log as a failure.
	for _, p := range alive {
		p.kill()
	}
	s.cancel()
	var errs []error
	for _, p := range alive {
		select {
		case <-p.exited:
		case <-ctx.Done():
			errs = append(errs, fmt.Errorf("function %s: process %d is not gone: %w", p.fn.cfg.Name, p.cmd.Process.Pid, ctx.Err()))
		}
	}
	s.async.Wait()
	for _, srv := range append(ports, s.server) {
		errs = append(errs, srv.Close())
	}
	s.starter.close()
	return errors.Join(errs...)
}
