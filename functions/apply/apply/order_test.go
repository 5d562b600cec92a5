package apply_test

import (
	"context"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/apply/apply"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// Of two that are approved over one version, one is pushed and the other refused, whoever
// is looked at first; and so is one of two calls at once.
func TestHandle_Two(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	a := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
	b := w.act(w.propose(proposed{text: first + "# more\n", base: 1, by: ada}), run.Approve, linus)
	done := make(chan error, 4)
	for _, in := range []api.BusEvent{event(b), event(a), {}, {}} {
		go func() {
			_, err := w.handler(w.Store).Handle(context.Background(), in)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil {
		t.Fatal(err)
	}
	got := w.became(a) + ", " + w.became(b)
	if w.newest() != 2 || strings.Count(got, "version 2,")+strings.Count(got, ", version 2") != 1 || strings.Count(got, "is stale") != 1 {
		t.Errorf("became %s; version %d is the newest", got, w.newest())
	}
}

// A sweep pushes what was approved first.
func TestHandle_InOrder(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	a, b := w.propose(proposed{text: next, base: 1, by: ada}), w.propose(proposed{text: first + "# more\n", base: 1, by: ada})
	b = w.act(b, run.Approve, linus)
	a = w.act(a, run.Approve, grace)
	if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil {
		t.Fatal(err)
	}
	if got := w.became(b); got != "version 2" {
		t.Errorf("the first became %q", got)
	}
	if got := w.became(a); !strings.Contains(got, "is stale") {
		t.Errorf("the second became %q", got)
	}
}

// meanwhile is a table in which something happens before its newest version is read for the
// nth time.
type meanwhile struct {
	*store.Store
	left int
	do   func()
}

func (m *meanwhile) LatestRules(ctx context.Context) (rules.Stored, bool, error) {
	if m.left--; m.left == 0 {
		m.do()
	}
	return m.Store.LatestRules(ctx)
}

// Rules that are rolled back while a change is applied stay rolled back, and so do those
// that are rolled back while it is signed.
func TestHandle_RolledBack(t *testing.T) {
	for name, rollBack := range map[string]func(w *world, h *apply.Handler, back func()){
		"before it is looked at": func(w *world, h *apply.Handler, back func()) { h.Table = &meanwhile{w.Store, 1, back} },
		"before it is pushed":    func(w *world, h *apply.Handler, back func()) { h.Table = &meanwhile{w.Store, 2, back} },
		"while it is signed": func(w *world, h *apply.Handler, back func()) {
			h.Sign = func(ctx context.Context, sum []byte) ([]byte, error) {
				back()
				back = func() {}
				return w.sign(ctx, sum)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.New(t))
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			h := w.handler(w.Store)
			rollBack(w, h, func() { w.push(first) })
			if _, err := h.Handle(t.Context(), event(r)); err != nil {
				t.Fatal(err)
			}
			if got := w.became(r); !strings.Contains(got, "is stale") || w.newest() != 2 {
				t.Errorf("became %q; version %d is the newest", got, w.newest())
			}
		})
	}
}
