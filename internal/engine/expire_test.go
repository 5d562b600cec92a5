package engine_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A run is to be deleted once it is over, and its flow's retention has passed
// since; its history says when.
func TestRetention(t *testing.T) {
	f := sampleFlow()
	f.RetentionSeconds = 30 * 24 * 3600
	f.Strategy = []byte(`{"type":"lambda"}`)
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 3600, Channel: run.ViaAPI})
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["after_revoke"]}`)
	m.granted()
	if at := m.run.ExpiresAt(); !at.IsZero() {
		t.Errorf("active, it expires at %v", at)
	}
	m.act(run.Revoke, ada, "")
	if at := m.run.ExpiresAt(); !at.IsZero() {
		t.Errorf("being taken back, it expires at %v", at)
	}
	m.taken()
	m.is(run.Revoked, run.NextHook)
	if at := m.run.ExpiresAt(); !at.IsZero() {
		t.Errorf("while a hook is called, it expires at %v", at)
	}
	m.answer(run.AfterRevoke, `{}`)
	m.is(run.Revoked, run.NextRevoked)
	if at := m.run.ExpiresAt(); at.Sub(m.last().At) != 30*24*time.Hour {
		t.Errorf("over at %v, it expires at %v", m.last().At, at)
	}
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		t.Error(err)
	}
	m.run.History[len(m.run.History)-1].ExpiresAt = start
	if err := m.run.VerifyRecord(m.run.ID, nil); err == nil {
		t.Error("that it may be deleted sooner was not found")
	}
}
