package apply_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// What became of a change is published once, to who asked and who approved, also what a
// person's command applied; and never before it is stored.
func TestPublish(t *testing.T) {
	tables := storetest.Tables(t)
	for name, tc := range map[string]struct {
		do   func(w *world, r *run.Run)
		want string
	}{
		"pushed":  {func(*world, *run.Run) {}, "%s-rules fasttrack.rules.applied [ada@example.com grace@example.com]: version 2, why \"\""},
		"refused": {func(w *world, _ *run.Run) { w.push(first) }, "%s-rules fasttrack.rules.refused [ada@example.com grace@example.com]: version 0, why \"request %[1]s is stale: it was proposed over version 1, and version 2 was pushed since: another version was pushed meanwhile; propose it again\""},
		"by a person's command": {func(w *world, r *run.Run) {
			if err := w.PutRulesOutcome(t.Context(), rules.Outcome{Request: r.ID, Version: 7, At: w.now}); err != nil {
				t.Fatal(err)
			}
		}, "%s-rules fasttrack.rules.applied [ada@example.com grace@example.com]: version 7, why \"\""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tables())
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			tc.do(w, r)
			w.bus.fails = errors.New("the bus is away")
			if _, err := w.handler(w.Store).Handle(t.Context(), event(r)); !errors.Is(err, w.bus.fails) {
				t.Fatalf("the bus is away, and the call returns %v", err)
			}
			w.bus.fails = nil
			for range 2 { // the second sweep has nothing to publish
				if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil {
					t.Fatal(err)
				}
			}
			if want := fmt.Sprintf(tc.want, r.ID); len(w.bus.got) != 1 || w.bus.published()[0] != want {
				t.Errorf("published %d times: %q, want %q", len(w.bus.got), w.bus.published(), want)
			}
			if e := w.bus.got[0]; e.Request.ID != r.ID || e.Request.History != nil || e.Time.IsZero() {
				t.Errorf("published %+v", e)
			}
		})
	}
	w := newWorld(t, tables())
	r := w.propose(proposed{text: next, base: 1, by: ada})
	if _, err := w.handler(w.Store).Handle(t.Context(), event(r)); err != nil || len(w.bus.got) > 0 {
		t.Errorf("of a request that waits: published %v (%v)", w.bus.got, err)
	}
}
