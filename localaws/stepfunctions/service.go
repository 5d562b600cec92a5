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
	// OnStatusChange receives each start and end of an execution, with the
	// detail of EventBridge's "Step Functions Execution Status Change". It may
	// call the service.
	OnStatusChange func(detail StatusChange)
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
	return &Service{
		opts: o, engine: asl.NewEngine(o.Clock, lambdaTasks{o.Invoker, o.MayInvoke}, o.Region),
		machines: map[string]*machine{}, executions: map[string]*asl.Execution{}, order: map[string][]*asl.Execution{},
	}
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

// Wait returns when the execution has ended, or with the context's error.
func (s *Service) Wait(ctx context.Context, executionARN string) error {
	x, err := s.execution(executionARN)
	if err != nil {
		return err
	}
	select {
	case <-x.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
