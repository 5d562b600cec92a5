package asl

import (
	"context"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// maxPayload is what Step Functions carries from state to state, in bytes
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxPayload = 256 << 10

// maxEvents is how many events the history of a Standard execution may have.
const maxEvents = 25000

// Tasks runs the tasks of Task states.
type Tasks interface {
	// Run calls a resource, without a ".waitForTaskToken" suffix, and returns its
	// result as JSON, or its failure. A result after the state has timed out or the
	// execution has ended is dropped. ctx ends only when the engine is closed, since AWS
	// doesn't cancel a call either. role is that of the state's Credentials, or "".
	Run(ctx context.Context, resource, role string, input []byte) ([]byte, *Failure)
	// Check returns what is wrong with the input that a resource is about to be
	// called with, "" if nothing is. The state then fails with States.Runtime,
	// and the resource is not called.
	Check(resource string, input []byte) (wrong string)
	// Describe returns the names of a resource in the history: its type,
	// such as "lambda", and the action, such as "invoke". An empty action is
	// for a function called by its own ARN, which has events of its own.
	Describe(resource string) (resourceType, action string)
}

// Engine runs executions and keeps the task tokens that they wait for.
type Engine struct {
	// Motion records what executions do; nil records nothing. Set it before the first.
	Motion *motion.Motion

	clock  clockwork.Clock
	tasks  Tasks
	region string
	closed context.Context
	close  context.CancelFunc

	mu      sync.Mutex
	waiters map[string]*waiter
}

// NewEngine returns an engine; a nil clock is the real one.
func NewEngine(clock clockwork.Clock, tasks Tasks, region string) *Engine {
	if clock == nil {
		clock = clockwork.NewRealClock()
	}
	closed, cancel := context.WithCancel(context.Background())
	return &Engine{clock: clock, tasks: tasks, region: region, closed: closed, close: cancel, waiters: map[string]*waiter{}}
}

// Close stops all executions where they are, so that another engine can resume them.
func (e *Engine) Close() { e.close() }

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
