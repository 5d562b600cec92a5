package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// failures are the ways in which a hook can fail that each row of the hook
// table must contain.
var failures = map[string]struct {
	answer        string
	errName, root string
}{
	"an error":             {"", "errorString", `{"errorMessage":"boom","errorType":"errorString"}`},
	"a time-out":           {"", "States.Timeout", ""},
	"a crash":              {"", "Runtime.ExitError", `{"errorMessage":"exit status 1","errorType":"Runtime.ExitError"}`},
	"no such function":     {"", "Lambda.ResourceNotFoundException", "Function not found"},
	"too much":             {"", "States.DataLimitExceeded", ""},
	"over 64 KiB":          {`{"output":"` + strings.Repeat("x", 65<<10) + `"}`, "", ""},
	"no object":            {`[1,2]`, "", ""},
	"a string":             {`"approve"`, "", ""},
	"unknown transition":   {`{"transition":"grant"}`, "", ""},
	"one that lies behind": {`{"transition":"request"}`, "", ""},
	"one too far ahead":    {`{"transition":"escalate"}`, "", ""},
	"a wrong type":         {`{"transition":7}`, "", ""},
	"an unknown member":    {`{"transition":"approve","approve":true}`, "", ""},
	"another version":      {`{"version":"9","transition":"approve"}`, "", ""},
	"a long reason":        {`{"transition":"approve","reason":"` + strings.Repeat("x", 2001) + `"}`, "", ""},
	"a control character":  {`{"transition":"approve","reason":"a\u001bb"}`, "", ""},
	"its own error":        {`{"errors":[{"hook":"HOOK","error":"PagerDuty did not respond: 503"}],"transition":"approve"}`, "", ""},
	"a longer duration":    {`{"transition":"approve","duration_seconds":99999}`, "", ""},
	"a forged error":       {`{"Error":"States.Timeout","Cause":"x"}`, "", ""},
	"a large output":       {`{"transition":"approve","output":"` + strings.Repeat("x", 9<<10) + `"}`, "", ""},
}

func (m *machine) goesWrong(hook run.HookName, how string) {
	m.t.Helper()
	f := failures[how]
	if f.errName != "" {
		m.fail(hook, f.errName, f.root)
		return
	}
	m.answer(hook, strings.ReplaceAll(f.answer, "HOOK", string(hook)))
}

func TestFailingOnRequestGoesToPeople(t *testing.T) {
	for how, f := range failures {
		t.Run(how, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			m.goesWrong(run.OnRequest, how)
			if m.run.Engine.Hook == run.GetPermissions { // whatever has raised an error may answer it
				m.goesWrong(run.GetPermissions, how)
			}
			m.asks(run.AfterRequest) // no subscriptions were heard
			m.fail(run.AfterRequest, "States.Timeout", "")
			m.is(run.Pending, run.NextReview)
			if len(m.run.Review.Errors) == 0 || m.run.Review.Errors[0].Hook != string(run.OnRequest) {
				t.Errorf("reviewers see %+v, want the error of on_request", m.run.Review.Errors)
			}
			if e := m.run.History[1]; !strings.Contains(e.Error, "on_request") {
				t.Errorf("history says %q, want the error of on_request", e.Error)
			}
			if whole := f.errName != ""; whole {
				m.act(run.Approve, grace, "")
				if m.run.Decision != nil {
					t.Error("a reviewer decided, though who may decide could not be found out")
				}
			}
			m.act(run.Approve, root, "")
			m.answer(run.OnApprove, "{}")
			m.is(run.Approved, run.NextHook)
		})
	}
}

func pendingWith(t *testing.T, subscriptions ...string) *machine {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none(subscriptions...))
	return m
}

func TestFailingOnApproveNeverApproves(t *testing.T) {
	for how := range failures {
		t.Run(how, func(t *testing.T) {
			m := pendingWith(t, "on_approve")
			act := m.act(run.Approve, grace, "")
			m.goesWrong(run.OnApprove, how)
			m.is(run.Pending, run.NextReview)
			if e := m.last(); e.Event != run.Ignore || e.Act != act.ID || e.Error == "" || e.Reason == "" {
				t.Errorf("entry is %+v", e)
			}
		})
	}
}

func TestFailingOnDenyDenies(t *testing.T) {
	for how := range failures {
		t.Run(how, func(t *testing.T) {
			m := pendingWith(t, "on_deny")
			m.act(run.Deny, grace, "no")
			m.goesWrong(run.OnDeny, how)
			m.is(run.Denied, run.NextDenied)
			if e := m.last(); e.Error == "" || e.Reason != "no" {
				t.Errorf("entry is %+v", e)
			}
		})
	}
}

func TestFailingOnExpireExpires(t *testing.T) {
	for how := range failures {
		t.Run(how, func(t *testing.T) {
			m := pendingWith(t, "on_expire")
			m.pass(time.Hour)
			m.goesWrong(run.OnExpire, how)
			m.is(run.Expired, run.NextExpired)
			if m.last().Error == "" {
				t.Errorf("entry is %+v", m.last())
			}
		})
	}
}

func TestFailingAfterHooksChangeNothing(t *testing.T) {
	for how := range failures {
		t.Run(how, func(t *testing.T) {
			m := pendingWith(t, "after_request", "after_approve")
			m.goesWrong(run.AfterRequest, how)
			m.is(run.Pending, run.NextReview)
			m.act(run.Approve, grace, "")
			m.goesWrong(run.AfterApprove, how)
			m.is(run.Approved, run.NextApproved)
			if e := m.last(); e.Event != run.Ignore || e.Error == "" {
				t.Errorf("entry is %+v", e)
			}
		})
	}
}

func TestGuards(t *testing.T) {
	const approve = `{"transition":"approve","subscriptions":["on_request","on_approve","on_deny"]}`
	t.Run("a fast-tracked approval passes on_approve", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, approve)
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := doc.Hook.Invocation.Event; e.Channel != run.ViaHook || e.Actor.ID != "on_request" || e.Name != run.Approve {
			t.Errorf("on_approve is asked about %+v", e)
		}
		m.answer(run.OnApprove, `{}`)
		m.is(run.Approved, run.NextApproved)
	})
	t.Run("ignored, it goes to people", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, approve)
		m.answer(run.OnApprove, `{"transition":"ignore","message":"not on a Friday"}`)
		m.is(run.Pending, run.NextReview)
	})
	t.Run("ignored, the reducers are asked now", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","on_approve","get_permissions"]}`)
		m.answer(run.OnApprove, `{"transition":"ignore"}`)
		m.answer(run.GetPermissions, `{"permissions":{"approvers":["eve@example.com"]}}`)
		m.is(run.Pending, run.NextReview)
		m.act(run.Approve, eve, "")
		m.asks(run.OnApprove)
	})
	t.Run("a person is ignored with a message", func(t *testing.T) {
		m := pendingWith(t, "on_approve")
		m.act(run.Approve, grace, "")
		m.answer(run.OnApprove, `{"transition":"ignore","message":"You are not authorized to approve this request."}`)
		m.is(run.Pending, run.NextReview)
		if got := m.last().Reason; got != "You are not authorized to approve this request." {
			t.Errorf("message is %q", got)
		}
	})
	t.Run("on_approve denies, on_deny is asked, the deny takes effect", func(t *testing.T) {
		m := pendingWith(t, "on_approve", "on_deny")
		m.act(run.Approve, grace, "")
		m.answer(run.OnApprove, `{"transition":"deny","reason":"never"}`)
		m.answer(run.OnDeny, `{}`)
		m.is(run.Denied, run.NextDenied)
		if d := m.run.Decision; d.Reason != "never" || d.By.ID != "on_approve" {
			t.Errorf("decision is %+v", d)
		}
	})
	t.Run("own event adds a reason, once", func(t *testing.T) {
		m := pendingWith(t, "on_approve")
		m.act(run.Approve, grace, "fine")
		m.answer(run.OnApprove, `{"transition":"approve","reason":"checked","checks":[{"name":"x","passed":true}]}`)
		m.is(run.Approved, run.NextApproved)
		if d := m.run.Decision; d.Reason != "fine" || d.HookReason != "checked" || d.HookReasonBy != run.OnApprove || d.By.ID != grace.ID || len(d.Checks) != 1 {
			t.Errorf("decision is %+v", d)
		}
	})
	t.Run("on_expire approves, a guard ignores it: it expires", func(t *testing.T) {
		m := pendingWith(t, "on_expire", "on_approve")
		m.pass(time.Hour)
		m.answer(run.OnExpire, `{"transition":"approve"}`)
		m.answer(run.OnApprove, `{"transition":"ignore"}`)
		m.is(run.Expired, run.NextExpired)
	})
	t.Run("a guard deployed while the run waits is not skipped", func(t *testing.T) {
		m := pendingWith(t)
		m.version = "2"
		m.act(run.Approve, grace, "")
		m.asks(run.OnApprove)
	})
	t.Run("who approves while on_approve runs is not lost", func(t *testing.T) {
		f := sampleFlow()
		f.Review.Approvals = []run.Requirement{{Count: 2}}
		m := newMachine(t, f)
		m.answer(run.OnRequest, none("on_approve"))
		m.act(run.Approve, grace, "")
		m.act(run.Approve, linus, "")
		m.answer(run.OnApprove, `{}`)
		m.answer(run.OnApprove, `{}`)
		m.is(run.Approved, run.NextApproved)
	})
}

func TestAnswersToAnEarlierQuestionAreDropped(t *testing.T) {
	m := pendingWith(t, "on_approve")
	m.act(run.Approve, grace, "")
	m.asks(run.OnApprove)
	late := engine.Step{ID: "late", Turn: 0, Response: &engine.HookResponse{Body: []byte(`{"transition":"approve"}`)}, Acts: m.acts}
	next, changed, err := engine.Decide(m.run, late, m.now)
	if err != nil || changed || next.Status != run.Pending {
		t.Errorf("changed %v to %s (%v): an answer of on_request was taken for one of on_approve", changed, next.Status, err)
	}
}

// The history says under which version of the flow a hook was called, and which version
// of the hook function led where.
func TestHistoryNamesVersions(t *testing.T) {
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: sampleFlow(), FlowVersion: "0123456789ab", Requester: ada})
	m.step(engine.Step{Response: &engine.HookResponse{Body: []byte(`{"subscriptions":["on_request","on_approve"]}`), Version: "7"}})
	m.act(run.Approve, grace, "")
	m.step(engine.Step{Response: &engine.HookResponse{Body: []byte(`{}`), Version: "8"}})
	m.is(run.Approved, run.NextApproved)
	var got []string
	for _, e := range m.run.History {
		got = append(got, string(e.Event)+" "+e.FlowVersion+" "+e.HooksVersion)
	}
	if want := []string{"request 0123456789ab ", "forward  7", "approve  8"}; !slices.Equal(got, want) {
		t.Errorf("the history says %q, want %q", got, want)
	}
}

// A guard is skipped only where the version that would be called now is known to
// have none: whatever was reported before, and whichever version responds meanwhile.
func TestAGuardIsAbsentOnlyWhenKnown(t *testing.T) {
	none := func(m *machine, h run.HookName, version, answer string) {
		m.t.Helper()
		m.asks(h)
		m.step(engine.Step{Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: version}})
	}
	for name, tc := range map[string]struct {
		// reported is the version that reported no hooks, served the one that is
		// served when Grace approves, "" if that is unknown.
		reported, served string
		asked            bool
	}{
		"the version that reported is served":        {"1", "1", false},
		"another is served":                          {"1", "2", true},
		"an older one is served":                     {"2", "1", true},
		"which is served is not known":               {"1", "", true},
		"code that may change under its name":        {"$LATEST", "$LATEST", true},
		"no version reported":                        {"", "", true},
		"a version is served, and none had reported": {"", "1", true},
	} {
		m := newMachine(t, sampleFlow())
		none(m, run.OnRequest, tc.reported, `{"subscriptions":[]}`)
		m.version = tc.served
		m.act(run.Approve, grace, "")
		if asked := m.run.Engine.Next == run.NextHook && m.run.Engine.Hook == run.OnApprove; asked != tc.asked {
			t.Errorf("%s: on_approve is asked: %v, want %v", name, asked, tc.asked)
		}
	}
	// What answers now knows itself, whatever is known of the rest.
	m := newMachine(t, sampleFlow())
	m.version = ""
	none(m, run.OnRequest, "1", `{"transition":"approve","subscriptions":[]}`)
	m.is(run.Approved, run.NextApproved)
	// A version that answers later speaks for itself, not for the one before it.
	m = pendingWith(t, "on_expire")
	m.version = ""
	m.pass(time.Hour)
	none(m, run.OnExpire, "2", `{"transition":"approve"}`)
	m.asks(run.OnApprove)
}
