package e2e

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// clock is that of the workspace: transcripts put it forward. All of a transcript's system
// may be on it, with the time that goes by for the functions.
type clock struct {
	ahead atomic.Int64
	// all is the clock of the whole system, nil where the functions have the machine's.
	all   *clockwork.FakeClock
	stack *localaws.Stack
}

func (c *clock) now() time.Time { return c.served().Add(time.Duration(c.ahead.Load())) }

// served returns the time that it is for the functions.
func (c *clock) served() time.Time {
	if c.all != nil {
		return c.all.Now()
	}
	return time.Now()
}

// pass puts the clock forward, on a clock of the whole system once all is done that was due.
func (c *clock) pass(ctx context.Context, d time.Duration) error {
	if c.all == nil {
		c.ahead.Add(int64(d))
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := c.stack.Motion.Idle(ctx); err != nil {
		return err
	}
	c.all.Advance(d)
	return c.stack.Motion.Idle(ctx)
}

// serveSlackOnAClock is [serveSlack] with functions in this process, and one clock for all.
// Their hooks leave all to people.
func serveSlackOnAClock(t testing.TB, flows string) slackOn {
	t.Helper()
	file, err := flow.Load(flows)
	if err != nil {
		t.Fatal(err)
	}
	// Calls end by their deadlines, for which contexts have the machine's clock: it is never
	// ahead of this one.
	c := &clock{all: clockwork.NewFakeClockAt(time.Now().Add(24 * time.Hour).Truncate(time.Second))}
	hidden := hook.Hooks{GetFlows: func(context.Context, *hook.Viewer) (bool, error) { return false, nil }}
	functions := inprocess.New(inprocess.Options{
		Flows: file, Now: c.all.Now, Slack: true, Hooks: hook.Flows{"*": {}, "coded": hidden}, Strategies: strategy.Set{"lambda": &held{}},
	})
	s := fakeslack.New(members(fakeslack.Options{Now: c.now, Enterprise: "E0GRID"}))
	stack, err := local.StartWithSlack(t.Context(), "", s, localaws.Options{
		TemplatePath: "../template.yaml", Addr: "127.0.0.1:0", Clock: c.all, Functions: functions.Replacements(),
	})
	if err != nil {
		t.Fatal(err)
	}
	functions.Bind(stack)
	c.stack = stack
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	on := slackOn{s, t, stack.URL(), c, onThisMachine{stack, ""}}
	t.Cleanup(on.checkAll)
	return on
}

// held is a strategy that remembers who has what. The target frail is granted once.
type held struct {
	mu  sync.Mutex
	has []string
}

func (h *held) key(a strategy.Access) string { return a.Person.ID + " " + a.Target.ID }

func (h *held) Give(_ context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Given, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	there := slices.Contains(h.has, h.key(a))
	if there && a.Target.ID == "frail" {
		return strategy.Given{}, strategy.Refuse("no such user")
	}
	if !there {
		h.has = append(h.has, h.key(a))
	}
	return strategy.Given{}, nil
}

func (h *held) Take(_ context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.has = slices.DeleteFunc(h.has, func(key string) bool { return key == h.key(a) })
	return strategy.Gone{}, nil
}

func (h *held) Has(_ context.Context, a strategy.Access) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.has, h.key(a)), nil
}

// Look reports what was there before Give, which takes no note of it.
func (h *held) Look(ctx context.Context, a strategy.Access) (bool, error) { return h.Has(ctx, a) }
