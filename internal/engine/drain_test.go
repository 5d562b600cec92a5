package engine_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// drain ends a run as fasttrack drain does.
func (m *machine) drain() {
	m.t.Helper()
	next, _, err := engine.Recover(m.run, engine.Recovery{Execution: m.run.Engine.Execution, Drain: true}, m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	m.run = next
}

// Every run that is not over ends, whatever its hooks would say: none of those
// that may keep it is called.
func TestRecover_Drain(t *testing.T) {
	const guards = `"on_request","on_expire","on_revoke","on_deescalate"`
	const reason = "This installation of fasttrack is being removed."
	for name, tc := range map[string]struct {
		lead   func(*testing.T) *machine
		status run.Status
		next   run.Next
	}{
		"nobody has spoken": {func(t *testing.T) *machine { return newMachine(t, sampleFlow()) }, run.Expired, ""},
		"people are asked": {func(t *testing.T) *machine {
			m := newMachine(t, sampleFlow())
			m.answer(run.OnRequest, `{"subscriptions":[`+guards+`]}`)
			return m
		}, run.Expired, run.NextExpired},
		"access is there": {func(t *testing.T) *machine {
			m := access(t, guards)
			m.granted()
			return m
		}, run.Active, run.NextTakeBack},
		"access is being given": {func(t *testing.T) *machine { return access(t, guards) }, run.Approved, run.NextTakeBack},
	} {
		t.Run(name, func(t *testing.T) {
			m := tc.lead(t)
			m.drain()
			if m.run.Status != tc.status || tc.next != "" && m.run.Engine.Next != tc.next {
				t.Fatalf("it is %s, next %s %s", m.run.Status, m.run.Engine.Next, m.run.Engine.Hook)
			}
			if next := m.run.Engine; next.Next == run.NextHook && next.Hook != run.AfterExpire {
				t.Fatalf("%s is asked", next.Hook)
			}
			if m.run.Status == run.Expired {
				if got := m.last(); got.Event != run.Expire || got.Actor.Type != run.EngineActor || got.Reason != reason {
					t.Errorf("the last entry is %+v", got)
				}
				return
			}
			m.steps++
			next, _, err := engine.Decide(m.run, engine.Step{ID: "gone", Execution: 1, Turn: m.run.Engine.Turn, Hold: run.Hold{State: run.Dropped, At: m.now}}, m.now)
			if err != nil {
				t.Fatal(err)
			}
			if got := next.History[len(next.History)-1]; next.Status != run.Revoked || got.Event != run.Revoke || got.Reason != reason {
				t.Errorf("it is %s, the last entry %+v", next.Status, got)
			}
			if err := run.Verify(next.History); err != nil {
				t.Error(err)
			}
		})
	}
}

// Draining what is over, or draining twice, changes nothing that was recorded.
func TestRecover_DrainTwice(t *testing.T) {
	m := access(t, "")
	m.granted()
	m.drain()
	entries := len(m.run.History)
	m.drain()
	if len(m.run.History) != entries || m.run.Engine.Next != run.NextTakeBack {
		t.Errorf("%d entries, want %d; next %s", len(m.run.History), entries, m.run.Engine.Next)
	}
}
