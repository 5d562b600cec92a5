package lambda

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// process is one child: one execution environment of a function.
type process struct {
	id      string // unguessable; the path of its own Runtime API
	fn      *function
	version string
	cmd     *exec.Cmd
	output  *lineWriter
	cause   *invocation // what it was started for
	exited  chan struct{}
	killing sync.Once
	doomed  bool // killed, perhaps before it has started; guarded by the service's mu

	// Guarded by fn.mu.
	ready     bool // has asked for an event
	returning bool // has answered and not polled since
	gone      bool
	current   *invocation
	initError []byte // the error document it reported before it was ready
	initTimer *time.Timer
}

// spawn starts a process for the invocation that waits. The caller holds f.mu;
// the start itself happens beside it.
func (f *function) spawn(cause *invocation) {
	p := &process{
		id:     strings.ReplaceAll(uuid.NewString(), "-", ""),
		fn:     f,
		cause:  cause,
		exited: make(chan struct{}),
	}
	f.starting++
	f.processes[p] = struct{}{}
	// Lambda allows 10 s for init; time beyond counts as the function's.
	p.initTimer = time.AfterFunc(initTime+f.cfg.Timeout, p.timeOutInit)
	go p.run()
}

func (p *process) timeOutInit() {
	message := fmt.Sprintf("Task timed out after %.2f seconds", p.fn.cfg.Timeout.Seconds())
	p.fn.mu.Lock()
	p.initError = failure("Sandbox.Timedout", p.cause.id, message).Payload
	p.fn.mu.Unlock()
	p.kill()
}

// run starts the child, waits for its end and says what that means for the
// invocation it had.
func (p *process) run() {
	f, s := p.fn, p.fn.service
	defer close(p.exited)
	err := f.identify()
	if err != nil {
		p.over("Runtime.InvalidEntrypoint", err.Error())
		return
	}
	f.mu.Lock()
	p.version = f.version
	f.mu.Unlock()
	p.output = s.log.lines(f.cfg.Name)
	if s.opts.OnLine != nil {
		p.output.each = func(line string) { s.opts.OnLine(f.cfg.logGroup(), p.logStream(), line) }
	}
	cmd := exec.Command(f.cfg.Command, f.cfg.Args...) // #nosec G204 -- the code of the function
	cmd.Dir = f.cfg.TaskRoot
	cmd.Env = f.environment(p, s.listener.Addr().String()+"/"+p.id)
	cmd.Stdout, cmd.Stderr = p.output, p.output
	cmd.WaitDelay = time.Second // for a grandchild that holds the pipes
	detach(cmd)

	s.mu.Lock()
	if s.closed || p.doomed {
		s.mu.Unlock()
		p.over("Runtime.ExitError", "Runtime exited without providing a reason")
		return
	}
	if err := s.starter.start(cmd); err != nil {
		s.mu.Unlock()
		p.over("Runtime.InvalidEntrypoint", err.Error())
		return
	}
	p.cmd = cmd
	s.processes[p.id] = p
	s.callers[p.accessKey()] = f.cfg.LogicalID
	s.mu.Unlock()

	err = cmd.Wait()
	_ = p.output.Close() // never fails
	killGroup(cmd)       // what it started and left
	p.forget()
	if err != nil {
		p.over("Runtime.ExitError", "Runtime exited with error: "+err.Error())
		return
	}
	p.over("Runtime.ExitError", "Runtime exited without providing a reason")
}

func (p *process) forget() {
	s := p.fn.service
	s.mu.Lock()
	delete(s.processes, p.id)
	s.mu.Unlock()
}

// over takes the process out of its function and answers what it leaves
// behind: the event it had, or the one it was started for.
func (p *process) over(errorType, message string) {
	f := p.fn
	f.mu.Lock()
	defer f.mu.Unlock()
	p.gone = true
	p.initTimer.Stop()
	delete(f.processes, p)
	f.pollers = slices.DeleteFunc(f.pollers, func(q *poller) bool { return q.process == p })
	if inv := p.current; inv != nil {
		f.finishLocked(inv.id, failure(errorType, inv.id, message))
	}
	if !p.ready {
		f.starting--
		p.failStart(errorType, message)
	}
	if p.returning {
		p.returning = false
		f.returning--
	}
	f.grow(0)
}

// failStart answers the invocation that the process was started for, or the
// oldest one when that has been served by another. The caller holds f.mu.
func (p *process) failStart(errorType, message string) {
	f := p.fn
	if len(f.pending) == 0 {
		return
	}
	i := max(slices.Index(f.pending, p.cause), 0)
	inv := f.pending[i]
	f.pending = slices.Delete(f.pending, i, i+1)
	r := failure(errorType, inv.id, message)
	if p.initError != nil {
		r.Payload = p.initError
	}
	r.ExecutedVersion = f.version
	inv.answer(r)
}

// kill ends the process and whatever it started. Safe at any time.
func (p *process) kill() {
	p.killing.Do(func() {
		s := p.fn.service
		s.mu.Lock() // the start is under the same lock
		defer s.mu.Unlock()
		p.doomed = true
		if p.cmd != nil {
			killGroup(p.cmd)
		}
	})
}
