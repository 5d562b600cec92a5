// Package stepfunctions serves the JSON API of AWS Step Functions over the interpreter in
// package asl.
package stepfunctions

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
	"github.com/fasttrack-dev/fasttrack/localaws/partition"
)

// Options configures a Service. Only Invoker is required.
type Options struct {
	// Clock is the real one if nil.
	Clock clockwork.Clock
	// Invoker runs the Lambda functions of Task states.
	Invoker lambda.Invoker
	// MayInvoke reports whether the role of a Task's Credentials may invoke a function;
	// nil allows all.
	MayInvoke func(role, function string) bool
	// Region and AccountID are in every ARN; us-east-1 and 123456789012 if
	// empty.
	Region, AccountID string
	// OnStatusChange receives each start and end of a Standard execution, with the
	// detail of EventBridge's "Step Functions Execution Status Change". It may
	// call the service.
	OnStatusChange func(detail StatusChange)
	// OnExpress receives each execution of an EXPRESS machine that has ended.
	OnExpress func(ExpressExecution)
	// StartTask is called around each start of an execution by a state, which start does;
	// nil is start alone. Tests have the call fail before it, or its answer be lost.
	StartTask func(machineARN, name string, start func() error) error
	// Log writes a line into a log group, as the logging configurations of the machines
	// say; nil drops it.
	Log func(group, stream, message string)
	// HasGroup reports whether a log group exists; nil has all.
	HasGroup func(group string) bool
	// Motion records what executions do; nil records nothing.
	Motion *motion.Motion
}

// Service holds state machines and their executions, in memory; from Open,
// executions in a folder as well.
type Service struct {
	opts   Options
	engine *asl.Engine
	folder *folder // nil in memory

	mu         sync.RWMutex
	machines   map[string]*machine
	executions map[string]*asl.Execution
	// order are the executions of each machine, oldest first.
	order map[string][]*asl.Execution
	// left are those that Resume has go on.
	left []*asl.Execution
	// express are the executions of EXPRESS machines that run.
	express map[string]*asl.Execution

	// logging has the Logging of each machine by its ARN, beside mu: an execution writes
	// its first line while mu is held.
	logging sync.Map
}

// New returns a service without state machines. Close stops its executions.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.AccountID == "" {
		o.AccountID = "123456789012"
	}
	s := &Service{
		opts: o, machines: map[string]*machine{}, executions: map[string]*asl.Execution{}, order: map[string][]*asl.Execution{},
		express: map[string]*asl.Execution{},
	}
	s.engine = asl.NewEngine(o.Clock, tasks{lambdaTasks{o.Invoker, o.MayInvoke}, s.startByTask}, o.Region)
	s.engine.Motion = o.Motion
	return s
}

// Close stops all executions where they are.
func (s *Service) Close() {
	s.engine.Close()
	if s.folder != nil {
		_ = s.folder.journal.Close() // all that counts is with the kernel
	}
}

func (s *Service) arn(kind string, parts ...string) string {
	return fmt.Sprintf("arn:%s:states:%s:%s:%s:%s", partition.Of(s.opts.Region), s.opts.Region, s.opts.AccountID, kind, strings.Join(parts, ":"))
}

// Wait returns when the execution has ended, or with the context's error. One of an
// EXPRESS machine that the service does not know has ended.
func (s *Service) Wait(ctx context.Context, executionARN string) error {
	s.mu.RLock()
	x := s.express[executionARN]
	s.mu.RUnlock()
	if x == nil && strings.Contains(executionARN, ":express:") {
		return nil
	}
	if x == nil {
		var err error
		if x, err = s.execution(executionARN); err != nil {
			return err
		}
	}
	select {
	case <-x.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
