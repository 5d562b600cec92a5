package asl

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"

	"github.com/jonboulle/clockwork"
)

// maxPayload is what Step Functions carries from state to state, in bytes
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxPayload = 256 << 10

// maxEvents is how many events the history of an execution may have.
const maxEvents = 25000

// Tasks runs the tasks of Task states.
type Tasks interface {
	// Run calls a resource, without a ".waitForTaskToken" suffix, and gives
	// its result as JSON, or how it failed.
	Run(ctx context.Context, resource string, input []byte) ([]byte, *Failure)
	// Describe gives the names that the history has for a resource: its type,
	// such as "lambda", and the action, such as "invoke".
	Describe(resource string) (resourceType, action string)
}

// Engine runs executions and keeps the task tokens that they wait for.
type Engine struct {
	clock  clockwork.Clock
	tasks  Tasks
	region string

	mu     sync.Mutex
	tokens map[string]*waiter
	closed context.Context
	close  context.CancelFunc
}

// NewEngine gives an engine; a nil clock is the real one.
func NewEngine(clock clockwork.Clock, tasks Tasks, region string) *Engine {
	if clock == nil {
		clock = clockwork.NewRealClock()
	}
	closed, cancel := context.WithCancel(context.Background())
	return &Engine{clock: clock, tasks: tasks, region: region, tokens: map[string]*waiter{}, closed: closed, close: cancel}
}

// Close stops all executions where they are.
func (e *Engine) Close() { e.close() }

// The errors of task tokens.
var (
	ErrTaskDoesNotExist = errors.New("the task does not exist any more")
	ErrInvalidToken     = errors.New("not a task token")
)

// waiter is a task that waits for its token.
type waiter struct {
	done      chan taskEnd
	heartbeat chan struct{}
}

type taskEnd struct {
	output  []byte
	failure *Failure
}

// token makes a token and the waiter that it ends.
func (e *Engine) token() (string, *waiter) {
	var b [48]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	token := base64.StdEncoding.EncodeToString(b[:])
	w := &waiter{done: make(chan taskEnd, 1), heartbeat: make(chan struct{}, 1)}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tokens[token] = w
	return token, w
}

func (e *Engine) forget(token string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.tokens, token)
}

// end ends the task of a token; it works once.
func (e *Engine) end(token string, end taskEnd) error {
	if raw, err := base64.StdEncoding.DecodeString(token); err != nil || len(raw) != 48 {
		return ErrInvalidToken
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	w, there := e.tokens[token]
	if !there {
		return ErrTaskDoesNotExist
	}
	delete(e.tokens, token)
	w.done <- end
	return nil
}

// SendTaskSuccess ends the task of a token with its output, which is JSON.
func (e *Engine) SendTaskSuccess(token string, output []byte) error {
	return e.end(token, taskEnd{output: output})
}

// SendTaskFailure fails the task of a token; name and cause may be nil.
func (e *Engine) SendTaskFailure(token string, name, cause *string) error {
	return e.end(token, taskEnd{failure: &Failure{Error: name, Cause: cause}})
}

// SendTaskHeartbeat says that the task of a token still runs.
func (e *Engine) SendTaskHeartbeat(token string) error {
	if raw, err := base64.StdEncoding.DecodeString(token); err != nil || len(raw) != 48 {
		return ErrInvalidToken
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	w, there := e.tokens[token]
	if !there {
		return ErrTaskDoesNotExist
	}
	select {
	case w.heartbeat <- struct{}{}:
	default: // one is on its way
	}
	return nil
}
