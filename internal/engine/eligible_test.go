package engine_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Whatever a run has been through and whatever today says: an action that shows as
// allowed takes effect, and any other has none, even if it is stored.
func TestWhatIsShownIsWhatHappens(t *testing.T) {
	people := []run.Person{
		listed("grace", "sre"), listed("linus", "sre"), listed("root", "platform"), someone("tom", "oncall"), someone("pat"), someone("eve"),
		someone("ada"), someone("ada"), someone("ada"), {ID: "arn:aws:iam::1:role/ci", Principal: "AROA1", Machine: true},
	}
	happened := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		f := sampleFlow()
		f.Review.Approvers = []string{"group:sre", "group:oncall", "pat@example.com"}
		if rapid.Bool().Draw(rt, "all are known") {
			f.Review.Approvers = []string{"group:sre", "pat@example.com"}
		}
		f.Review.SelfApproval = rapid.Bool().Draw(rt, "self approval")
		f.Review.Approvals = rapid.SampledFrom([][]run.Requirement{{{Count: 1}}, {{Count: 2}}, {{From: "group:sre", Count: 1}, {From: "pat@example.com", Count: 1}}}).Draw(rt, "approvals")
		f.RequireReason = []run.EventName{run.Deny}
		asked := run.Draft{ID: run.NewID(start), Flow: f, Requester: someone("ada"), Channel: run.ViaAPI}
		first := `{"subscriptions":[]}`
		if rapid.Bool().Draw(rt, "access") {
			asked.Flow.Strategy, asked.DurationSeconds = []byte(`{"type":"lambda"}`), 3600
			first = rapid.SampledFrom([]string{first, `{"subscriptions":[],"transition":"approve"}`}).Draw(rt, "on_request")
		}
		m := newMachineFor(t, asked)
		m.today = today()
		allow(m.today, "group:sre", "group:oncall", "pat@example.com")
		m.answer(run.OnRequest, first)
		rt.Repeat(map[string]func(*rapid.T){
			"act": func(rt *rapid.T) {
				p := rapid.SampledFrom(people).Draw(rt, "person")
				e := rapid.SampledFrom([]run.EventName{run.Approve, run.Approve, run.Approve, run.Deny, run.Cancel, run.Cancel, run.Revoke, run.Revoke, run.Revoke}).Draw(rt, "event")
				if len(m.acts) >= 25 {
					rt.Skip("enough acts")
				}
				you := m.run.You(p, m.today, m.now.Add(time.Second))
				may := map[run.EventName]api.Allowed{run.Approve: you.Approve, run.Deny: you.Deny, run.Cancel: you.Cancel, run.Revoke: you.Revoke}[e]
				if may.May == (may.Why != "") || may.May != (may.ReasonRequired != nil) || may.May && *may.ReasonRequired != (e == run.Deny) {
					rt.Fatalf("%s: %+v", e, may)
				}
				before := m.run.Status
				a := m.act(e, p, "as agreed")
				if m.run.Engine.Next == run.NextGrant && e == run.Revoke {
					m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
				}
				took := slices.ContainsFunc(m.run.History, func(entry run.Entry) bool { return entry.Act == a.ID && entry.Event == e })
				if c := m.run.Engine.Case; e == run.Revoke && m.run.Engine.Next == run.NextTakeBack && c != nil && c.Act == a.ID {
					took = true
				}
				if took != may.May {
					rt.Fatalf("%s by %s on a run that is %s: may is %v (%s), took effect: %v", e, p.ID, before, may.May, may.Why, took)
				}
				if took {
					happened[string(e)]++
				} else {
					happened["not "+string(e)]++
				}
			},
			"people come and go": func(rt *rapid.T) {
				some := func(from ...string) []string {
					return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, len(from), rapid.ID).Draw(rt, "some")
				}
				m.today = today()
				m.today.Groups["sre"] = run.TodayGroup{Members: some("grace@example.com", "linus@example.com", "eve@example.com")}
				if rapid.Bool().Draw(rt, "approvers change") {
					allow(m.today, some("group:sre", "group:oncall", "pat@example.com")...)
				}
			},
			"time passes": func(rt *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "minutes")) * time.Minute)
			},
			"the machine goes on": func(*rapid.T) {
				switch m.run.Engine.Next {
				case run.NextGrant:
					m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
				case run.NextTakeBack, run.NextPause:
					m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now}})
				case run.NextReview, run.NextActive:
					m.step(engine.Step{})
				}
			},
			"": func(rt *rapid.T) {
				for _, w := range m.run.WaitingFor(someone("ada"), m.today) {
					if len(w.Have) >= w.Count {
						rt.Fatalf("waits for what it has: %+v", w)
					}
					for _, address := range w.People {
						p := run.Person{ID: address, Email: address}
						if err := m.run.Check(run.Approve, p, m.today, m.run.CreatedAt); err != nil {
							rt.Fatalf("waits for %s: %v", address, err)
						}
					}
				}
			},
		})
	})
	t.Log(happened)
	for _, e := range []string{"approve", "deny", "cancel", "revoke", "not approve", "not deny", "not cancel", "not revoke"} {
		if happened[e] == 0 {
			t.Errorf("%s never happened: the test shows nothing", e)
		}
	}
}

// What people read of why they may not act names nobody and needs no other
// sentence.
func TestWhyNot(t *testing.T) {
	day := today()
	pending := newMachine(t, sampleFlow())
	pending.today = day
	pending.answer(run.OnRequest, `{"subscriptions":[]}`)
	for name, tc := range map[string]struct {
		who  run.Person
		at   time.Duration
		want [4]string // approve, deny, cancel, revoke; "" for may
	}{
		"the requester":    {ada, 0, [4]string{"You are not an approver of this request.", "You are not an approver of this request.", "", "No access is active."}},
		"an approver":      {listed("grace", "sre"), 0, [4]string{"", "", "Only the requester can cancel a request.", "No access is active."}},
		"who comes late":   {listed("grace", "sre"), 2 * time.Hour, [4]string{"The time to decide this request is over.", "The time to decide this request is over.", "Only the requester can cancel a request.", "No access is active."}},
		"somebody else":    {eve, 0, [4]string{"You are not an approver of this request.", "You are not an approver of this request.", "Only the requester can cancel a request.", "No access is active."}},
		"the late request": {ada, 2 * time.Hour, [4]string{"You are not an approver of this request.", "You are not an approver of this request.", "The time to decide this request is over.", "No access is active."}},
	} {
		t.Run(name, func(t *testing.T) {
			you := pending.run.You(tc.who, day, pending.now.Add(tc.at))
			if got := [4]string{you.Approve.Why, you.Deny.Why, you.Cancel.Why, you.Revoke.Why}; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
