package apply_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// breaking is a table of which a call fails, before or after it took effect.
type breaking struct {
	*store.Store
	left  int
	after bool
}

var errBroken = errors.New("the function died")

func (b *breaking) call(f func() error) error {
	b.left--
	if b.left == 0 && !b.after {
		return errBroken
	}
	err := f()
	if b.left == 0 {
		return errBroken
	}
	if b.left < 0 {
		return errBroken // it is dead
	}
	return err
}

func (b *breaking) LatestRules(ctx context.Context) (s rules.Stored, there bool, err error) {
	err = b.call(func() (err error) { s, there, err = b.Store.LatestRules(ctx); return err })
	return s, there, err
}

func (b *breaking) Rules(ctx context.Context, n int) (s rules.Stored, there bool, err error) {
	err = b.call(func() (err error) { s, there, err = b.Store.Rules(ctx, n); return err })
	return s, there, err
}

func (b *breaking) PushRules(ctx context.Context, p rules.Push) error {
	return b.call(func() error { return b.Store.PushRules(ctx, p) })
}

func (b *breaking) Proposal(ctx context.Context, digest string, base int) (p rules.Proposal, there bool, err error) {
	err = b.call(func() (err error) { p, there, err = b.Store.Proposal(ctx, digest, base); return err })
	return p, there, err
}

func (b *breaking) RulesOutcome(ctx context.Context, id string) (o rules.Outcome, there bool, err error) {
	err = b.call(func() (err error) { o, there, err = b.Store.RulesOutcome(ctx, id); return err })
	return o, there, err
}

func (b *breaking) PutRulesOutcome(ctx context.Context, o rules.Outcome) error {
	return b.call(func() error { return b.Store.PutRulesOutcome(ctx, o) })
}

func (b *breaking) PublishedRulesOutcome(ctx context.Context, o rules.Outcome) error {
	return b.call(func() error { return b.Store.PublishedRulesOutcome(ctx, o) })
}

func (b *breaking) LoadStored(ctx context.Context, id string) (rec store.Record, unreadable, err error) {
	err = b.call(func() (err error) { rec, unreadable, err = b.Store.LoadStored(ctx, id); return err })
	return rec, unreadable, err
}

// Wherever the function dies, a change is pushed or refused once, by this call or the next,
// and its event is published.
func TestHandle_Dies(t *testing.T) {
	tables := storetest.Tables(t)
	for name, stale := range map[string]bool{"pushed": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			for n, died := 1, true; died; n++ {
				for _, after := range []bool{false, true} {
					w := newWorld(t, tables())
					r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
					if stale {
						w.push(first)
					}
					before := w.newest()
					_, err := w.handler(&breaking{Store: w.Store, left: n, after: after}).Handle(t.Context(), event(r))
					if died = err != nil; died && !errors.Is(err, errBroken) {
						t.Fatal(err)
					}
					if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil { // a sweep
						t.Fatal(err)
					}
					want, pushed := "version 2", 1
					if stale {
						want, pushed = "is stale", 0
					}
					if got := w.bus.published(); len(got) != 1 || !strings.Contains(got[0], want[:5]) {
						t.Errorf("dead at call %d (%v): published %q", n, after, got)
					}
					if got := w.became(r); !strings.Contains(got, want) || w.newest() != before+pushed {
						t.Errorf("dead at call %d (%v): became %q, and version %d is the newest", n, after, got, w.newest())
					}
				}
			}
		})
	}
}
