package stepfunctions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// twoTasks calls f, then g.
const twoTasks = `{"StartAt":"A","States":{
	"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},"ResultPath":null,"Next":"W"},
	"W":{"Type":"Wait","Seconds":10,"Next":"B"},
	"B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"g","Payload.$":"$$.Execution.Id"},"End":true}}}`

func (w *world) startExpress(s *stepfunctions.Service, input string) (arn string) {
	w.t.Helper()
	machine, err := s.CreateMachine(stepfunctions.Machine{Name: "m", Type: "EXPRESS", Definition: twoTasks, RoleARN: role})
	if err != nil {
		w.t.Fatal(err)
	}
	if arn, err = s.Start(machine, "x", input); err != nil {
		w.t.Fatal(err)
	}
	return arn
}

// endsExpress waits for the end of an execution that no operation describes.
func (w *world) endsExpress(s *stepfunctions.Service, arn string) {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); len(s.ExpressRunning()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s does not end", arn)
		}
	}
}

// An EXPRESS execution that a kill interrupts starts again from the beginning, by its
// definition and input and under its ARN, whether or not its machine is there again: at
// least once, as at AWS. One that has ended does not.
func TestRestartExpress(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.startExpress(s, `{"n":1}`)
	if got := w.call(); got != `f {"n":1}` {
		t.Fatalf("called with %s", got)
	}
	for restart := range 2 {
		w.idle()
		kill()
		// What an earlier process used of its time does not count.
		w.clock.Advance(6 * time.Minute)
		s, kill = w.open()
		if running := s.ExpressRunning(); len(running) != 1 || running[0] != arn {
			t.Fatalf("restart %d: running %v, want %s", restart, running, arn)
		}
		w.resume(s)
		if got := w.call(); got != `f {"n":1}` {
			t.Fatalf("restart %d: called with %s", restart, got)
		}
	}
	w.idle()
	w.clock.Advance(10 * time.Second)
	if got := w.call(); got != `g "`+arn+`"` {
		t.Errorf("called with %s", got)
	}
	w.endsExpress(s, arn)
	kill()
	s, _ = w.open()
	w.resume(s)
	if running := s.ExpressRunning(); len(running) != 0 {
		t.Errorf("one that has ended runs: %v", running)
	}
	if len(w.calls) > 0 {
		t.Errorf("called with %s", <-w.calls)
	}
}

// The journal of an execution that an EXPRESS machine ran goes with its end, so that
// nothing of it is kept.
func TestRestartExpressLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.answering("!")
	s, kill := w.open()
	arn := w.startExpress(s, `{"n":1}`)
	w.call()
	w.endsExpress(s, arn)
	kill()
	s, _ = w.open()
	if running := s.ExpressRunning(); len(running) != 0 {
		t.Errorf("running %v", running)
	}
	if _, err := s.CreateMachine(stepfunctions.Machine{Name: "m", Type: "EXPRESS", Definition: twoTasks, RoleARN: role}); err != nil {
		t.Error(err)
	}
}

// A start that can't be kept is refused, and nothing runs.
func TestExpressIsNotAcknowledgedUnlessKept(t *testing.T) {
	w := newWorld(t)
	s, _ := w.open()
	machine, err := s.CreateMachine(stepfunctions.Machine{Name: "m", Type: "EXPRESS", Definition: twoTasks, RoleARN: role})
	if err != nil {
		t.Fatal(err)
	}
	s.Close() // so does the journal
	if _, err := s.Start(machine, "x", `{}`); err == nil || !strings.Contains(err.Error(), "the journal is closed") {
		t.Errorf("got %v", err)
	}
	if running := s.ExpressRunning(); len(running) != 0 || len(w.calls) > 0 {
		t.Errorf("running %v, %d calls", running, len(w.calls))
	}
}

// One that a caller waits for dies with the process: at most once, as at AWS.
func TestRestartSyncExpress(t *testing.T) {
	w := newWorld(t)
	w.answering("")
	s, kill := w.open()
	machine, err := s.CreateMachine(stepfunctions.Machine{Name: "m", Type: "EXPRESS", Definition: twoTasks, RoleARN: role})
	if err != nil {
		t.Fatal(err)
	}
	answer := make(chan map[string]any, 1)
	go func() { answer <- w.ask(s, "StartSyncExecution", map[string]any{"stateMachineArn": machine}) }()
	w.call()
	kill()
	if got := <-answer; got["__type"] != "InternalServerException" {
		t.Errorf("the caller got %v", got)
	}
	s, _ = w.open()
	w.resume(s)
	if running := s.ExpressRunning(); len(running) != 0 || len(w.calls) > 0 {
		t.Errorf("running %v, %d calls", running, len(w.calls))
	}
}
