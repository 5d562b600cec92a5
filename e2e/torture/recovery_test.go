package torture

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// Executions that end again and again, whatever the reason, come ever more slowly
// and then no more by themselves. Access is removed at its time all the same.
func TestRecoveriesBackOff(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	p := newPlay(t, setup{local: func(o *localaws.Options) {
		record := o.Functions["RecordFunction"]
		o.Functions["RecordFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
			// What the state machine asks is refused; reconcile is answered.
			if broken.Load() && !bytes.Contains(payload, []byte(`"recover"`)) && !bytes.Contains(payload, []byte(`"Reconcile"`)) {
				return nil, messages.InvokeResponse_Error{Type: "Refused", Message: "broken"}
			}
			return record(ctx, payload)
		}
	}})
	pending, active := p.ask("slow", ""), p.ask("access", "fast")
	p.pending(pending)
	p.isActive(active)
	broken.Store(true)
	p.mayEndEarly(active)
	p.stop(active)
	answered := p.act("grace@example.com", pending, "approve")
	count := func(d, step time.Duration) int {
		for until := p.clock.Now().Add(d); p.clock.Now().Before(until); p.clock.Advance(step) {
			p.quiet()
			p.world.pass()
		}
		p.quiet() // the call by hand below meets nothing that moves
		return max(p.load(active).Engine.Execution, p.load(pending).Engine.Execution)
	}
	if n := count(15*time.Second, time.Second); n > 2 {
		t.Errorf("%d executions in 15 s", n)
	}
	if n := count(time.Hour, 20*time.Second); n < 3 || n > 9 {
		t.Errorf("%d executions in an hour, want 3 to 9", n)
	}
	if left := p.world.left(); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
	if a := p.load(active); a.Status != run.Ended {
		t.Errorf("the run with access is %s", a.Status)
	}
	if n := count(24*time.Hour, 4*time.Minute); n != 12 {
		t.Errorf("%d executions in a day, want that it stops after 12", n)
	}
	broken.Store(false)
	if _, err := p.functions.Replacements()["ReconcileFunction"](t.Context(), []byte("{}")); err != nil {
		t.Error(err)
	}
	p.until("it goes on, by hand", func() bool { return p.load(pending).Status == run.Approved && len(answered) > 0 })
}
