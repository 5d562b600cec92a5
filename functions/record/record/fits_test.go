package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// checks are as many as an answer may hold, of that character.
func checks(fill string) string {
	all := make([]run.Check, 50)
	for i := range all {
		all[i] = run.Check{Name: strings.Repeat(fill, 600), Detail: strings.Repeat(fill, 600)}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(all); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

// Hooks that return as much as they may, at each invocation, fill the record of a
// run; it ends all the same.
func TestHooksThatSayAllTheyMay(t *testing.T) {
	all := `"subscriptions":["on_request","get_permissions","after_request","on_approve","on_deny","after_approve","after_deny"]`
	for name, tc := range map[string]struct {
		acts    int
		answers map[run.HookName]string
		want    run.Status
	}{
		"characters that HTML escapes": {0, map[run.HookName]string{
			run.OnRequest: `{"transition":"approve","checks":` + checks("<") + `,"subscriptions":["on_request"]}`,
		}, run.Approved},
		"every hook on the way to an approval": {1, map[run.HookName]string{
			run.OnRequest:    `{"transition":"approve",` + all + `,"checks":` + checks("x") + `}`,
			run.OnApprove:    `{"transition":"approve","checks":` + checks("y") + `}`,
			run.AfterApprove: `{"checks":` + checks("z") + `}`,
		}, run.Denied}, // the guard's answer does not fit, so the approval does not count, and a person denies
		"every hook on the way to people": {12, map[run.HookName]string{
			run.OnRequest:      `{` + all + `,"checks":` + checks("x") + `}`,
			run.GetPermissions: `{"checks":` + checks("x") + `}`,
			run.AfterRequest:   `{"checks":` + checks("x") + `}`,
			run.OnApprove:      `{"transition":"ignore","message":"no","checks":` + checks("x") + `}`,
			run.OnDeny:         `{"checks":` + checks("x") + `}`,
			run.AfterDeny:      `{"checks":` + checks("x") + `}`,
		}, run.Denied},
		"a guard that fails each time": {60, map[run.HookName]string{
			run.OnRequest: `{"subscriptions":["on_request","on_approve"]}`,
			run.OnApprove: `{"errors":[{"hook":"on_approve","error":"` + strings.Repeat("😀", 1000) + `"}]}`,
		}, run.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			flow := sampleFlow()
			flow.Review.Approvers = []string{"everyone"}
			m := newMachine(t, storetest.New(t), flow, tc.answers)
			m.arrives = func(m *machine) {
				for i := range tc.acts {
					m.acts(run.Approve, fmt.Sprintf("p%d@example.com", i/run.MaxActsOfPerson))
				}
				m.acts(run.Deny, "root@example.com")
			}
			check(t, m, tc.want)
		})
	}
}

// What does not fit is the hook's failure, which people see, and narrows.
func TestWhatDoesNotFitIsTheHooksFailure(t *testing.T) {
	m := newMachine(t, storetest.New(t), sampleFlow(), map[run.HookName]string{
		run.OnRequest: `{"subscriptions":["on_request","on_approve"],"checks":` + checks("x") + `}`,
		run.OnApprove: `{"transition":"ignore","message":"no","checks":` + checks("x") + `}`,
	})
	acts := 0
	m.arrives = func(m *machine) {
		if acts++; acts < 6 {
			m.acts(run.Approve, "root@example.com")
		} else {
			m.acts(run.Deny, "root@example.com")
		}
	}
	r := m.run()
	const want = "on_approve failed: its response does not fit into the record of this request"
	var failed int
	for _, e := range r.History {
		if e.Event == run.Ignore && e.Error == want {
			failed++
		}
	}
	if failed == 0 || r.Status != run.Denied || len(r.Review.Errors) != failed {
		t.Errorf("%d entries tell of it, reviewers see %d, the run is %s", failed, len(r.Review.Errors), r.Status)
	}
}

// People who say as much as they may don't fill a run either: it ends, at the
// latest when its record is full or its time is over.
func TestPeopleWhoSayAllTheyMay(t *testing.T) {
	flow := sampleFlow()
	flow.Review.Approvers = []string{"everyone"}
	flow.Review.Approvals = []run.Requirement{{Count: 20}}
	for name, tc := range map[string]struct {
		answers map[run.HookName]string
		want    run.Status
	}{
		"no hooks": {map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request"]}`}, run.Approved},
		"and so do hooks": {map[run.HookName]string{
			run.OnRequest:   `{"subscriptions":["on_request","on_approve","after_expire"],"checks":` + checks("é") + `}`,
			run.OnApprove:   `{"checks":` + checks("é") + `}`,
			run.AfterExpire: `{"checks":` + checks("é") + `}`,
		}, run.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, storetest.New(t), flow, tc.answers)
			m.reason = strings.Repeat("😀", run.MaxReason)
			person := 0
			m.arrives = func(m *machine) {
				if person++; person > 40 {
					m.now = m.now.Add(time.Hour)
					return
				}
				m.acts(run.Approve, fmt.Sprintf("p%d@example.com", person))
			}
			check(t, m, tc.want)
		})
	}
}
