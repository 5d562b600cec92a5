package stepfunctions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// world is what outlives a restart: the folder, the clock, and what the
// functions were called with.
type world struct {
	t     *testing.T
	dir   string
	clock *clockwork.FakeClock
	calls chan string
	// motion is that of the service which was opened last.
	motion *motion.Motion
	// answer is what every function answers, "" if the call hangs until the
	// service is closed.
	mu     sync.Mutex
	answer string
}

func newWorld(t *testing.T) *world {
	return &world{t: t, dir: t.TempDir(), clock: clockwork.NewFakeClock(), calls: make(chan string, 100), answer: `{"done":true}`}
}

func (w *world) answering(answer string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

func (w *world) Invoke(ctx context.Context, function string, payload []byte) (lambda.Result, error) {
	w.mu.Lock()
	answer := w.answer
	w.mu.Unlock()
	w.calls <- function + " " + string(payload)
	switch answer {
	case "":
		motion.FromContext(ctx).Rest(time.Time{}, nil)
		<-ctx.Done()
		return lambda.Result{}, ctx.Err()
	case "!":
		return lambda.Result{Payload: []byte(`{"errorType":"Boom"}`), FunctionError: "Unhandled"}, nil
	}
	return lambda.Result{Payload: []byte(answer)}, nil
}

// call is the next that a function was called with.
func (w *world) call() string {
	w.t.Helper()
	select {
	case call := <-w.calls:
		return call
	case <-time.After(10 * time.Second):
		w.t.Fatal("no function was called")
		return ""
	}
}

// open opens the folder as a process does at its start, without Resume. What
// kills it leaves the journal as kill -9 does: the old service writes no more.
func (w *world) open() (s *stepfunctions.Service, kill func()) {
	w.t.Helper()
	w.motion = motion.New(w.clock)
	s, err := stepfunctions.Open(w.dir, stepfunctions.Options{Clock: w.clock, Invoker: w, Motion: w.motion})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	return s, s.Close
}

// start starts an execution of a machine made of one definition.
func (w *world) start(s *stepfunctions.Service, definition, input string) (arn string) {
	w.t.Helper()
	machine, err := s.Create("m", definition, "arn:aws:iam::123456789012:role/r")
	if err != nil {
		w.t.Fatal(err)
	}
	if arn, err = s.Start(machine, "x", input); err != nil {
		w.t.Fatal(err)
	}
	return arn
}

// idle waits until the executions wait for the clock, a token or a call that hangs.
func (w *world) idle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	if err := w.motion.Idle(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) resume(s *stepfunctions.Service) {
	w.t.Helper()
	if err := s.Resume(); err != nil {
		w.t.Fatal(err)
	}
}

// ends waits for the end of an execution and returns its description.
func (w *world) ends(s *stepfunctions.Service, arn string) map[string]any {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Wait(ctx, arn); err != nil {
		w.t.Fatalf("it does not end: %v", err)
	}
	return w.ask(s, "DescribeExecution", map[string]any{"executionArn": arn})
}

// ask makes a call of the API; an error is the member "__type".
func (w *world) ask(s *stepfunctions.Service, operation string, in map[string]any) map[string]any {
	w.t.Helper()
	return ask(w.t, s, operation, in)
}

// history returns the types of an execution's events and checks their order.
func (w *world) history(s *stepfunctions.Service, arn string) string {
	w.t.Helper()
	var types []string
	for i, e := range w.ask(s, "GetExecutionHistory", map[string]any{"executionArn": arn})["events"].([]any) {
		e := e.(map[string]any)
		if e["id"] != float64(i+1) || e["previousEventId"].(float64) > float64(i) {
			w.t.Errorf("event %d is %v", i+1, e)
		}
		types = append(types, e["type"].(string))
	}
	return strings.Join(types, " ")
}

const (
	waiting = `{"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$.s","Next":"T"},
		"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload":{"n":1}},"OutputPath":"$.Payload","End":true}}}`
	parking = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":100,
		"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token","entered.$":"$$.State.EnteredTime"}},"End":true,
		"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Late"}]},"Late":{"Type":"Pass","Result":"late","End":true}}}`
)

// A wait that is over when the process starts again ends at once; one that is
// not keeps its end.
func TestRestartWait(t *testing.T) {
	for name, tc := range map[string]struct{ away, after time.Duration }{
		"over meanwhile": {time.Hour, 0},
		"over later":     {40 * time.Second, 60 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s, kill := w.open()
			arn := w.start(s, waiting, `{"s":100}`)
			w.idle()
			kill()
			w.clock.Advance(tc.away)
			s, _ = w.open()
			w.resume(s)
			if tc.after > 0 {
				w.idle()
				w.clock.Advance(tc.after - time.Second)
				if x := w.ask(s, "DescribeExecution", map[string]any{"executionArn": arn}); x["status"] != "RUNNING" {
					t.Fatalf("it is over too soon: %v", x)
				}
				w.clock.Advance(time.Second)
			}
			if x := w.ends(s, arn); x["output"] != `{"done":true}` || x["input"] != `{"s":100}` {
				t.Errorf("got %v", x)
			}
			want := "ExecutionStarted WaitStateEntered WaitStateExited TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited ExecutionSucceeded"
			if got := w.history(s, arn); got != want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A token that a function was given before works after, whether the call that
// gave it had ended or not, and whether the execution goes on yet or not; what
// was answered with it is kept before that is acknowledged.
func TestRestartToken(t *testing.T) {
	for name, tc := range map[string]struct{ submitted, resumed bool }{
		"submitted":              {true, true},
		"under way":              {false, true},
		"before it goes on":      {true, false},
		"under way and not gone": {false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if !tc.submitted {
				w.answering("")
			}
			s, kill := w.open()
			arn := w.start(s, parking, `{}`)
			var asked struct{ Token, Entered string }
			first := w.call()
			if err := json.Unmarshal([]byte(strings.TrimPrefix(first, "f ")), &asked); err != nil {
				t.Fatal(err)
			}
			w.idle()
			kill()
			w.clock.Advance(50 * time.Second)
			s, kill = w.open()
			if tc.resumed {
				w.resume(s)
				if !tc.submitted {
					if again := w.call(); again != first {
						t.Errorf("the call is made again as %s, was %s", again, first)
					}
				}
			}
			if got := w.ask(s, "SendTaskSuccess", map[string]any{"taskToken": asked.Token, "output": `"yes"`}); got["__type"] != nil {
				t.Fatalf("the token does not work: %v", got)
			}
			kill()
			s, _ = w.open()
			w.resume(s)
			if x := w.ends(s, arn); x["output"] != `"yes"` {
				t.Errorf("got %v", x)
			}
			if got := w.ask(s, "SendTaskSuccess", map[string]any{"taskToken": asked.Token, "output": `1`}); got["__type"] != "TaskTimedOut" {
				t.Errorf("the token used twice: got %v", got)
			}
		})
	}
}

// A token that was waited for too long fails its state at the start.
func TestRestartTimeOut(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, parking, `{}`)
	w.call()
	w.idle()
	kill()
	w.clock.Advance(101 * time.Second)
	s, _ = w.open()
	w.resume(s)
	if x := w.ends(s, arn); x["output"] != `"late"` {
		t.Errorf("got %v", x)
	}
}

// Attempts before the restart count, and so does the delay before the next.
func TestRestartRetry(t *testing.T) {
	w := newWorld(t)
	w.answering("!")
	s, kill := w.open()
	arn := w.start(s, `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
		"Parameters":{"FunctionName":"f","Payload":{"retries.$":"$$.State.RetryCount","entered.$":"$$.State.EnteredTime"}},
		"Retry":[{"ErrorEquals":["Boom"],"IntervalSeconds":10,"BackoffRate":2,"MaxAttempts":3}],"End":true}}}`, `{}`)
	entered := strings.TrimPrefix(w.call(), `f {"entered":`)
	entered, _, _ = strings.Cut(entered, ",")
	for retry := 1; retry <= 3; retry++ {
		w.idle()
		kill()
		s, kill = w.open()
		w.resume(s)
		w.idle()
		w.clock.Advance(10 * time.Second << (retry - 1))
		if got, want := w.call(), fmt.Sprintf(`f {"entered":%s,"retries":%d}`, entered, retry); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if x := w.ends(s, arn); x["error"] != "Boom" || x["status"] != "FAILED" {
		t.Errorf("got %v", x)
	}
	if got := strings.Count(w.history(s, arn), "TaskFailed"); got != 4 {
		t.Errorf("%d failed tasks in the history, want 4", got)
	}
}

// Executions that have ended are there as they were, with their names taken,
// for 90 days.
func TestRestartEnded(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, waiting, `{"s": 0}`)
	before := fmt.Sprint(w.ends(s, arn), w.history(s, arn))
	machine := strings.Replace(strings.TrimSuffix(arn, ":x"), "execution", "stateMachine", 1)
	running, err := s.Start(machine, "stopped", `{"s":1000}`)
	if err != nil {
		t.Fatal(err)
	}
	kill()
	s, kill = w.open()
	w.resume(s)
	if _, err := s.Create("m", waiting, "r"); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(w.ends(s, arn), w.history(s, arn)); after != before {
		t.Errorf("got %s\nwas %s", after, before)
	}
	if _, err := s.Start(machine, "x", `{"s": 0}`); err == nil || !strings.Contains(err.Error(), "ExecutionAlreadyExists") {
		t.Errorf("the name again: got %v", err)
	}
	if again, err := s.Start(machine, "stopped", `{"s":1000}`); err != nil || again != running {
		t.Errorf("one that runs, again: got %s (%v)", again, err)
	}
	if got := w.ask(s, "StopExecution", map[string]any{"executionArn": running, "error": "Enough", "cause": "said so"}); got["__type"] != nil {
		t.Fatal(got)
	}
	kill()
	s, kill = w.open()
	w.resume(s)
	if x := w.ends(s, running); x["status"] != "ABORTED" || x["error"] != "Enough" || x["cause"] != "said so" || x["stopDate"] == nil {
		t.Errorf("the stopped one is %v", x)
	}
	if _, err := s.Create("m", waiting, "r"); err != nil {
		t.Fatal(err)
	}
	list := w.ask(s, "ListExecutions", map[string]any{"stateMachineArn": machine})["executions"].([]any)
	if len(list) != 2 {
		t.Errorf("%d executions are listed, want 2: %v", len(list), list)
	}
	kill()
	w.clock.Advance(91 * 24 * time.Hour)
	s, _ = w.open()
	if _, err := s.Create("m", waiting, "r"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Start(machine, "x", `{"s": 0}`); err != nil {
		t.Errorf("the name after 90 days: %v", err)
	}
}

// An execution goes by the definition it was started with, though its machine
// has another now, and the definition can be described for as long as the
// execution is remembered; then it is deleted.
func TestRestartDefinition(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, waiting, `{"s":100}`)
	kill()
	s, kill = w.open()
	w.resume(s)
	if _, err := s.Create("m", strings.ReplaceAll(waiting, `"n":1`, `"n":2`), "r"); err != nil {
		t.Fatal(err)
	}
	w.idle()
	w.clock.Advance(100 * time.Second)
	w.ends(s, arn)
	if got := w.call(); got != `f {"n":1}` {
		t.Errorf("called %s", got)
	}
	kill()
	left := func() []string {
		files, err := filepath.Glob(filepath.Join(w.dir, "definitions", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	s, kill = w.open()
	if d := ask(t, s, "DescribeStateMachineForExecution", map[string]any{"executionArn": arn}); d["definition"] != waiting || d["name"] != "m" || d["updateDate"] == nil {
		t.Errorf("described as %v", d)
	}
	kill()
	if len(left()) != 1 {
		t.Errorf("%v are left, want the execution's", left())
	}
	w.clock.Advance(91 * 24 * time.Hour)
	_, kill = w.open()
	kill()
	if len(left()) != 0 {
		t.Errorf("%v are left after 90 days", left())
	}
}

// The branches of a Parallel go on where each was.
func TestRestartParallel(t *testing.T) {
	w := newWorld(t)
	branch := func(s int) string {
		return fmt.Sprintf(`{"StartAt":"W%[1]d","States":{"W%[1]d":{"Type":"Wait","Seconds":%[1]d,"Next":"P%[1]d"},"P%[1]d":{"Type":"Pass","Result":%[1]d,"End":true}}}`, s)
	}
	s, kill := w.open()
	arn := w.start(s, `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[`+branch(10)+`,`+branch(50)+`]}}}`, `{}`)
	w.idle()
	kill()
	w.clock.Advance(20 * time.Second)
	s, _ = w.open()
	w.resume(s)
	w.idle()
	w.clock.Advance(30 * time.Second)
	if x := w.ends(s, arn); x["output"] != `[10,50]` {
		t.Errorf("got %v", x)
	}
}

// A task that says it still runs does so more often than the journal has
// records for one execution.
func TestRestartAfterManyHeartbeats(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, strings.Replace(parking, `"TimeoutSeconds":100`, `"HeartbeatSeconds":10`, 1), `{}`)
	var asked struct{ Token string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(w.call(), "f ")), &asked); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if got := w.ask(s, "SendTaskHeartbeat", map[string]any{"taskToken": asked.Token}); got["__type"] != nil {
			t.Fatal(got)
		}
	}
	kill()
	s, _ = w.open()
	w.resume(s)
	if got := w.ask(s, "SendTaskSuccess", map[string]any{"taskToken": asked.Token, "output": `"yes"`}); got["__type"] != nil {
		t.Fatal(got)
	}
	if x := w.ends(s, arn); x["output"] != `"yes"` {
		t.Errorf("got %v", x)
	}
	want := "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSubmitted"
	if got := w.history(s, arn); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
}

// What can't be kept is not acknowledged, and does not run.
func TestNothingIsAcknowledgedThatIsNotKept(t *testing.T) {
	w := newWorld(t)
	s, _ := w.open()
	machine, err := s.Create("m", waiting, "r")
	if err != nil {
		t.Fatal(err)
	}
	s.Close() // the journal takes nothing any more
	if _, err := s.Start(machine, "x", `{"s":0}`); err == nil || !strings.Contains(err.Error(), "journal is closed") {
		t.Errorf("got %v", err)
	}
	s, _ = w.open()
	w.resume(s)
	if got := w.ask(s, "DescribeExecution", map[string]any{"executionArn": strings.Replace(machine, "stateMachine", "execution", 1) + ":x"}); got["__type"] != "ExecutionDoesNotExist" {
		t.Errorf("got %v", got)
	}
}

// A folder that lacks a definition is refused with the execution's name.
func TestMissingDefinition(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, waiting, `{"s":100}`)
	kill()
	if err := os.RemoveAll(filepath.Join(w.dir, "definitions")); err != nil {
		t.Fatal(err)
	}
	if _, err := stepfunctions.Open(w.dir, stepfunctions.Options{Clock: w.clock, Invoker: w}); err == nil || !strings.Contains(err.Error(), arn) {
		t.Errorf("got %v", err)
	}
}
