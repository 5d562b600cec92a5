package engine_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func shadowFlow() run.Flow {
	f := sampleFlow()
	f.Shadow = true
	return f
}

// Whatever on_request answers in shadow mode, people decide, and don't see it;
// auditors do.
func TestShadow(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		event  run.EventName
		failed bool
	}{
		"it would approve": {`{"transition":"approve","reason":"Everything goes!","checks":[{"name":"open","passed":true}],"subscriptions":["on_request"]}`, run.Approve, false},
		"it would deny":    {`{"transition":"deny","reason":"no","checks":[{"name":"open","passed":false}],"subscriptions":["on_request"]}`, run.Deny, false},
		"it would ask":     {`{"checks":[{"name":"open","passed":false}],"subscriptions":["on_request"]}`, "", false},
		"it fails":         {`{"errors":[{"hook":"on_request","error":"down"}],"subscriptions":["on_request"]}`, "", true},
		"it is invalid":    {`{"transition":"escalate","subscriptions":["on_request"]}`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, shadowFlow())
			m.answer(run.OnRequest, tc.answer)
			m.is(run.Pending, run.NextReview)
			v := m.run.Shadow
			if v == nil || v.Event != tc.event || (v.Error != "") != tc.failed {
				t.Fatalf("the verdict is %+v", v)
			}
			if len(m.run.Review.Checks) > 0 || len(m.run.Review.Errors) > 0 || len(m.last().Checks) > 0 || m.last().Error != "" {
				t.Errorf("people see what code thinks: %+v, %+v", m.run.Review, m.last())
			}
			if m.run.ViewFor(grace, nil, m.now).Shadow != nil || m.run.ViewFor(m.run.Requester, nil, m.now).Shadow != nil {
				t.Error("who decides or asks sees the verdict")
			}
			m.act(run.Approve, grace, "looks right")
			if m.run.Decision == nil || m.run.Decision.By.ID != grace.ID {
				t.Errorf("the decision is %+v", m.run.Decision)
			}
			if m.run.ViewFor(grace, nil, m.now).Shadow != nil {
				t.Error("a reviewer who is no auditor sees the verdict")
			}
			admin := run.Person{ID: m.run.Flow.Admins[0], Email: m.run.Flow.Admins[0], Groups: []string{"platform"}}
			if m.run.ViewFor(admin, nil, m.now).Shadow == nil {
				t.Error("an admin doesn't see the verdict of a decided run")
			}
		})
	}
}

// A function that fails as a whole could not say who may decide: the admins
// alone do, and see why, as in live mode.
func TestShadowFailsAsAWhole(t *testing.T) {
	m := newMachine(t, shadowFlow())
	m.answer(run.OnRequest, `[]`)
	m.is(run.Pending, run.NextHook) // its hooks are unknown
	if got := m.run.Review.Approvers; len(got) != 1 || got[0] != "admins" || len(m.run.Review.Errors) == 0 {
		t.Errorf("the review is %+v", m.run.Review)
	}
}

// The reducers, which a deciding response doesn't bring, are called then.
func TestShadowAsksTheReducers(t *testing.T) {
	m := newMachine(t, shadowFlow())
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","get_permissions"]}`)
	m.answer(run.GetPermissions, `{"permissions":{"approvals":2}}`)
	m.is(run.Pending, run.NextReview)
	if got := m.run.Review.Approvals; len(got) != 1 || got[0].Count != 2 {
		t.Errorf("the approvals are %+v", got)
	}
}

// What on_request said can't be changed unseen, nor found out of the history by
// trying: the hash of the same is another each time.
func TestShadowIsSealed(t *testing.T) {
	const answer = `{"transition":"approve","reason":"Everything goes!","subscriptions":["on_request","get_permissions"]}`
	hashes := map[string]bool{}
	for range 2 {
		m := newMachine(t, shadowFlow())
		m.answer(run.OnRequest, answer)
		m.answer(run.GetPermissions, `{}`)
		m.act(run.Deny, grace, "no")
		sealed := 0
		for _, e := range m.run.History {
			if e.ShadowSHA256 != "" {
				sealed++
				hashes[e.ShadowSHA256] = true
			}
		}
		if sealed != 1 {
			t.Errorf("%d entries have the hash", sealed)
		}
		for name, change := range map[string]func(r *run.Run){
			"":                       func(*run.Run) {},
			"is not what":            func(r *run.Run) { r.Shadow.Event = run.Deny },
			"shadow mode is not":     func(r *run.Run) { r.Shadow.Reason = "low risk" },
			"in shadow mode is gone": func(r *run.Run) { r.Shadow = nil },
		} {
			r := stored(t, m.run)
			change(r)
			err := r.VerifyRecord(r.ID, nil)
			if (err == nil) != (name == "") || err != nil && !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want %q", err, name)
			}
		}
	}
	if len(hashes) != 2 {
		t.Error("the same verdict has the same hash twice")
	}
}
