package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var away = engine.Step{Failure: grantFailure("Unavailable", `{"errorMessage":"AWS is away"}`), Hold: run.Hold{State: run.Giving}}

// What can't be given yet says why, and when it is retried, from the first failure
// that the engine receives; people are notified once.
func TestGivingFails(t *testing.T) {
	m := access(t, "")
	m.is(run.Approved, run.NextGrant)
	warnings := 0
	for tries := 1; m.run.Engine.Next == run.NextGrant; tries++ {
		if tries > 7 {
			t.Fatal("it is retried for ever")
		}
		m.step(away)
		if m.run.Warning() {
			warnings++
		}
		if m.run.Engine.Next != run.NextGrant {
			break
		}
		e := m.run.View().LastError
		if e == nil || e.Where != "grant" || e.Text != "AWS is away" || !e.At.Equal(m.now) || !e.NextTryAt.After(m.now) || e.NextTryAt.Sub(m.now) > 30*time.Second {
			t.Fatalf("try %d: %+v", tries, e)
		}
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil || doc.Next != run.NextGiveAgain || doc.Seconds != int(e.NextTryAt.Sub(m.now).Seconds()) {
			t.Fatalf("next is %s after %d s: %v", doc.Next, doc.Seconds, err)
		}
		m.now = e.NextTryAt
		if doc, err = stepfn.NewDocument(m.run, m.now, nil); err != nil || doc.Next != run.NextGrant {
			t.Fatalf("when its time has come, next is %s: %v", doc.Next, err)
		}
	}
	m.is(run.Approved, run.NextTakeBack)
	m.taken()
	m.is(run.Failed, run.NextFailed)
	if e := m.last(); !strings.Contains(e.Reason, "AWS is away") {
		t.Errorf("it failed because of %q", e.Reason)
	}
	if warnings != 1 {
		t.Errorf("people are notified %d times", warnings)
	}
}

// Once it works nothing of it is left.
func TestGivingWorksAfterAll(t *testing.T) {
	m := access(t, "")
	m.step(away)
	m.granted()
	if v := m.run.View(); v.LastError != nil || m.run.Access.Tries != 0 {
		t.Errorf("%+v", v.LastError)
	}
}

// Whoever revokes while access can't be given yet ends it.
func TestRevokeWhileGivingFails(t *testing.T) {
	m := access(t, "")
	m.step(away)
	m.act(run.Revoke, grace, "no more")
	m.step(away)
	m.is(run.Approved, run.NextTakeBack)
	m.taken()
	m.is(run.Revoked, run.NextRevoked)
}

// What will never work is not retried.
func TestGivingIsRefused(t *testing.T) {
	m := access(t, "")
	m.step(engine.Step{Failure: grantFailure("Unable", `{"errorMessage":"no such user"}`), Hold: run.Hold{State: run.Unable, Error: "no such user"}})
	m.is(run.Approved, run.NextTakeBack)
}

// A machine of an older release comes back without an attempt after its pause.
func TestGivingAgainOnAnOlderMachine(t *testing.T) {
	m := access(t, "")
	m.step(away)
	before := m.run
	m.step(engine.Step{Hold: run.Hold{State: run.Giving}})
	if m.run != before {
		t.Error("it changed")
	}
	m.is(run.Approved, run.NextGrant)
}
