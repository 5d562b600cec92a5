package explain_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/explain"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

var (
	ada   = run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	grace = run.Person{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}}
	linus = run.Person{ID: "linus@example.com", Email: "linus@example.com", Groups: []string{"sre", "security"}}
	root  = run.Person{ID: "root@example.com", Email: "root@example.com"}
)

// machine plays the state machine, so that what is explained is what the engine
// itself wrote.
type machine struct {
	t       *testing.T
	run     *run.Run
	now     time.Time
	acts    []run.Act
	steps   int
	tallies run.Tallies
	// sessions is for how long a session outlasts its access.
	sessions time.Duration
}

// asked has somebody ask for a flow, which change makes a special one.
func asked(t *testing.T, change func(*run.Draft)) *machine {
	t.Helper()
	a := run.Draft{
		ID: "01JDBX8Q3ZK5W7N9R2T4V6Y8A0", Requester: ada, Channel: run.ViaAPI, Reason: "prod is down", FlowVersion: "0a1b2c3d4e5f",
		Flow: run.Flow{
			Name: "aws-access", Hooks: "hooks", HookTimeoutSeconds: 1, Admins: []string{"root@example.com"},
			Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
		},
	}
	if change != nil {
		change(&a)
	}
	r, err := run.New(a, start)
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t: t, run: r, now: start}
}

// step enters Decide, a second later.
func (m *machine) step(s engine.Step) {
	m.t.Helper()
	m.steps++
	m.now = m.now.Add(time.Second)
	s.ID, s.Turn, s.Acts, s.Tallies, s.HooksVersion = fmt.Sprint(m.steps), m.run.Engine.Turn, m.acts, m.tallies, "7"
	next, _, err := engine.Decide(m.run, s, m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	m.run = next
}

// answer makes the next hook respond with members.
func (m *machine) answer(hook run.HookName, members string, subscriptions ...run.HookName) {
	m.t.Helper()
	if e := m.run.Engine; e.Next != run.NextHook || e.Hook != hook {
		m.t.Fatalf("next is %s %s, want the hook %s asked", e.Next, e.Hook, hook)
	}
	if members != "" {
		members += ","
	}
	has, err := json.Marshal(append([]run.HookName{run.OnRequest}, subscriptions...))
	if err != nil {
		m.t.Fatal(err)
	}
	m.step(engine.Step{Response: &engine.HookResponse{Body: json.RawMessage("{" + members + `"subscriptions":` + string(has) + "}"), Version: "7"}})
}

// does makes a person act, and the engine decide.
func (m *machine) does(p run.Person, e run.EventName, reason string) {
	m.t.Helper()
	m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: e, Person: p, Reason: reason, Channel: run.ViaAPI, At: m.now})
	m.step(engine.Step{})
}

// hold sets the state of the access, as its lease has it.
func (m *machine) hold(state run.HoldState, how, failed string) {
	m.t.Helper()
	h := run.Hold{State: state, At: m.now, How: how, Error: failed}
	if m.sessions > 0 {
		h.SessionsUntil = m.now.Add(m.sessions)
	}
	m.step(engine.Step{Hold: h})
}

func (m *machine) pass(d time.Duration) {
	m.t.Helper()
	m.now = m.now.Add(d)
	m.step(engine.Step{})
}

// explained explains the run as p sees it, by way of the API.
func (m *machine) explained(p run.Person) explain.Explanation {
	m.t.Helper()
	raw, err := json.Marshal(m.run.ViewFor(p, nil, m.now))
	if err != nil {
		m.t.Fatal(err)
	}
	var v api.Request
	if err := json.Unmarshal(raw, &v); err != nil {
		m.t.Fatal(err)
	}
	return explain.Of(v)
}
