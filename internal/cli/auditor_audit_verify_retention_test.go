package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A request that is gone by its flow's retention is no finding; one that is gone
// before is.
func TestAuditVerify_Retention(t *testing.T) {
	w := newRecordWorld(t)
	r, err := run.New(run.Draft{
		ID: w.id(9), Channel: run.ViaAPI, Requester: run.Person{ID: "ada@example.com"},
		Flow: run.Flow{Name: "kept", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, RetentionSeconds: 30 * 24 * 3600},
	}, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	next, _, err := engine.Decide(r, engine.Step{ID: "1", Response: &engine.HookResponse{Body: []byte(`{"transition":"deny","subscriptions":[]}`), Version: "1"}}, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Save(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if got := next.ExpiresAt(); got.IsZero() {
		t.Fatal("it never expires")
	}
	w.clock.Advance(15 * time.Hour)
	w.digest()
	w.remove(w.item(9))
	if out, code := w.verify(); code != 1 || !strings.Contains(out, "it is missing: its entries up to 2 were signed on 2026-11-23") {
		t.Errorf("gone before its time: %d %s", code, out)
	}
	w.clock.Advance(30 * 24 * time.Hour)
	w.digest()
	if out, code := w.verify(); code != 0 || !strings.Contains(out, "1 request removed by the retention") {
		t.Errorf("gone after it: %d %s", code, out)
	}
}
