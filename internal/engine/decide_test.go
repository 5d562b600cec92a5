package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// none is the response of a hook function that has no hook for the event,
// and only the ones named.
func none(subscriptions ...string) string {
	return `{"subscriptions":["` + strings.Join(append([]string{"on_request"}, subscriptions...), `","`) + `"]}`
}

func TestOnRequestApprovesBeforeAnybodyIsAsked(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"transition":"approve","reason":"Everything goes!","subscriptions":["on_request"],"checks":[{"name":"open","passed":true}]}`)
	m.is(run.Approved, run.NextApproved)
	d := m.run.Decision
	if d.Reason != "Everything goes!" || d.By != (run.Actor{Type: run.HookActor, ID: "on_request"}) || len(d.Checks) != 1 {
		t.Errorf("decision is %+v", d)
	}
	if m.run.Review != nil {
		t.Error("people were asked")
	}
}

func TestOnRequestDenies(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"transition":"deny","subscriptions":["on_request"]}`)
	m.is(run.Denied, run.NextDenied)
	if got, want := m.run.Decision.Reason, "Denied by on_request of sample"; got != want {
		t.Errorf("reason is %q, want %q", got, want)
	}
}

func TestUnknownSubscriptionsCountAsAll(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"transition":"approve"}`)
	m.answer(run.OnApprove, `null`)
	m.is(run.Approved, run.NextHook)
	m.answer(run.AfterApprove, `{}`)
	m.is(run.Approved, run.NextApproved)
}

func TestPeopleDecide(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none())
	m.is(run.Pending, run.NextReview)
	act := m.act(run.Approve, grace, "looks right")
	m.is(run.Approved, run.NextApproved)
	if e := m.last(); e.Act != act.ID || e.Actor.ID != grace.ID || e.Reason != "looks right" {
		t.Errorf("entry is %+v", e)
	}
}

func TestActsThatDoNotCount(t *testing.T) {
	machine := run.Person{ID: "arn:aws:iam::123456789012:role/ci", Groups: []string{"sre"}, Machine: true}
	requester := ada
	requester.Groups = []string{"platform", "sre"}
	for name, tc := range map[string]struct {
		event run.EventName
		by    run.Person
	}{
		"a stranger's approve":           {run.Approve, eve},
		"a stranger's deny":              {run.Deny, eve},
		"the requester's, even an admin": {run.Approve, requester},
		"a machine's":                    {run.Approve, machine},
		"somebody else's cancel":         {run.Cancel, root},
		"an act that there is not":       {run.Escalate, root},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			m.answer(run.OnRequest, none())
			act := m.act(tc.event, tc.by, "")
			m.is(run.Pending, run.NextReview)
			if e := m.last(); e.Event != run.Ignore || e.Act != act.ID || e.Reason == "" {
				t.Errorf("entry is %+v, want an ignore with a reason", e)
			}
		})
	}
}

func TestThreshold(t *testing.T) {
	both := linus // of sre and of security
	for name, tc := range map[string]struct {
		approvals []run.Requirement
		by        []run.Person
		want      run.Status
	}{
		"one of two":                      {[]run.Requirement{{Count: 2}}, []run.Person{grace}, run.Pending},
		"the same twice":                  {[]run.Requirement{{Count: 2}}, []run.Person{grace, grace}, run.Pending},
		"two of two":                      {[]run.Requirement{{Count: 2}}, []run.Person{grace, linus}, run.Approved},
		"each list by different people":   {[]run.Requirement{{From: "group:security", Count: 1}, {From: "group:sre", Count: 1}}, []run.Person{both, grace}, run.Approved},
		"in the other order":              {[]run.Requirement{{From: "group:sre", Count: 1}, {From: "group:security", Count: 1}}, []run.Person{both, grace}, run.Approved},
		"one person can't stand for both": {[]run.Requirement{{From: "group:security", Count: 1}, {From: "group:sre", Count: 1}}, []run.Person{both}, run.Pending},
		"nobody of security":              {[]run.Requirement{{From: "group:security", Count: 1}}, []run.Person{grace}, run.Pending},
		"an admin stands for any":         {[]run.Requirement{{From: "group:security", Count: 1}}, []run.Person{root}, run.Approved},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.Review.Approvals = tc.approvals
			m := newMachine(t, f)
			m.answer(run.OnRequest, none())
			for _, p := range tc.by {
				m.act(run.Approve, p, "")
			}
			if m.run.Status != tc.want {
				t.Errorf("status is %s, want %s", m.run.Status, tc.want)
			}
		})
	}
}

func TestOneDenyDenies(t *testing.T) {
	f := sampleFlow()
	f.Review.Approvals = []run.Requirement{{Count: 2}}
	m := newMachine(t, f)
	m.answer(run.OnRequest, none())
	m.act(run.Approve, grace, "")
	m.act(run.Deny, linus, "not today")
	m.is(run.Denied, run.NextDenied)
	if got := m.run.Decision.Reason; got != "not today" {
		t.Errorf("reason is %q", got)
	}
}

func TestCancel(t *testing.T) {
	t.Run("while people are asked", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, none())
		m.act(run.Cancel, ada, "")
		m.is(run.Canceled, run.NextCanceled)
	})
	t.Run("while on_request still runs", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.act(run.Cancel, ada, "")
		m.answer(run.OnRequest, `{"transition":"approve","subscriptions":[]}`)
		m.is(run.Canceled, run.NextCanceled)
	})
}

// An act that came before there was a token is found by the next Decide.
func TestActBeforeRouting(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.act(run.Approve, grace, "")
	m.answer(run.OnRequest, none())
	m.is(run.Approved, run.NextApproved)
}

func TestActsWithOneKeyAreOne(t *testing.T) {
	f := sampleFlow()
	f.Review.Approvals = []run.Requirement{{Count: 2}}
	m := newMachine(t, f)
	m.answer(run.OnRequest, none())
	first := m.act(run.Approve, grace, "")
	again := first
	again.ID, again.Key = run.NewID(m.now.Add(time.Second)), "k"
	m.acts[0].Key = "k"
	m.acts = append(m.acts, again)
	before := len(m.run.History)
	m.step(engine.Step{})
	if len(m.run.History) != before {
		t.Errorf("the second act was recorded: %+v", m.last())
	}
}

func TestReviewTimesOut(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none())
	doc, err := stepfn.NewDocument(m.run, m.now, nil)
	if err != nil || doc.Seconds != 3600 {
		t.Fatalf("waits %d s (%v), want 3600", doc.Seconds, err)
	}
	m.pass(3599 * time.Second) // woken early
	m.is(run.Pending, run.NextReview)
	m.pass(time.Second)
	m.is(run.Expired, run.NextExpired)
}

func TestNotifyListIsToldInTurn(t *testing.T) {
	f := sampleFlow()
	f.Review.Notify = []run.Notify{{To: []string{"sns"}, WaitSeconds: 600}, {To: []string{"admins"}, WaitSeconds: 7200}, {To: []string{"webhook"}}}
	m := newMachine(t, f)
	m.answer(run.OnRequest, none())
	if to := m.last().To; len(to) != 1 || to[0] != "sns" {
		t.Fatalf("first told is %v", to)
	}
	doc, _ := stepfn.NewDocument(m.run, m.now, nil)
	if doc.Seconds != 600 {
		t.Errorf("waits %d s, want 600", doc.Seconds)
	}
	m.pass(10 * time.Minute)
	if e := m.last(); e.Event != run.Forward || e.To[0] != "admins" {
		t.Fatalf("entry is %+v", e)
	}
	doc, _ = stepfn.NewDocument(m.run, m.now, nil)
	if doc.Seconds != 3000 {
		t.Errorf("waits %d s, want 3000: the run expires an hour after the request, whatever the list says", doc.Seconds)
	}
	m.pass(50 * time.Minute)
	m.is(run.Expired, run.NextExpired)
}

func TestReducersOverrideTheReview(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"subscriptions":["on_request","get_permissions","get_notifications"],
		"permissions":{"approvers":["eve@example.com"],"timeout_seconds":60},"notifications":[{"to":["slack:#ops"],"wait_seconds":5}]}`)
	m.is(run.Pending, run.NextReview)
	m.act(run.Approve, grace, "")
	m.is(run.Pending, run.NextReview)
	m.act(run.Approve, eve, "")
	m.is(run.Approved, run.NextApproved)
}

func TestHookShortensTheDuration(t *testing.T) {
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 3600})
	m.answer(run.OnRequest, `{"transition":"approve","duration_seconds":1800,"subscriptions":[]}`)
	m.is(run.Approved, run.NextGrant)
	if m.run.DurationSeconds != 1800 {
		t.Errorf("lasts %d s, want 1800", m.run.DurationSeconds)
	}
}

func TestStepOfAnotherExecutionIsRefused(t *testing.T) {
	m := newMachine(t, sampleFlow())
	if _, _, err := engine.Decide(m.run, engine.Step{ID: "x", Execution: 1}, start); err == nil {
		t.Error("a step of another execution was taken")
	}
}
