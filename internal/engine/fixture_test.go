package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

var (
	ada   = run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	grace = run.Person{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}}
	linus = run.Person{ID: "linus@example.com", Email: "linus@example.com", Groups: []string{"sre", "security"}}
	root  = run.Person{ID: "root@example.com", Email: "root@example.com", Groups: []string{"platform"}}
	eve   = run.Person{ID: "eve@example.com", Email: "eve@example.com"}
)

func sampleFlow() run.Flow {
	return run.Flow{
		Name: "sample", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"group:platform"},
		Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		},
	}
}

// machine plays the state machine: it carries the document from state to state
// and sets the id of each step.
type machine struct {
	t     testing.TB
	run   *run.Run
	now   time.Time
	acts  []run.Act
	steps int
	// version is the version that the hook function has now.
	version string
	// today is who may act now, nil for the run's own lists.
	today *run.Today
	// hooks is the member of a response that names the hooks.
	hooks string
	// tallies are what counts against the flow's limits.
	tallies run.Tallies
	// shelves are what hooks keep; kept has for each step whether it changed that.
	shelves run.Shelves
	kept    []bool
}

func newMachine(t testing.TB, f run.Flow) *machine {
	t.Helper()
	return newMachineFor(t, run.Draft{
		ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, Reason: "because",
		Fields: map[string]json.RawMessage{"urgency": json.RawMessage(`"Normal"`)},
	})
}

func newMachineFor(t testing.TB, a run.Draft) *machine {
	t.Helper()
	r, err := run.New(a, start)
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t: t, run: r, now: start, version: "1"}
}

// step enters Decide.
func (m *machine) step(s engine.Step) {
	m.t.Helper()
	m.steps++
	s.ID = fmt.Sprintf("Decide/%d", m.steps)
	s.Turn, s.Execution = m.run.Engine.Turn, m.run.Engine.Execution
	s.Acts = m.acts
	s.HooksVersion = m.version
	s.Tallies, s.Shelves = m.tallies, m.shelves
	s.Today = m.today
	next, _, err := engine.Decide(m.run, s, m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	m.tallies = m.tallies.Counted(m.run, next)
	m.kept = append(m.kept, next != m.run && next.Kept.Changed())
	m.run = next
}

// answer has the hook that was called respond.
func (m *machine) answer(hook run.HookName, answer string) {
	m.t.Helper()
	m.asks(hook)
	m.step(engine.Step{Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "1"}})
}

// fail has the invocation of the hook fail as a whole.
func (m *machine) fail(hook run.HookName, name, cause string) {
	m.t.Helper()
	m.asks(hook)
	m.step(engine.Step{Failure: hookFailure(name, cause)})
}

// act stores what a person does, and wakes the execution if it waits.
func (m *machine) act(e run.EventName, p run.Person, reason string) run.Act {
	m.t.Helper()
	m.now = m.now.Add(time.Second)
	a := run.Act{ID: run.NewID(m.now), Event: e, Person: p, Reason: reason, Channel: run.ViaAPI, At: m.now}
	m.acts = append(m.acts, a)
	if n := m.run.Engine.Next; n == run.NextReview || n == run.NextActive {
		m.step(engine.Step{})
	}
	return a
}

func (m *machine) pass(d time.Duration) {
	m.t.Helper()
	m.now = m.now.Add(d)
	m.step(engine.Step{})
}

func (m *machine) asks(hook run.HookName) {
	m.t.Helper()
	if e := m.run.Engine; e.Next != run.NextHook || e.Hook != hook {
		m.t.Fatalf("next is %s %s, want the hook %s asked", e.Next, e.Hook, hook)
	}
}

func (m *machine) is(status run.Status, next run.Next) {
	m.t.Helper()
	if m.run.Status != status || m.run.Engine.Next != next {
		m.t.Fatalf("run is %s and goes on with %s %s, want %s and %s", m.run.Status, m.run.Engine.Next, m.run.Engine.Hook, status, next)
	}
	if err := run.Verify(m.run.History); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) last() run.Entry { return m.run.History[len(m.run.History)-1] }

// hookFailure is the failure of a hook function, as the state machine catches it.
func hookFailure(name, cause string) *engine.Failure {
	return stepfn.HookFailure(&stepfn.Caught{Error: name, Cause: cause}, 10)
}

// grantFailure is the failure of functions/grant, as the state machine catches it.
func grantFailure(name, cause string) *engine.Failure {
	return stepfn.GrantFailure(&stepfn.Caught{Error: name, Cause: cause})
}
