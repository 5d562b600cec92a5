package lambda

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// invocation is one event on its way through a runtime.
type invocation struct {
	id      string // the request id
	arn     string // as invoked, with its qualifier
	payload []byte
	done    chan Result // takes exactly one, and never blocks
	ended   atomic.Bool // set before done has the result
	probe   bool        // waits for a process to start, and is never delivered
	end     func()      // takes it out of the account's count; more than once is as once
	work    *motion.Work

	// Set when it is delivered.
	process  *process // nil for an attached runtime
	version  string
	began    time.Time
	deadline time.Time
	timer    *time.Timer
}

// Invoked is a finished invocation as the service bills it, from the event to the
// response.
type Invoked struct {
	// Function is the logical id of the function.
	Function string
	MemoryMB int
	Took     time.Duration
}

func newInvocation(arn string, payload []byte) *invocation {
	return &invocation{id: uuid.NewString(), arn: arn, payload: payload, done: make(chan Result, 1)}
}

// answer ends inv.
func (inv *invocation) answer(r Result) {
	inv.end()
	inv.ended.Store(true)
	inv.done <- r
	inv.work.End()
}

// timeOut answers inv as the service does when its time is up, and kills the process,
// which offers no other way to stop it.
func (f *function) timeOut(inv *invocation) {
	message := fmt.Sprintf("Task timed out after %.2f seconds", f.cfg.Timeout.Seconds())
	if f.finish(inv.id, failure("Sandbox.Timedout", inv.id, message)) && inv.process != nil {
		inv.process.kill()
	}
}

// failure is the answer for what happened to a runtime rather than in the
// function: the service names the request in its message.
func failure(errorType, requestID, message string) Result {
	doc, err := json.Marshal(map[string]string{
		"errorType":    errorType,
		"errorMessage": fmt.Sprintf("RequestId: %s Error: %s", requestID, message),
	})
	if err != nil {
		panic(err) // two strings always encode
	}
	return Result{Payload: doc, FunctionError: "Unhandled"}
}
