package torture

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// lookedFlows are flows whose access is looked at again.
func lookedFlows(durations string) string {
	return strings.Replace(strings.Replace(flows, "    durations: [40s, 20s]\n    strategy: {type: lambda, function: a-strategy}\n",
		"    recheck: 5m\n    hook_timeout: 1s\n    durations: ["+durations+"]\n    strategy: {type: lambda, function: a-strategy}\n", 1), "[40s, 20s]", "["+durations+"]", 1)
}

// lookingHooks are fastHooks with one that revokes what it looks at.
func lookingHooks() hook.Flows {
	hooks := fastHooks["*"]
	hooks.WhileActive = func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Revoke("Over."), nil }
	return hook.Flows{"*": hooks}
}

func init() {
	scenarios = append(scenarios, scenario{
		name: "looked at and revoked", ends: []run.Status{run.Revoked},
		crashed: []run.Status{run.Expired, run.Ended}, // the hook's response is lost, so the next look is too near the end
		setup:   setup{flows: lookedFlows("15m"), hooks: lookingHooks()},
		play:    func(p *play) { p.mayEndEarly(p.ask("access", "fast")) },
	}, scenario{
		name: "looked at without a hook", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired},
		setup: setup{flows: lookedFlows("6m")},
		play:  func(p *play) { p.ask("access", "fast") },
	})
}

// An execution that has looked often is replaced by the next, in which the looks and
// people's actions go on, and no step of the former fails.
func TestLooksGoOnInTheNextExecution(t *testing.T) {
	t.Parallel()
	t.Run("without a hook", func(t *testing.T) { goOnLooking(t, fastHooks, 12) })
	hooks := fastHooks["*"]
	hooks.WhileActive = func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Continue(), nil }
	t.Run("with a hook", func(t *testing.T) { goOnLooking(t, hook.Flows{"*": hooks}, 16) })
}

// goOnLooking has access be looked at for hours, by at most so many write units a look.
func goOnLooking(t *testing.T, hooks hook.Flows, most float64) {
	var mu sync.Mutex
	units := 0.0
	p := newPlay(t, setup{flows: lookedFlows("8h"), hooks: hooks, local: func(o *localaws.Options) {
		o.OnCapacity = func(c localaws.Capacity) {
			mu.Lock()
			defer mu.Unlock()
			if c.Write {
				units += c.Units
			}
		}
	}})
	id := p.ask("access", "fast")
	p.isActive(id)
	p.quiet()
	mu.Lock()
	before := units
	mu.Unlock()
	for until := p.clock.Now().Add(6 * time.Hour); p.clock.Now().Before(until); p.clock.Advance(20 * time.Second) {
		p.quiet()
	}
	p.quiet()
	r := p.load(id)
	if e := r.Engine; r.Status != run.Active || e.Execution != 1 || e.Planned != 1 || e.Looks.Count < 70 || e.Looks.Here != e.Looks.Count-run.MaxLooks || e.Looks.Failed > 0 {
		t.Fatalf("%s, execution %d (%d planned), %+v", r.Status, e.Execution, e.Planned, e.Looks)
	}
	mu.Lock()
	if a := (units - before) / float64(r.Engine.Looks.Count); a > most {
		t.Errorf("a look takes %.2f write units, more than %v", a, most)
	} else {
		t.Logf("a look takes %.2f write units", a)
	}
	mu.Unlock()
	if p.runsStill(id) || !p.runsStill(id+"-r1") {
		t.Error("the former execution goes on, or the next doesn't")
	}
	p.acts("grace@example.com", id, "revoke")
	p.over()
	for _, wrong := range p.holds(run.Revoked) {
		t.Error(wrong)
	}
}
