package backtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// decided is a run that came to an end by somebody.
func decided(event run.EventName, by run.Actor) api.Request {
	return api.Request{
		ID: run.NewID(start), Flow: "f", CreatedAt: start, Requester: api.Person{ID: "1", Email: "ada@example.com"}, Reason: "because",
		Fields:   map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod","label":"Production"}`), "urgency": json.RawMessage(`"Normal\nand more"`)},
		Decision: &api.Decision{Event: event, By: by, Reason: "so", At: start.Add(time.Minute)},
	}
}

func TestOf(t *testing.T) {
	grace, code, engine := run.Actor{Type: run.UserActor, ID: "2", Email: "grace@example.com"}, run.Actor{Type: run.HookActor, ID: "on_request"}, run.Actor{Type: run.EngineActor}
	for want, v := range map[backtest.Kind]api.Request{
		backtest.PeopleApproved: decided(run.Approve, grace),
		backtest.PeopleDenied:   decided(run.Deny, grace),
		backtest.CodeApproved:   decided(run.Approve, code),
		backtest.CodeDenied:     decided(run.Deny, code),
		backtest.Expired:        decided(run.Expire, engine),
		backtest.Canceled:       decided(run.Cancel, run.Actor{Type: run.UserActor, ID: "1"}),
		backtest.Open:           {ID: "x"},
		backtest.Emergency:      decided(run.Approve, run.BreakGlassActor),
	} {
		if got := backtest.Of(export.Run{View: v}); got.Then.Kind != want {
			t.Errorf("got %+v, want %s", got.Then, want)
		}
	}
	v := decided(run.Deny, grace)
	v.Shadow = &run.Verdict{Event: run.Approve, Reason: "low risk"}
	got := backtest.Of(export.Run{View: v})
	if got.What != "target=prod urgency=Normal and more" || got.Requester != "ada@example.com" || got.Then.By != "grace@example.com" {
		t.Errorf("got %+v", got)
	}
	if got.Shadow == nil || got.Shadow.Says != backtest.Approve || got.Shadow.Reason != "low risk" {
		t.Errorf("in shadow mode it said %+v", got.Shadow)
	}
	v.Shadow = &run.Verdict{Error: "on_request failed"}
	if got := backtest.Of(export.Run{View: v}); got.Shadow.Says != backtest.Failed {
		t.Errorf("in shadow mode it said %+v", got.Shadow)
	}
}

// An emergency has a column of its own where there is one, and counts neither as decided by
// people nor as something that hooks would change.
func TestEmergenciesCountApart(t *testing.T) {
	without := backtest.Compare([]backtest.Case{kase("1", backtest.PeopleApproved, backtest.Deny, 1)})
	if diff := cmp.Diff(backtest.Kinds, without.Kinds()); diff != "" {
		t.Errorf("without any:\n%s", diff)
	}
	r := backtest.Compare([]backtest.Case{kase("1", backtest.PeopleApproved, backtest.Approve, 1), kase("2", backtest.Emergency, backtest.Deny, 2), kase("3", backtest.Emergency, backtest.Approve, 3)})
	if r.Requests != 3 || r.Decided != 1 || r.Same != 1 || len(r.ApprovedWouldDeny)+len(r.CodeApprovedWouldNot) > 0 {
		t.Errorf("got %+v", r.Comparison)
	}
	if kinds := r.Kinds(); kinds[len(kinds)-1] != backtest.Emergency || r.Sum("", backtest.Emergency) != 2 || r.Sum(backtest.Deny, backtest.Emergency) != 1 || r.Sum("", backtest.PeopleApproved) != 1 {
		t.Errorf("the table is %v of %v", r.Table, kinds)
	}
}

func kase(id string, kind backtest.Kind, says backtest.Says, after time.Duration) backtest.Case {
	return backtest.Case{
		ID: id, Flow: "f", Requester: "ada@example.com", CreatedAt: start.Add(after),
		Then: backtest.Then{Kind: kind, At: start.Add(after + time.Minute), By: "grace@example.com"}, Now: backtest.Now{Says: says, HooksVersion: "7"},
	}
}

// The first thing in a report are what people denied and the hooks would
// approve; each case is counted once.
func TestCompare(t *testing.T) {
	shadowed := kase("4", backtest.PeopleDenied, backtest.People, 0)
	shadowed.Shadow = &backtest.Now{Says: backtest.Approve, Reason: "then"}
	broken := kase("5", backtest.PeopleApproved, backtest.Failed, 0)
	broken.Now.Errors = []string{"on_request failed: oh"}
	r := backtest.Compare([]backtest.Case{
		kase("3", backtest.PeopleApproved, backtest.Deny, 3), kase("1", backtest.PeopleDenied, backtest.Approve, 1),
		kase("2", backtest.PeopleApproved, backtest.Approve, 2), kase("6", backtest.CodeApproved, backtest.People, 6),
		kase("7", backtest.Expired, backtest.Approve, 7), kase("8", backtest.PeopleDenied, backtest.Deny, 8), shadowed, broken,
	})
	ids := func(cases []backtest.Case) (ids []string) {
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		return ids
	}
	for name, got := range map[string][2][]string{
		"denied, would approve":     {ids(r.DeniedWouldApprove), {"1"}},
		"approved, would deny":      {ids(r.ApprovedWouldDeny), {"3"}},
		"code approved, would not":  {ids(r.CodeApprovedWouldNot), {"6"}},
		"in shadow mode":            {ids(r.Shadow.DeniedWouldApprove), {"4"}},
		"all, in the order of time": {ids(r.Cases), {"4", "5", "1", "2", "3", "6", "7", "8"}},
	} {
		if diff := cmp.Diff(got[1], got[0]); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	if r.Requests != 8 || r.Sum("", "") != 8 || r.Decided != 6 || r.Same != 2 || r.Otherwise != 2 || r.Left != 2 {
		t.Errorf("got %d requests, %d in the table, %d decided: %d same, %d otherwise, %d left", r.Requests, r.Sum("", ""), r.Decided, r.Same, r.Otherwise, r.Left)
	}
	if len(r.Failures) != 1 || r.Failures[0].Count != 1 || r.Shadow.Requests != 1 || r.Shadow.DeniedWouldApprove[0].Now.Reason != "then" {
		t.Errorf("failures are %v, in shadow mode %+v", r.Failures, r.Shadow)
	}
}

// What is above the limits is held, in the order in which the requests came; a
// denial makes it quiet only if people would have decided.
func TestLimit(t *testing.T) {
	cases := []backtest.Case{
		kase("4", backtest.PeopleApproved, backtest.Approve, 3*time.Hour),
		kase("1", backtest.PeopleApproved, backtest.Approve, 0),
		kase("2", backtest.PeopleDenied, backtest.Approve, 30*time.Minute), // above one an hour
		kase("3", backtest.PeopleDenied, backtest.People, 2*time.Hour),
		kase("5", backtest.PeopleApproved, backtest.Approve, 5*time.Hour),
	}
	backtest.Limit(cases, map[string]*run.FastTrack{"f": {MaxPerHour: 1, QuietAfterDenialSeconds: 2 * 3600}})
	got := map[string]backtest.Says{}
	for _, c := range cases {
		got[c.ID] = c.Now.Says
	}
	want := map[string]backtest.Says{"1": backtest.Approve, "2": backtest.Held, "3": backtest.People, "4": backtest.Held, "5": backtest.Approve}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func requests(n int, ask replay.Function) []backtest.Request {
	var all []backtest.Request
	for i := range n {
		all = append(all, backtest.Request{
			Case: backtest.Case{ID: fmt.Sprint(i), Flow: "f", CreatedAt: start}, Ask: ask,
			Asked: run.Draft{ID: run.NewID(start), Requester: run.Person{ID: "ada@example.com"}, Flow: run.Flow{
				Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
				Review: run.ReviewRule{Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 60},
			}},
		})
	}
	return all
}

// A replay that is stopped at any point, and gone on with out of its journal,
// asks about each request and returns each outcome once, whatever was broken off.
func TestReplayGoesOn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "a", "journal")
		const all = 30
		answered := map[string]int{}
		for round := 0; ; round++ {
			j, known, err := backtest.OpenJournal(path, "key", false)
			if err != nil {
				rt.Fatal(err)
			}
			left := slices.DeleteFunc(requests(all, func(context.Context, []byte) (replay.Answer, error) {
				return replay.Answer{Payload: []byte(`{"transition":"approve","subscriptions":["on_request"]}`)}, nil
			}), func(r backtest.Request) bool { _, is := known[r.ID]; return is })
			ctx, cancel := context.WithCancel(t.Context())
			most := rapid.IntRange(0, all).Draw(rt, "stop after")
			if round > 5 {
				most = all
			}
			n := 0
			err = backtest.Replay(ctx, left, 4, replay.Options{Guards: true}, func(c backtest.Case) error {
				if n++; n > most {
					cancel()
				}
				known[c.ID] = c.Now
				return j.Keep(c.ID, c.Now)
			})
			cancel()
			if err == nil && len(known) == all {
				for id, now := range known {
					answered[id]++
					if now.Says != backtest.Approve {
						rt.Fatalf("%s: %+v", id, now)
					}
				}
				if err := j.Remove(); err != nil {
					rt.Fatal(err)
				}
				break
			}
			if err := j.Close(); err != nil {
				rt.Fatal(err)
			}
			if rapid.Bool().Draw(rt, "broken off") {
				info, err := os.Stat(path)
				if err != nil {
					rt.Fatal(err)
				}
				if err := os.Truncate(path, info.Size()-int64(rapid.IntRange(0, int(info.Size())).Draw(rt, "by"))); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if len(answered) != all {
			rt.Fatalf("%d are answered", len(answered))
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			rt.Fatalf("the journal is still there: %v", err)
		}
	})
}

// What was kept for something else doesn't stand, nor what a restart begins again.
func TestJournalOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	for _, tc := range []struct {
		key  string
		anew bool
		want []string
	}{{"a", false, nil}, {"a", false, []string{"1"}}, {"b", false, nil}, {"b", true, nil}, {"b", false, []string{"1"}}} {
		j, known, err := backtest.OpenJournal(path, tc.key, tc.anew)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Collect(maps.Keys(known)); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: known are %v", tc, got)
		}
		if err := errors.Join(j.Keep("1", backtest.Now{Says: backtest.Deny}), j.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info.Mode(), err)
	}
}

// A function that can't be called ends a replay; earlier cases are valid.
func TestReplayEndsWhereNothingCanBeAsked(t *testing.T) {
	gone := errors.New("no such function")
	var asked atomic.Int64
	told := 0
	err := backtest.Replay(t.Context(), requests(100, func(context.Context, []byte) (replay.Answer, error) {
		if asked.Add(1) > 10 {
			return replay.Answer{}, gone
		}
		return replay.Answer{Payload: []byte(`{}`)}, nil
	}), 2, replay.Options{}, func(backtest.Case) error { told++; return nil })
	if !errors.Is(err, gone) || asked.Load() > 12 || told < 4 {
		t.Errorf("got %v after %d were asked and %d told", err, asked.Load(), told)
	}
}
