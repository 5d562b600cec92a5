package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// extending returns a machine whose run requests 30 minutes more of access that ends in
// 20 minutes.
func extending(t *testing.T, hooks string) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	x := run.Extends{ID: "OLD", Number: 1, StartedAt: start.Add(-40 * time.Minute), EndsAt: start.Add(20 * time.Minute), TotalSeconds: 3600}
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 1800, Channel: run.ViaAPI, Extends: &x})
	m.hooks = `"subscriptions":[` + hooks + `]`
	return m
}

var lost = run.TooLate("Its access was revoked.")

// An extension lasts from the end of what it extends, however early it is granted, and by
// what an approver left of it.
func TestAnExtensionCountsFromTheEnd(t *testing.T) {
	m := extending(t, "")
	m.answer(run.OnRequest, `{"transition":"approve","duration_seconds":600,`+m.hooks+`}`)
	m.now = m.now.Add(time.Minute)
	m.granted()
	if a := m.run.Access; !a.StartsAt.Equal(m.now) || !a.EndsAt.Equal(start.Add(30*time.Minute)) {
		t.Errorf("it lasts from %v to %v", a.StartsAt, a.EndsAt)
	}
	if e := m.last(); e.Reason != "Access extended by 10m: it goes on from request OLD." {
		t.Errorf("its history says %q", e.Reason)
	}
	x := m.run.Extension()
	if x.Number != 2 || x.TotalSeconds != 70*60 || !x.StartedAt.Equal(start.Add(-40*time.Minute)) {
		t.Errorf("an extension of it would extend %+v", x)
	}
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		t.Error(err)
	}
}

// The review of an extension ends with what it extends at the latest.
func TestTheReviewOfAnExtension(t *testing.T) {
	m := extending(t, "")
	m.answer(run.OnRequest, `{`+m.hooks+`}`)
	if got := m.run.Review.ExpiresAt; !got.Equal(start.Add(20 * time.Minute)) {
		t.Errorf("the review ends at %v", got)
	}
}

// An undecided extension is canceled once it has nothing to extend: whatever a hook or
// people say to it then, it grants nothing.
func TestAnExtensionOfNothingIsCanceled(t *testing.T) {
	canceled := func(t *testing.T, m *machine) {
		t.Helper()
		m.is(run.Canceled, run.NextCanceled)
		if e := m.last(); e.Actor.Type != run.EngineActor || e.Reason != "Request OLD can't be extended any more. Its access was revoked." {
			t.Errorf("it is canceled by %s: %s", e.Actor.Type, e.Reason)
		}
	}
	t.Run("before the hook has responded", func(t *testing.T) {
		m := extending(t, "")
		m.step(engine.Step{Lost: lost, Response: &engine.HookResponse{Body: []byte(`{"transition":"approve",` + m.hooks + `}`), Version: "1"}})
		m.asks(run.AfterCancel) // the function has not said that it has no such hook
		if m.run.Decision.By.Type != run.EngineActor {
			t.Errorf("it is canceled by %+v", m.run.Decision.By)
		}
		m.answer(run.AfterCancel, `{}`)
		canceled(t, m)
	})
	t.Run("while people decide", func(t *testing.T) {
		m := extending(t, "")
		m.answer(run.OnRequest, `{`+m.hooks+`}`)
		m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: m.now})
		_, _, wake, err := engine.Park(m.run, engine.Parking{Step: "Review", Turn: m.run.Engine.Turn, Token: "t", Order: run.TokenOrder{EnteredAt: m.now}, Lost: lost}, m.now)
		if err != nil || !wake {
			t.Errorf("a wait with nothing to extend is woken: %v %v", wake, err)
		}
		m.step(engine.Step{Lost: lost})
		canceled(t, m)
	})
	t.Run("while on_approve is called", func(t *testing.T) {
		m := extending(t, `"on_approve"`)
		m.answer(run.OnRequest, `{`+m.hooks+`}`)
		m.act(run.Approve, grace, "")
		m.asks(run.OnApprove)
		m.step(engine.Step{Lost: lost, Response: &engine.HookResponse{Body: []byte(`{}`), Version: "1"}})
		canceled(t, m)
	})
}

// A run whose access was taken over ends early, and says where the access goes on.
func TestTakenOver(t *testing.T) {
	taken := run.Hold{State: run.Dropped, At: start, How: "NEW extends it.", TakenOverBy: "NEW"}
	ends := func(t *testing.T, m *machine) {
		t.Helper()
		m.is(run.Active, run.NextTakeBack)
		m.step(engine.Step{Hold: taken})
		m.is(run.Ended, run.NextEnded)
		if e := m.last(); e.Event != run.Deescalate || e.ExtendedBy != "NEW" || m.run.ExtendedBy != "NEW" {
			t.Errorf("it ends by %s, extended by %q and %q", e.Event, e.ExtendedBy, m.run.ExtendedBy)
		}
		if err := m.run.Extensible(); err == nil || !strings.Contains(err.Error(), "NEW") {
			t.Errorf("an extension of it: %v", err)
		}
		if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
			t.Error(err)
		}
	}
	t.Run("while it waits", func(t *testing.T) {
		m := access(t, `"on_deescalate"`)
		m.granted()
		_, _, wake, _ := engine.Park(m.run, engine.Parking{Step: "Active", Turn: m.run.Engine.Turn, Token: "t2", Order: run.TokenOrder{EnteredAt: m.now.Add(1)}, Hold: taken}, m.now)
		if !wake {
			t.Error("the wait is not woken")
		}
		m.step(engine.Step{Hold: taken})
		ends(t, m)
	})
	t.Run("while after_escalate is called", func(t *testing.T) {
		m := access(t, `"after_escalate"`)
		m.granted()
		m.step(engine.Step{Hold: taken, Response: &engine.HookResponse{Body: []byte(`{}`), Version: "1"}})
		ends(t, m)
	})
	t.Run("and revoked before it was known", func(t *testing.T) {
		m := access(t, `"on_revoke"`)
		m.granted()
		m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Revoke, Person: ada, Channel: run.ViaAPI, At: m.now})
		m.step(engine.Step{Hold: taken})
		m.asks(run.OnRevoke)
		m.step(engine.Step{Hold: taken, Response: &engine.HookResponse{Body: []byte(`{}`), Version: "1"}})
		m.is(run.Active, run.NextTakeBack)
		if !m.run.Revoking() {
			t.Error("the revoke does not count")
		}
		m.taken() // functions/grant has it back, and removes it
		m.is(run.Revoked, run.NextRevoked)
		if m.run.ExtendedBy != "" {
			t.Error("its access goes on")
		}
	})
}

// An extension whose access was removed by the revoke of what it extends is revoked.
func TestRevokedWith(t *testing.T) {
	dropped := run.Hold{State: run.Dropped, At: start, RevokedWith: "OLD"}
	for name, to := range map[string]func(m *machine){
		"while it is granted": func(m *machine) {},
		"while it waits":      func(m *machine) { m.granted() },
	} {
		t.Run(name, func(t *testing.T) {
			m := extending(t, "")
			m.answer(run.OnRequest, `{"transition":"approve",`+m.hooks+`}`)
			to(m)
			m.step(engine.Step{Hold: dropped, Failure: grantFailure("Unable", `{"errorMessage":"access was removed already"}`)})
			if m.run.Engine.Next != run.NextTakeBack {
				t.Fatalf("next is %s", m.run.Engine.Next)
			}
			m.step(engine.Step{Hold: dropped})
			m.is(run.Revoked, run.NextRevoked)
			if e := m.last(); e.Reason != "Request OLD, which this one extends, was revoked." {
				t.Errorf("it says %q", e.Reason)
			}
		})
	}
}
