package engine_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// twoOf is a run that waits for two people, and has a strategy.
func twoOf(t *testing.T) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy = json.RawMessage(`{"type":"lambda"}`)
	f.Review.Approvals = []run.Requirement{{Count: 2}}
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, Reason: "because", DurationSeconds: 3600})
	m.answer(run.OnRequest, `{"subscriptions":[]}`)
	m.is(run.Pending, run.NextReview)
	return m
}

func (m *machine) approvedBy() (ids []string) {
	for _, a := range m.run.Review.ApprovedBy {
		ids = append(ids, a.ID)
	}
	return ids
}

func TestWithdraw(t *testing.T) {
	m := twoOf(t)
	m.act(run.Approve, grace, "fine")
	m.act(run.Withdraw, grace, "not fine")
	m.is(run.Pending, run.NextReview)
	if e := m.last(); e.Event != run.Withdraw || e.Actor.ID != grace.ID || e.Reason != "not fine" || e.Act == "" {
		t.Errorf("the entry is %+v", e)
	}
	if got := m.approvedBy(); len(got) != 0 {
		t.Errorf("%v still count", got)
	}
	m.act(run.Approve, linus, "")
	m.is(run.Pending, run.NextReview) // grace's doesn't count
	m.act(run.Approve, grace, "after all")
	m.is(run.Approved, run.NextGrant)
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		t.Error(err)
	}
}

// What somebody can't withdraw changes nothing, and the history says why.
func TestWithdrawIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		before func(*machine)
		by     run.Person
		why    string
	}{
		"of who approved nothing":  {func(*machine) {}, linus, "You have no approval of this request to withdraw."},
		"of another's":             {func(m *machine) { m.act(run.Approve, grace, "") }, linus, "You have no approval of this request to withdraw."},
		"twice":                    {func(m *machine) { m.act(run.Approve, grace, ""); m.act(run.Withdraw, grace, "") }, grace, "You have no approval of this request to withdraw."},
		"the requester's own wish": {func(m *machine) { m.act(run.Approve, grace, "") }, ada, "You have no approval of this request to withdraw."},
	} {
		t.Run(name, func(t *testing.T) {
			m := twoOf(t)
			tc.before(m)
			before := m.approvedBy()
			if you := m.run.You(tc.by, nil, m.now); you.Withdraw != nil {
				t.Errorf("it is offered: %+v", you.Withdraw)
			}
			m.act(run.Withdraw, tc.by, "")
			if e := m.last(); e.Event != run.Ignore || e.Reason != tc.why {
				t.Errorf("the entry is %s %q", e.Event, e.Reason)
			}
			if got := m.approvedBy(); len(got) != len(before) {
				t.Errorf("%v count, before %v", got, before)
			}
		})
	}
}

// Once enough have approved it is too late, whoever asks.
func TestWithdrawTooLate(t *testing.T) {
	m := twoOf(t)
	m.act(run.Approve, grace, "")
	if you := m.run.You(grace, nil, m.now); you.Withdraw == nil || !you.Withdraw.May {
		t.Errorf("it is not offered: %+v", you)
	}
	m.act(run.Approve, linus, "")
	m.is(run.Approved, run.NextGrant)
	if you := m.run.You(grace, nil, m.now); you.Withdraw != nil {
		t.Errorf("it is offered: %+v", you.Withdraw)
	}
	if late, is := m.run.Check(run.Withdraw, grace, nil, m.now).(run.TooLate); !is || late != "This request is approved already." {
		t.Errorf("got %q", late)
	}
	turn := m.run.Engine.Turn
	m.act(run.Withdraw, grace, "")
	m.is(run.Approved, run.NextGrant)
	if m.run.Engine.Turn != turn {
		t.Error("it changed the run")
	}
}

// An approval that shortened access no longer does once it is withdrawn; those that
// count still do.
func TestWithdrawGivesBackTheTime(t *testing.T) {
	m := twoOf(t)
	m.run.Review.Approvals = []run.Requirement{{Count: 3}}
	if err := m.run.Append(m.now, run.Pending, run.Entry{Event: run.Forward, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine}); err != nil {
		t.Fatal(err)
	}
	if err := m.run.Seal(); err != nil {
		t.Fatal(err)
	}
	short := func(p run.Person, seconds int) {
		m.now = m.now.Add(time.Second)
		m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Approve, Person: p, DurationSeconds: seconds, Channel: run.ViaAPI, At: m.now})
		m.step(engine.Step{})
	}
	is := func(seconds int) {
		t.Helper()
		if m.run.DurationSeconds != seconds {
			t.Errorf("the duration is %d, want %d", m.run.DurationSeconds, seconds)
		}
		if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
			t.Error(err)
		}
	}
	short(grace, 600)
	is(600)
	short(linus, 1800)
	is(600)
	m.act(run.Withdraw, grace, "")
	is(1800)
	if m.last().DurationSeconds != 1800 {
		t.Errorf("the entry has %d", m.last().DurationSeconds)
	}
	m.act(run.Withdraw, linus, "")
	is(3600)
	short(grace, 1200)
	is(1200)
	// A record that says otherwise is found.
	m.run.DurationSeconds = 3600
	if m.run.VerifyRecord(m.run.ID, nil) == nil {
		t.Error("a duration that nobody approved verifies")
	}
}

// In whatever order approvals and withdrawals come, and however they are cut into steps,
// the run is approved exactly if two different people had approved at one time.
func TestApproveAgainstWithdraw(t *testing.T) {
	people := []run.Person{grace, linus, root}
	for seed := range uint64(300) {
		draw := rand.New(rand.NewPCG(seed, 1))
		m := twoOf(t)
		counts, decided := map[string]bool{}, false
		for range 12 {
			p, e := people[draw.IntN(len(people))], []run.EventName{run.Approve, run.Withdraw}[draw.IntN(2)]
			m.now = m.now.Add(time.Millisecond)
			m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: e, Person: p, Channel: run.ViaAPI, At: m.now})
			if !decided {
				counts[p.ID] = e == run.Approve
				n := 0
				for _, approves := range counts {
					if approves {
						n++
					}
				}
				decided = n == 2
			}
			if draw.IntN(3) == 0 && m.run.Engine.Next == run.NextReview {
				m.step(engine.Step{})
			}
		}
		if m.run.Engine.Next == run.NextReview {
			m.step(engine.Step{})
		}
		if (m.run.Status == run.Approved) != decided {
			t.Fatalf("seed %d: the run is %s, want approved: %v", seed, m.run.Status, decided)
		}
		if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
}
