package torture

import (
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// A later start costs its wait, and a request without one nothing: docs/costs.md has the
// numbers.
func TestStartCosts(t *testing.T) {
	t.Parallel()
	units := func(ask func(*play)) (sum float64) {
		var mu sync.Mutex
		p := newPlay(t, setup{flows: startingFlows(), local: func(o *localaws.Options) {
			o.OnCapacity = func(c localaws.Capacity) {
				mu.Lock()
				defer mu.Unlock()
				if c.Write {
					sum += c.Units
				}
			}
		}})
		ask(p)
		p.over()
		mu.Lock()
		defer mu.Unlock()
		return sum
	}
	now := units(func(p *play) { p.ask("access", "fast") })
	later := units(func(p *play) { p.askFor(45 * time.Second) })
	if more := later - now; more <= 0 || more > 12 {
		t.Errorf("a later start takes %.1f write units more than %.1f", more, now)
	} else {
		t.Logf("a later start takes %.1f write units more than %.1f", more, now)
	}
}
