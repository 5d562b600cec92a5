package record_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// A decision that is saved and not counted is counted by whatever comes next: the same
// step, or another. Once the state machine has its document, it was counted. Long after, it
// could count twice, and is left out.
func TestADecisionIsCountedAgain(t *testing.T) {
	const once = "3 1 [c:1 h:7 n:approved:code]"
	f := newFakes(t)
	first := f.step(1, approve)
	f.fail["count"] = errors.New("the table does not respond")
	if _, err := f.handler().Handle(t.Context(), first); err == nil || f.saves != 1 || len(f.counts) != 0 {
		t.Fatalf("got %v, saves %d, counted %v", err, f.saves, f.counts)
	}
	delete(f.fail, "count")
	late := record.New(record.Deps{Store: f, Bus: f, Waker: f, Log: f.handler().Log, HooksFunction: "hooks", Serves: seven, Now: func() time.Time { return start.Add(time.Hour) }})
	other := first
	other.Step.EnteredAt = start.Add(time.Minute)
	known := first
	known.Turn = engine.PresentTurn(f.rec.Run)
	for name, tc := range map[string]struct {
		handle func() error
		want   []string
	}{
		"the same step":             {func() error { _, err := f.handler().Handle(t.Context(), first); return err }, []string{once}},
		"another step":              {func() error { _, err := f.handler().Handle(t.Context(), other); return err }, []string{once}},
		"a step after the document": {func() error { _, err := f.handler().Handle(t.Context(), known); return err }, nil},
		"an hour later":             {func() error { _, err := late.Handle(t.Context(), first); return err }, nil},
	} {
		f.counts = nil
		if err := tc.handle(); err != nil || !reflect.DeepEqual(f.counts, tc.want) {
			t.Errorf("%s: %v, counted %v, want %v", name, err, f.counts, tc.want)
		}
	}
}

// What the run keeps of a write that counts is enough to count it again, whatever the
// write counted.
func TestCountingIsKept(t *testing.T) {
	for name, life := range lives {
		m := newMachine(t, storetest.New(t), sampleFlow(), life.answers)
		m.arrives = life.arrives
		counts := 0
		m.counts = func(r *run.Run, d stats.Delta) {
			counts++
			if again := stats.Of(r.BeforeCounting(), r); !reflect.DeepEqual(again, d) {
				t.Errorf("%s: counts %+v, then %+v", name, d, again)
			}
		}
		if m.run(); counts == 0 {
			t.Errorf("%s: nothing was counted", name)
		}
	}
}
