package rules_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// losing is a table that lost its newest version, or others.
type losing struct {
	rules.Table
	newest bool
	lost   map[int]bool
	// fails fails the look for the highest.
	fails error
}

func (l losing) LatestRules(ctx context.Context) (s rules.Stored, there bool, err error) {
	if l.newest {
		return s, false, nil
	}
	return l.Table.LatestRules(ctx)
}

func (l losing) Rules(ctx context.Context, n int) (s rules.Stored, there bool, err error) {
	if l.lost[n] {
		return s, false, nil
	}
	return l.Table.Rules(ctx, n)
}

func (l losing) LastNumber(ctx context.Context) (int, error) {
	if l.fails != nil {
		return 0, l.fails
	}
	n, err := l.Table.LastNumber(ctx)
	for l.lost[n] {
		n--
	}
	return n, err
}

// A function that starts while the newest version is missing serves the highest that is
// stored and signed, and never the deployed file in place of one that the table lost: that
// may allow what the version forbade.
func TestWatch_Missing(t *testing.T) {
	tables := storetest.Tables(t)
	for name, tc := range map[string]struct {
		change func(w *world)
		lose   losing
		want   string
		alarm  bool
	}{
		"never pushed":                      {nil, losing{}, "deployed", false},
		"the newest":                        {func(w *world) { w.push("first"); w.push("second") }, losing{newest: true}, "second", true},
		"the newest, and its version":       {func(w *world) { w.push("first"); w.push("second") }, losing{newest: true, lost: map[int]bool{2: true}}, "first", true},
		"the newest, of one with a mistake": {func(w *world) { w.push("first"); w.put(2, nil, "mistake", w.sign) }, losing{newest: true}, "first", true},
		"the newest, after one that is lost and with a mistake": {func(w *world) { w.push("first"); w.put(2, nil, "mistake", w.sign) },
			losing{newest: true, lost: map[int]bool{1: true}}, "no version can be served: version 1: it is not stored", true},
		"all but the newest":                     {func(w *world) { w.push("first"); w.push("second") }, losing{lost: map[int]bool{1: true, 2: true}}, "no version can be served: version 1: it is not stored", true},
		"the newest, of one that was never good": {func(w *world) { w.put(1, nil, "mistake", w.sign) }, losing{newest: true}, "deployed", true},
		"the newest, of one that nobody signed":  {func(w *world) { w.push("first"); w.put(2, nil, "forged", w.forge) }, losing{newest: true}, "first", true},
		"the newest, where the deployed was pushed again": {func(w *world) {
			w.push("first")
			if _, err := w.pusher().Push(t.Context(), rules.Version{By: "ada", Back: -1}, nil, 1); err != nil {
				t.Fatal(err)
			}
		}, losing{newest: true}, "deployed", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.table = tables()
			if tc.change != nil {
				tc.change(w)
			}
			before := w.table
			tc.lose.Table = before
			w.table = tc.lose
			f := w.watch()
			w.serves(f, tc.want)
			if got := strings.Contains(w.log.String(), `"rules_not_taken":true`); got != tc.alarm {
				t.Errorf("the alarm is %v, want %v: %s", got, tc.alarm, w.log.String())
			}
			if refused := f.Refused() != ""; refused != tc.alarm && !strings.HasPrefix(tc.want, "no version") {
				t.Errorf("says why the newest is not served: %v (%s), want %v", refused, f.Refused(), tc.alarm)
			}
			// A push cures it, at once where nothing was served.
			w.table = before
			w.push("better")
			w.now = w.now.Add(rules.Every)
			w.serves(f, "better")
		})
	}
	// What can't be read is no loss.
	w := newWorld(t)
	w.table = losing{Table: tables(), newest: true, fails: errors.New("throttled")}
	w.serves(w.watch(), "throttled")
}
