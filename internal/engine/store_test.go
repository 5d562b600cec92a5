package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func keepingFlow() run.Flow {
	f := sampleFlow()
	f.Store = &run.StoreRule{Person: []string{"count"}, Flow: []string{"ids/*"}}
	return f
}

// counted is a shelf on which count has a value of that version.
func counted(version string) run.Shelves {
	return run.Shelves{Owner: ada.ID, Person: run.Shelf{Version: 1, Values: map[string]run.StoredValue{
		"count": {Value: json.RawMessage("1"), Version: version, ExpiresAt: start.Add(24 * time.Hour)},
	}}}
}

// puts is a response with a put of count if it has that version, and more members.
func puts(ifVersion, members string) string {
	return fmt.Sprintf(`{%s"puts":[{"scope":"person","key":"count","value":2,"if_version":%q,"ttl_seconds":60}]}`, members, ifVersion)
}

const (
	guarded   = `"subscriptions":["on_request","on_approve"],`
	unguarded = `"subscriptions":["on_request"],`
	approves  = `"transition":"approve",`
)

// keptCount returns the value of count that the last change writes, "" for no change.
func keptCount(r *run.Run) string {
	if !r.Kept.Changed() {
		return ""
	}
	return string(r.Kept.Person.Values["count"].Value)
}

// What a hook puts is written with the change in which its outcome takes effect, and the
// history names it.
func TestPutsAreWrittenWithTheOutcome(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		is     run.Status
		kept   time.Duration
	}{
		"an approve":   {puts("a", unguarded+approves), run.Approved, time.Minute},
		"a deny":       {puts("a", unguarded+`"transition":"deny",`), run.Denied, time.Minute},
		"a continue":   {puts("a", unguarded), run.Pending, time.Minute},
		"an overwrite": {`{"subscriptions":["on_request"],"puts":[{"scope":"person","key":"count","value":2}]}`, run.Pending, 90 * 24 * time.Hour},
	} {
		m := newMachine(t, keepingFlow())
		m.shelves = counted("a")
		m.answer(run.OnRequest, tc.answer)
		if m.run.Status != tc.is || keptCount(m.run) != "2" {
			t.Errorf("%s: %s, count is %q", name, m.run.Status, keptCount(m.run))
		}
		last := m.run.History[len(m.run.History)-1]
		if !slices.Equal(last.Stored, []string{"person/count"}) {
			t.Errorf("%s: the history names %q", name, last.Stored)
		}
		v := m.run.Kept.Person.Values["count"]
		if v.Version == "" || v.Version == "a" || !v.ExpiresAt.Equal(m.now.Add(tc.kept)) {
			t.Errorf("%s: it is kept as %+v", name, v)
		}
		if err := run.Verify(m.run.History); err != nil {
			t.Error(err)
		}
	}
}

// An outcome that does not take effect keeps nothing.
func TestPutsOfAnOutcomeWithoutEffect(t *testing.T) {
	for name, play := range map[string]func(m *machine){
		"the guard ignores it": func(m *machine) {
			m.answer(run.OnRequest, puts("a", guarded+approves))
			m.answer(run.OnApprove, `{"transition":"ignore","message":"no"}`)
		},
		"the guard denies": func(m *machine) {
			m.answer(run.OnRequest, puts("a", guarded+approves))
			m.answer(run.OnApprove, `{"transition":"deny"}`)
		},
		"the guard fails": func(m *machine) {
			m.answer(run.OnRequest, puts("a", guarded+approves))
			m.fail(run.OnApprove, "States.Timeout", "")
		},
		"above the limits": func(m *machine) {
			m.run.Flow.FastTrack = &run.FastTrack{MaxPerHour: 1}
			m.tallies = run.Tallies{Flow: run.Tally{Approved: before(time.Minute)}}
			m.answer(run.OnRequest, puts("a", unguarded+approves))
		},
		"shadow mode": func(m *machine) {
			m.run.Flow.Shadow = true
			m.answer(run.OnRequest, puts("a", unguarded+approves))
		},
		"canceled meanwhile": func(m *machine) {
			m.act(run.Cancel, ada, "")
			m.answer(run.OnRequest, puts("a", unguarded+approves))
		},
		"the hook reports a failure": func(m *machine) {
			m.answer(run.OnRequest, puts("a", unguarded+`"errors":[{"hook":"on_request","error":"x"}],`))
		},
		"an undeclared key beside": func(m *machine) {
			m.answer(run.OnRequest, `{"transition":"approve","puts":[{"scope":"person","key":"count","value":2},{"scope":"flow","key":"other","value":2}]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, keepingFlow())
			m.shelves = counted("a")
			play(m)
			for i, changed := range m.kept {
				if changed {
					t.Errorf("change %d keeps something", i)
				}
			}
			if m.run.Status == run.Approved {
				t.Error("it was approved")
			}
			for _, e := range m.run.History {
				if len(e.Stored) > 0 {
					t.Errorf("the history names %q", e.Stored)
				}
			}
		})
	}
}

// A hook whose values have changed meanwhile is called again, a few times; then it has
// failed, people decide, and the history says why.
func TestChangedValuesCallTheHookAgain(t *testing.T) {
	m := newMachine(t, keepingFlow())
	m.shelves = counted("b")
	m.answer(run.OnRequest, puts("a", unguarded+approves))
	m.is(run.Requested, run.NextHook)
	m.answer(run.OnRequest, puts("b", unguarded+approves))
	m.is(run.Approved, run.NextApproved)
	if keptCount(m.run) != "2" || m.run.Engine.Stale != 0 {
		t.Errorf("count is %q", keptCount(m.run))
	}

	m = newMachine(t, keepingFlow())
	m.shelves = counted("b")
	for range 4 {
		m.answer(run.OnRequest, puts("a", unguarded+approves))
	}
	m.is(run.Pending, run.NextReview)
	const want = "on_request failed: the value person/count of its store was changed by another request each of the 4 times that it was called"
	if keptCount(m.run) != "" || len(m.run.Review.Errors) != 1 || m.run.Review.Errors[0].Error != want {
		t.Errorf("reviewers see %+v", m.run.Review.Errors)
	}
}

// A value that changes while a guard is called calls on_request again, also only a few
// times.
func TestValuesThatChangeBehindAGuard(t *testing.T) {
	m := newMachine(t, keepingFlow())
	m.shelves = counted("a")
	m.answer(run.OnRequest, puts("a", guarded+approves))
	m.shelves = counted("b")
	m.answer(run.OnApprove, `{}`)
	m.is(run.Requested, run.NextHook)
	m.answer(run.OnRequest, puts("b", guarded+approves))
	m.answer(run.OnApprove, puts("b", ""))
	m.is(run.Approved, run.NextApproved)
	if keptCount(m.run) != "2" {
		t.Errorf("count is %q", keptCount(m.run))
	}

	m = newMachine(t, keepingFlow())
	for n := range 10 {
		if m.run.Status != run.Requested {
			break
		}
		m.shelves = counted(fmt.Sprint(n))
		m.answer(run.OnRequest, puts(fmt.Sprint(n), guarded+approves))
		m.shelves = counted("x")
		m.answer(run.OnApprove, `{}`)
	}
	m.is(run.Pending, run.NextReview)
	if keptCount(m.run) != "" || !strings.Contains(m.run.Review.Errors[0].Error, "was changed by another request") {
		t.Errorf("reviewers see %+v", m.run.Review.Errors)
	}
}

// A guard keeps what it returns with an approve that counts, and with one that it ignores.
func TestPutsOfAGuard(t *testing.T) {
	for name, transition := range map[string]string{"allows": "", "ignores": `"transition":"ignore",`} {
		m := newMachine(t, keepingFlow())
		m.shelves = counted("a")
		m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
		m.act(run.Approve, grace, "fine")
		m.answer(run.OnApprove, puts("a", transition))
		last := m.run.History[len(m.run.History)-1]
		if keptCount(m.run) != "2" || !slices.Equal(last.Stored, []string{"person/count"}) {
			t.Errorf("%s: count is %q, the history names %q", name, keptCount(m.run), last.Stored)
		}
	}
}

// Hooks that name people put nothing, and a flow without a store has none.
func TestWhoMayNotPut(t *testing.T) {
	m := newMachine(t, keepingFlow())
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","on_approve","get_permissions"]}`)
	m.answer(run.OnApprove, `{"transition":"ignore","message":"no"}`)
	m.answer(run.GetPermissions, puts("", `"permissions":{"approvers":["everyone"]},`))
	if m.run.Kept.Changed() || slices.Contains(m.run.Review.Approvers, "everyone") {
		t.Errorf("%v decide", m.run.Review.Approvers)
	}
	m = newMachine(t, sampleFlow())
	m.answer(run.OnRequest, puts("", unguarded+approves))
	m.is(run.Pending, run.NextReview)
	if got := m.run.Review.Errors[0].Error; got != "on_request returned an invalid response: puts: the flow has no store in flows.yaml" {
		t.Errorf("reviewers see %q", got)
	}
}
