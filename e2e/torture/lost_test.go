package torture

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// stop ends the execution of a run, as an operator may.
func (p *play) stop(id string) {
	p.t.Helper()
	p.mayEndEarly(id)
	arn := strings.Replace(p.stack.Template.StateMachines[0].ARN, ":stateMachine:", ":execution:", 1) + ":" + step.ExecutionOf(p.load(id)).Name()
	if _, err := p.machines.StopExecution(context.Background(), &sfn.StopExecutionInput{ExecutionArn: &arn}); err != nil {
		p.t.Fatal(err)
	}
}

// isActive lets time pass until access is there.
func (p *play) isActive(id string) {
	p.t.Helper()
	p.until("it is active", func() bool { r := p.load(id); return r != nil && r.Status == run.Active && r.Engine.Token != "" })
}

// An execution that is lost leaves nothing open: its access is removed, its
// run closed, and the history says why.
func TestLostExecutions(t *testing.T) {
	for name, tc := range map[string]struct {
		flow, reason string
		until        func(p *play, id string)
		want         run.Status
		within       time.Duration
	}{
		"waiting for people": {"plain", "", func(p *play, id string) { p.pending(id) }, run.Expired, 10 * time.Second},
		"access is there":    {"access", "fast", func(p *play, id string) { p.isActive(id) }, run.Ended, 10 * time.Second},
		"its recovery too": {"access", "fast", func(p *play, id string) {
			p.isActive(id)
			p.world.mu.Lock()
			p.world.take = func(*world, string) error { return context.DeadlineExceeded }
			p.world.mu.Unlock()
			p.stop(id)
			p.until("it is taken back by the next execution", func() bool { return p.load(id).Access.Failures > 0 })
			if !p.load(id).View().Access.DeescalationFailing {
				p.t.Error("nobody is told that taking back fails")
			}
			p.world.mu.Lock()
			p.world.take = nil
			p.world.mu.Unlock()
		}, run.Ended, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, setup{})
			id := p.ask(tc.flow, tc.reason)
			tc.until(p, id)
			p.stop(id)
			before := p.clock.Now()
			p.over()
			if took := p.clock.Now().Sub(before); took > tc.within {
				t.Errorf("it took %v", took)
			}
			for _, wrong := range p.holds(tc.want) {
				t.Error(wrong)
			}
			if last := p.load(id).History; !strings.Contains(last[len(last)-1].Reason, "The execution of this request ended early: its execution was ABORTED") {
				t.Errorf("the history does not say why: %q", last[len(last)-1].Reason)
			}
		})
	}
}

// An execution that is lost is found by the schedule alone, long before anything
// of its run is due: the event about it may never come.
func TestLostWithoutAnEvent(t *testing.T) {
	var dropped atomic.Int64
	p := newPlay(t, setup{local: func(o *localaws.Options) {
		reconcile := o.Functions["ReconcileFunction"]
		o.Functions["ReconcileFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
			if bytes.Contains(payload, []byte("Step Functions Execution Status Change")) {
				dropped.Add(1)
				return []byte("null"), nil
			}
			return reconcile(ctx, payload)
		}
	}})
	var ids []string
	for range 5 {
		ids = append(ids, p.ask("slow", ""))
	}
	for _, id := range ids {
		p.pending(id)
		p.stop(id)
	}
	before := p.clock.Now()
	p.over()
	if took := p.clock.Now().Sub(before); took > 10*time.Minute {
		t.Errorf("it took %v", took)
	}
	if dropped.Load() < 5 {
		t.Errorf("%d events were dropped", dropped.Load())
	}
	for _, wrong := range p.holds(run.Expired) {
		t.Error(wrong)
	}
}

// A request that was stored, and whose execution was never started, is started.
func TestNeverStarted(t *testing.T) {
	p := newPlay(t, setup{fault: func(c inprocess.Call) inprocess.Fault {
		if c.Function == "RequestFunction" && c.Operation == "StartExecution" {
			return inprocess.KillBefore
		}
		return inprocess.None
	}})
	p.stubborn = false
	p.ask("plain", "fast")
	if got := len(p.runs()); got != 1 {
		t.Fatalf("%d runs are stored, want 1", got)
	}
	p.over()
	for _, wrong := range p.holds(run.Approved) {
		t.Error(wrong)
	}
}

// An act whose function died before it woke the execution is dealt with.
func TestActThatWokeNobody(t *testing.T) {
	p := newPlay(t, setup{fault: func(c inprocess.Call) inprocess.Fault {
		if c.Function == "ApproveFunction" && c.Operation == "PutItem" {
			return inprocess.KillAfter
		}
		return inprocess.None
	}})
	p.stubborn = false
	id := p.ask("access", "fast")
	p.isActive(id)
	p.act("grace@example.com", id, "revoke")
	p.over()
	// The access lasts 40 s, reconcile comes at 60 s; so only a longer one shows
	// it: here the end of its time has it.
	for _, wrong := range p.holds(run.Revoked, run.Ended) {
		t.Error(wrong)
	}
	id = p.ask("plain", "")
	p.pending(id)
	p.act("grace@example.com", id, "deny")
	p.until("the act is dealt with", func() bool { return p.load(id).Over() })
	if got := p.load(id).Status; got != run.Denied {
		t.Errorf("it is %s, want denied", got)
	}
}

// Access that is given late, by a call that was given up on, is gone all the
// same.
func TestLateGive(t *testing.T) {
	given := 0
	p := newPlay(t, setup{world: func(w *world) {
		w.give = func(w *world, key string) error {
			given++
			w.late = append(w.late, effect{w.now().Add(50 * time.Second), key})
			return context.DeadlineExceeded
		}
	}})
	p.ask("access", "fast")
	p.over()
	for _, wrong := range p.holds(run.Failed) {
		t.Error(wrong)
	}
	for range 20 * 60 { // and stays so
		p.quiet()
		p.clock.Advance(time.Second)
		p.world.pass()
	}
	if left := p.world.left(); len(left) > 0 || given == 0 {
		t.Errorf("still there: %v, after %d calls", left, given)
	}
}

// A strategy that lies about what it did is not believed.
func TestStrategyThatLies(t *testing.T) {
	p := newPlay(t, setup{world: func(w *world) { w.deaf = true }})
	p.ask("access", "fast")
	p.over()
	for _, wrong := range p.holds(run.Failed) {
		t.Error(wrong)
	}
}

// Nor is one that only claims that it removed the access: the run is not over,
// and everybody can see why, for as long as it is there.
func TestStrategyThatLiesAboutTaking(t *testing.T) {
	p := newPlay(t, setup{})
	id := p.ask("access", "fast")
	p.isActive(id)
	p.world.mu.Lock()
	p.world.deaf = true
	p.world.mu.Unlock()
	p.until("taking back has failed three times", func() bool { return p.load(id).Access.Failures == 3 })
	v := p.load(id).View()
	if v.Status != run.Active || !v.Access.DeescalationFailing || !strings.Contains(v.Access.Error, "can still be read") {
		t.Errorf("it is %s, %+v", v.Status, v.Access)
	}
	p.world.mu.Lock()
	p.world.deaf = false
	p.world.mu.Unlock()
	p.until("it is over", func() bool { return p.load(id).Over() })
	if got := p.load(id); got.Status != run.Ended || len(p.world.left()) > 0 || got.View().Access.DeescalationFailing {
		t.Errorf("it is %s, left is %v", got.Status, p.world.left())
	}
}
