package torture

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// hang does nothing until the function's time is up. Meanwhile the clock may move.
func hang(ctx context.Context) {
	motion.FromContext(ctx).Rest(time.Time{}, nil)
	<-ctx.Done()
}

// A grant or removal that does not end is given up on at
// its time limit; what it did meanwhile is removed all the same.
func TestStrategyHangs(t *testing.T) {
	for name, tc := range map[string]struct {
		operation string
		times     int64
		// does reports whether it does its work before it hangs.
		does bool
		want run.Status
		// late is how long after its end access may be there.
		late time.Duration
	}{
		"giving, for ever":   {"give", 1 << 20, false, run.Failed, 0},
		"giving, once":       {"give", 1, false, run.Ended, 0},
		"after it has given": {"give", 1, true, run.Ended, late},
		"taking, once":       {"take", 1, false, run.Ended, 8 * time.Minute},
		"after it has taken": {"take", 1, true, run.Ended, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var hung atomic.Int64
			p := newPlay(t, setup{local: func(o *localaws.Options) {
				grant := o.Functions["GrantFunction"]
				o.Functions["GrantFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
					if !bytes.Contains(payload, []byte(`"`+tc.operation+`"`)) || hung.Add(1) > tc.times {
						return grant(ctx, payload)
					}
					if tc.does {
						if _, err := grant(ctx, payload); err != nil {
							return nil, err
						}
					}
					hang(ctx)
					return nil, ctx.Err()
				}
			}})
			p.patient = true
			id := p.ask("access", "fast")
			p.over()
			if hung.Load() == 0 {
				t.Error("nothing hung")
			}
			for _, wrong := range p.holds(tc.want) {
				t.Error(wrong)
			}
			a := p.load(id).Access
			if a == nil || a.StartsAt.IsZero() {
				return
			}
			p.world.mu.Lock()
			gone := p.world.changes[len(p.world.changes)-1].at
			p.world.mu.Unlock()
			if over := gone.Sub(a.EndsAt); over > tc.late {
				t.Errorf("access was there %v after its end", over)
			}
		})
	}
}
