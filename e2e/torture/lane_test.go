package torture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// afterLane is how long a request whose lane died waits for its next execution at most:
// its grace to the whole minute, and the sweep of that minute.
const afterLane = 7 * time.Minute

// laneRun is a kind of run that begins in the lane, and when it has gone on from there.
type laneRun struct {
	flow, reason string
	ends         run.Status
	goesOn       func(*run.Run) bool
}

func over(r *run.Run) bool { return r.Over() }

// lanes are the executions of the lane that have ended, by their status.
type lanes struct {
	mu    sync.Mutex
	ended map[string]int
}

// count has a play count its lanes.
func (l *lanes) count(o *localaws.Options) {
	l.ended = map[string]int{}
	o.OnExpress = func(x stepfunctions.ExpressExecution) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ended[x.Status]++
	}
}

// are returns how many have ended so.
func (l *lanes) are(status string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended[status]
}

var laneRuns = []laneRun{
	{"plain", "fast", run.Approved, over},
	{"plain", "never", run.Denied, over},
	{"slow", "", run.Approved, func(r *run.Run) bool { return r.Status == run.Pending && r.Engine.Token != "" }},
	{"access", "fast", run.Ended, func(r *run.Run) bool { return r.Status == run.Active || r.Over() }},
}

// finish has somebody approve what waits for people, and checks how all ends.
func (l laneRun) finish(p *play, id string) (wrong []string) {
	p.t.Helper()
	if l.flow == "slow" {
		p.acts("grace@example.com", id, "approve")
	}
	p.over()
	return p.holds(l.ends)
}

// dies has the lane die, all of its executions at once.
func (p *play) dies() {
	for _, arn := range p.stack.StepFunctions.ExpressRunning() {
		p.stack.StepFunctions.StopExpress(arn)
	}
}

// moments are those in which the lane dies, around what it calls.
var moments = []string{
	"before HooksFunction", "after HooksFunction", "before RecordFunction", "after RecordFunction", "before HandOver", "after HandOver",
}

// TestTheLaneDies has the lane die around each of its calls. Its request goes on within
// minutes, is decided once, and leaves no access behind.
func TestTheLaneDies(t *testing.T) {
	every, n := tally.Of(5, 3), 0
	for _, l := range laneRuns {
		for _, moment := range moments {
			if n++; n%every != 0 || l.flow == "plain" && (moment == "before HandOver" || moment == "after HandOver") {
				continue // what is decided at once is not handed over
			}
			t.Run(l.flow+" "+l.reason+" "+moment, func(t *testing.T) {
				t.Parallel()
				p, died := deadLane(t, setup{}, moment)
				id := p.ask(l.flow, l.reason)
				p.until("it goes on", func() bool { r := p.load(id); return r != nil && l.goesOn(r) })
				if took := p.clock.Now().Sub(start); took > afterLane {
					t.Errorf("it went on after %v, want at most %v", took, afterLane)
				}
				for _, wrong := range l.finish(p, id) {
					t.Error(wrong)
				}
				if !died.Load() {
					t.Error("the lane did not die")
				}
			})
		}
	}
}

// deadLane returns a play whose lane dies once, in that moment.
func deadLane(t *testing.T, s setup, moment string) (*play, *atomic.Bool) {
	t.Helper()
	var p *play
	died, ready := new(atomic.Bool), make(chan struct{})
	die := func(now string) {
		<-ready
		if now == moment && died.CompareAndSwap(false, true) {
			p.dies()
		}
	}
	s.local = func(o *localaws.Options) {
		for _, name := range []string{"HooksFunction", "RecordFunction"} {
			invoke := o.Functions[name]
			o.Functions[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
				die("before " + name)
				out, err := invoke(ctx, payload)
				die("after " + name)
				return out, err
			}
		}
		o.StartTask = func(_, _ string, start func() error) error {
			die("before HandOver")
			err := start()
			die("after HandOver")
			return err
		}
	}
	p = newPlay(t, s)
	close(ready)
	return p, died
}

// Express executions run at least once. Three at once, whose hooks respond differently,
// are one decision and one execution of the lifecycle.
func TestTheLaneRunsThreeTimes(t *testing.T) {
	for _, flow := range []string{"plain", "slow", "access"} {
		for round := range 12 / tally.Of(6, 3) {
			t.Run(fmt.Sprint(flow, round), func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int64
				var lanes lanes
				var p *play
				ready := make(chan struct{})
				p = newPlay(t, setup{hooks: hook.Flows{"*": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) {
					switch asked.Add(1) % 3 {
					case 1:
						return hook.Approve("One."), nil
					case 2:
						return hook.Deny("Two."), nil
					}
					return hook.Continue(), nil
				}}}, local: func(o *localaws.Options) {
					lanes.count(o)
					// None is recorded before all three hooks have been called.
					record := o.Functions["RecordFunction"]
					o.Functions["RecordFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
						<-ready
						for until := time.Now().Add(10 * time.Second); asked.Load() < 3 && time.Now().Before(until); {
							time.Sleep(time.Millisecond)
						}
						return record(ctx, payload)
					}
				}})
				close(ready)
				body := map[string]any{"flow": flow, "reason": "x"}
				if flow == "access" {
					body["fields"] = map[string]any{"target": "prod"}
				}
				key := p.key()
				var callers sync.WaitGroup
				for range 3 {
					callers.Go(func() { p.send(key, "ada@example.com", "POST", "/requests", body) })
				}
				callers.Wait()
				p.until("the lane is through", func() bool { return len(p.stack.StepFunctions.ExpressRunning()) == 0 })
				all := p.runs()
				if len(all) != 1 || asked.Load() != 3 {
					t.Fatalf("%d runs, and on_request was called %d times, want 1 and 3", len(all), asked.Load())
				}
				if r := all[0]; r.Status == run.Pending && flow == "slow" {
					p.acts("grace@example.com", r.ID, "deny")
				}
				p.over()
				for _, wrong := range p.holds(run.Approved, run.Denied, run.Expired, run.Ended) {
					t.Error(wrong)
				}
				if n := lanes.are("SUCCEEDED"); n != 3 {
					t.Errorf("%d lanes succeeded, want 3; failed are %d", n, lanes.are("FAILED"))
				}
			})
		}
	}
}

var errHandOver = errors.New("StepFunctions.ThrottlingException: Rate exceeded")

// TestHandOverFails throttles the hand-over, loses its answer, and keeps it from ever
// working: the request goes on all the same, once.
func TestHandOverFails(t *testing.T) {
	for name, tc := range map[string]struct {
		// fails is what becomes of the n-th call.
		fails  func(n int64, start func() error) error
		within time.Duration
	}{
		"throttled for a minute": {func(n int64, start func() error) error {
			if n <= 9 {
				return errHandOver
			}
			return start()
		}, 90 * time.Second},
		"its answer is lost": {func(n int64, start func() error) error {
			switch {
			case n == 1:
				return errors.Join(errHandOver, start())
			case n <= 30: // until the lifecycle has ended
				return errHandOver
			}
			return start()
		}, 15 * time.Second},
		"for as long as the lane may run": {func(_ int64, _ func() error) error { return errHandOver }, afterLane + 5*time.Minute},
	} {
		for _, l := range laneRuns[2:] {
			t.Run(name+", "+l.flow, func(t *testing.T) {
				t.Parallel()
				var calls atomic.Int64
				var lanes lanes
				p := newPlay(t, setup{local: func(o *localaws.Options) {
					o.StartTask = func(_, _ string, start func() error) error { return tc.fails(calls.Add(1), start) }
					lanes.count(o)
				}})
				id := p.ask(l.flow, l.reason)
				p.until("it goes on", func() bool { r := p.load(id); return r != nil && l.goesOn(r) })
				if took := p.clock.Now().Sub(start); took > tc.within {
					t.Errorf("it went on after %v, want at most %v", took, tc.within)
				}
				for _, wrong := range l.finish(p, id) {
					t.Error(wrong)
				}
				if calls.Load() < 2 {
					t.Errorf("the hand-over was called %d times, want a retry", calls.Load())
				}
				if name == "for as long as the lane may run" && lanes.are("TIMED_OUT") == 0 {
					t.Error("no execution of the lane timed out")
				}
				if n := lanes.are("FAILED"); n > 0 {
					t.Errorf("%d executions of the lane failed", n)
				}
			})
		}
	}
}

const slowHooks = `
flows:
  - name: plain
    admins: [root@example.com]
    limits: none
    require_reason: []
    hook_timeout: 60s
    review: {approvers: [group:sre], timeout: 1h}
directory: {groups: {sre: [grace@example.com, linus@example.com]}}
`

// For ten minutes AWS can't run a function: longer than the lane, which hands over with the
// hook still to be called, or what it returned still to be recorded. No time of the lane
// runs out. The lifecycle retries a hook for two to seven minutes, as before there was a
// lane; then people decide.
func TestTheLaneIsThrottled(t *testing.T) {
	for name, tc := range map[string]struct {
		function  string
		throttled time.Duration
		people    bool
	}{
		"a hook":               {"HooksFunction", 2 * time.Minute, false},
		"a hook, 10 minutes":   {"HooksFunction", 10 * time.Minute, true},
		"a record":             {"RecordFunction", 2 * time.Minute, false},
		"a record, 10 minutes": {"RecordFunction", 10 * time.Minute, false},
		"a hook, 10 seconds":   {"HooksFunction", 10 * time.Second, false},
		"a record, 10 seconds": {"RecordFunction", 10 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var ended []stepfunctions.ExpressExecution
			var asked atomic.Int64
			p := newPlay(t, setup{flows: slowHooks, hooks: hook.Flows{"*": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) {
				asked.Add(1)
				return hook.Approve("Fast."), nil
			}}}, local: func(o *localaws.Options) {
				invoke, clock := o.Functions[tc.function], o.Clock
				o.Functions[tc.function] = func(ctx context.Context, payload []byte) ([]byte, error) {
					if clock.Now().Before(start.Add(tc.throttled)) {
						return nil, messages.InvokeResponse_Error{Type: "Lambda.TooManyRequestsException", Message: "Rate Exceeded."}
					}
					return invoke(ctx, payload)
				}
				o.OnExpress = func(x stepfunctions.ExpressExecution) {
					mu.Lock()
					defer mu.Unlock()
					ended = append(ended, x)
				}
			}})
			id := p.ask("plain", "")
			p.until("it is decided, or with people", func() bool { r := p.load(id); return r != nil && (r.Over() || r.Status == run.Pending) })
			if took := p.clock.Now().Sub(start); took > tc.throttled+90*time.Second {
				t.Errorf("it took %v", took)
			}
			p.over()
			want, calls, failed := run.Approved, int64(1), false
			if tc.people {
				want, calls, failed = run.Expired, 0, true
			}
			for _, wrong := range p.holds(want) {
				t.Error(wrong)
			}
			hasError := slices.ContainsFunc(p.load(id).History, func(e run.Entry) bool { return e.Error != "" })
			if hasError != failed || asked.Load() != calls {
				t.Errorf("on_request was called %d times, want %d; its failure is in the history: %v, want %v", asked.Load(), calls, hasError, failed)
			}
			if len(ended) != 1 || ended[0].Status != "SUCCEEDED" || ended[0].StoppedAt.Sub(ended[0].StartedAt) > 30*time.Second {
				t.Errorf("the lane ended as %+v, want one that succeeds within 30 s", ended)
			}
		})
	}
}
