package lambda

import (
	"context"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

type kind int

const (
	kindProcess kind = iota
	kindInProcess
	kindAttached
)

// function is one function's queue: invocations that wait, and runtimes that
// wait for one. Whatever comes first waits for the other.
type function struct {
	service *Service
	cfg     Function
	kind    kind
	runtime *managed.Runtime // nil for a binary

	mu        sync.Mutex
	binary    fs.FileInfo // what version was computed from
	version   string
	pending   []*invocation
	pollers   []*poller // the last is the one most lately used
	inflight  map[string]*invocation
	processes map[*process]struct{}
	starting  int       // processes that have not asked for an event yet
	returning int       // processes that have answered and not polled since
	running   int       // InProcess invocations under way
	seen      time.Time // when an attached process last called
	closed    bool
	successor *function // what replaced it
}

// poller is a runtime waiting in "next".
type poller struct {
	process *process // nil for an attached one
	give    chan *invocation
}

func newFunction(s *Service, cfg Function) *function {
	return &function{
		service:   s,
		cfg:       cfg,
		inflight:  map[string]*invocation{},
		processes: map[*process]struct{}{},
	}
}

// invoke passes the payload to a waiting runtime, else starts one, else waits for one,
// and returns the result.
func (f *function) invoke(ctx context.Context, arn string, payload []byte) (Result, error) {
	result, err := f.run(ctx, arn, payload)
	// What is invoked by no version and no alias is $LATEST, whatever was
	// published of it.
	if _, qualifier := splitName(arn); qualifier == "" || qualifier == "$LATEST" {
		result.ExecutedVersion = "$LATEST"
	}
	return result, err
}

func (f *function) run(ctx context.Context, arn string, payload []byte) (Result, error) {
	if len(payload) > maxPayload {
		return Result{}, &ServiceError{"RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"}
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	inv := newInvocation(arn, payload)
	var err error
	if inv.end, err = f.service.account.begin(f); err != nil {
		return Result{}, err
	}
	inv.work = f.service.opts.Motion.Begin("function " + f.cfg.Name)
	if f.kind == kindInProcess {
		return f.invokeInProcess(ctx, inv)
	}
	f, err = f.submit(inv)
	if err != nil {
		inv.end()
		inv.work.End()
		return Result{}, err
	}
	wait := time.NewTimer(f.service.opts.QueueWait)
	defer wait.Stop()
	for {
		select {
		case result := <-inv.done:
			return result, nil
		case <-ctx.Done():
			f.withdraw(inv)
			return Result{}, ctx.Err()
		case <-wait.C:
			if f.overdue(inv) {
				return Result{}, throttled(ofAccount)
			}
		}
	}
}

// submit passes inv to a waiting runtime, or queues it and starts another. It returns the
// function that took inv: what replaced f, if anything did.
func (f *function) submit(inv *invocation) (*function, error) {
	f = f.lockNewest()
	defer f.mu.Unlock()
	return f, f.admit(inv)
}

// admit is [function.submit] to f itself. The caller holds f.mu.
func (f *function) admit(inv *invocation) error {
	if f.closed {
		return &ServiceError{"ServiceException", "The stack is closing."}
	}
	if n := len(f.pollers); n > 0 {
		if inv.probe {
			inv.answer(Result{})
			return nil
		}
		p := f.pollers[n-1]
		f.pollers = f.pollers[:n-1]
		f.deliver(inv, p.process)
		p.give <- inv
		return nil
	}
	if f.kind == kindAttached {
		if len(f.inflight) == 0 && time.Since(f.seen) > attachGrace {
			return &ServiceError{"ResourceNotFoundException", "Function not found: " + inv.arn}
		}
		f.pending = append(f.pending, inv)
		return nil
	}
	if f.cfg.Reserved > 0 && len(f.pending)+len(f.inflight) >= f.cfg.Reserved {
		return throttled(ofFunction)
	}
	f.pending = append(f.pending, inv)
	f.grow(f.returning)
	if f.returning > 0 {
		time.AfterFunc(returnTime, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.grow(0)
		})
	}
	return nil
}

// returnTime is how long an invocation counts on a process that has answered and not
// polled since.
const returnTime = 20 * time.Millisecond

// grow starts processes until there is one on its way for each invocation that
// waits beyond those that coming processes will take, or the limit is reached.
// The caller holds f.mu.
func (f *function) grow(coming int) {
	limit := f.service.opts.Concurrency
	if f.cfg.Reserved > 0 {
		limit = f.cfg.Reserved
	}
	for f.starting+coming < len(f.pending) && len(f.processes) < limit && !f.closed {
		f.spawn(f.pending[f.starting+coming])
	}
}

// next waits for an invocation for a runtime. It returns nil when ctx ends.
func (f *function) next(ctx context.Context, p *process) *invocation {
	f.mu.Lock()
	if f.closed || (p != nil && p.gone) {
		f.mu.Unlock()
		return nil
	}
	if f.successor != nil {
		f.mu.Unlock()
		p.kill() // its last invocation has ended
		return nil
	}
	if p == nil {
		f.seen = time.Now()
	} else if !p.ready {
		p.ready = true
		f.starting--
		p.initTimer.Stop()
	}
	if p != nil && p.returning {
		p.returning = false
		f.returning--
	}
	f.endProbes()
	if len(f.pending) > 0 {
		inv := f.pending[0]
		f.pending = f.pending[1:]
		f.deliver(inv, p)
		f.mu.Unlock()
		return inv
	}
	me := &poller{process: p, give: make(chan *invocation, 1)}
	f.pollers = append(f.pollers, me)
	f.mu.Unlock()

	select {
	case inv := <-me.give:
		if p != nil || stays(ctx) {
			return inv
		}
		me.give <- inv
	case <-ctx.Done():
	case <-f.service.ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pollers = slices.DeleteFunc(f.pollers, func(q *poller) bool { return q == me })
	select {
	case inv := <-me.give:
		// Handed over while the runtime went away. A process of ours is dealt
		// with when its exit is seen; an attached one never got it.
		if p == nil {
			f.takeBack(inv)
		}
	default:
	}
	return nil
}

// stays reports whether a waiting runtime is still alive. The death of a process shows a
// moment later: an event that it gets in between would wait for its response until the
// time limit.
func stays(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(seenGone):
		return true
	}
}

// seenGone is how long it takes at most to see that a connection was closed.
const seenGone = 5 * time.Millisecond

// deliver marks inv as running, with its time limit. The caller holds f.mu.
func (f *function) deliver(inv *invocation, p *process) {
	f.inflight[inv.id] = inv
	inv.process = p
	inv.version = f.version
	if p != nil {
		inv.version = p.version
		p.current = inv
	}
	inv.began = time.Now()
	inv.deadline = inv.began.Add(f.cfg.Timeout)
	inv.timer = time.AfterFunc(f.cfg.Timeout, func() { f.timeOut(inv) })
}

// takeBack puts an invocation that its runtime never got first in the queue.
// The caller holds f.mu.
func (f *function) takeBack(inv *invocation) {
	inv.timer.Stop()
	delete(f.inflight, inv.id)
	f.pending = slices.Insert(f.pending, 0, inv)
}

// finish answers inv once and frees its runtime. It reports whether inv was
// under way.
func (f *function) finish(id string, r Result) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.finishLocked(id, r)
}

func (f *function) finishLocked(id string, r Result) bool {
	inv, ok := f.inflight[id]
	if !ok {
		return false
	}
	delete(f.inflight, id)
	inv.timer.Stop()
	if tell := f.service.opts.OnInvoked; tell != nil {
		tell(Invoked{Function: f.cfg.LogicalID, MemoryMB: f.cfg.MemoryMB, Took: time.Since(inv.began)})
	}
	if inv.process != nil {
		inv.process.current = nil
		inv.process.returning = true
		f.returning++
	} else {
		f.seen = time.Now()
	}
	r.ExecutedVersion = inv.version
	inv.answer(r)
	return true
}

// withdraw takes inv out of the queue when it has not been delivered yet.
func (f *function) withdraw(inv *invocation) bool {
	f = f.lockNewest()
	defer f.mu.Unlock()
	i := slices.Index(f.pending, inv)
	if i < 0 {
		return false
	}
	f.pending = slices.Delete(f.pending, i, i+1)
	inv.end()
	inv.work.End()
	return true
}

// overdue withdraws inv when it waits because every process is busy; one that
// waits for a process to start goes on waiting.
func (f *function) overdue(inv *invocation) bool {
	f = f.lockNewest()
	i := slices.Index(f.pending, inv)
	starting := f.starting
	f.mu.Unlock()
	return i >= starting && f.withdraw(inv)
}

// close answers what waits and lets no more in.
func (f *function) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, inv := range f.pending {
		inv.answer(failure("Runtime.ExitError", inv.id, "Runtime exited without providing a reason"))
	}
	f.pending = nil
	if f.kind == kindAttached {
		for id, inv := range f.inflight {
			f.finishLocked(id, failure("Runtime.ExitError", inv.id, "Runtime exited without providing a reason"))
		}
	}
}
