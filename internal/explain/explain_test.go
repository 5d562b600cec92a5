package explain_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/explain"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// withAccess has the flow give an hour of access.
func withAccess(a *run.Draft) {
	a.Flow.Strategy, a.DurationSeconds = []byte(`{"type":"lambda"}`), 3600
}

const approves = `"transition":"approve","reason":"Everything goes."`

// lines are what is explained, as text.
func lines(e explain.Explanation) string {
	var b strings.Builder
	fmt.Fprintln(&b, e.Answer)
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "+%s %s", s.After(), s.Text)
		for _, c := range s.Checks {
			fmt.Fprintf(&b, " [%s %v]", c.Name, c.Passed)
		}
		if s.Error != "" {
			fmt.Fprintf(&b, " ! %s", s.Error)
		}
		if s.HooksVersion != "" {
			fmt.Fprintf(&b, " (hooks %s)", s.HooksVersion)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestOf(t *testing.T) {
	for name, tc := range map[string]struct {
		asked func(*run.Draft)
		play  func(*machine)
		want  string
	}{
		"nobody has spoken yet": {nil, func(*machine) {}, `
Still waits for the hooks of aws-access to respond.
+0s ada@example.com files the request: prod is down
`},
		"fast-tracked": {nil, func(m *machine) {
			m.answer(run.OnRequest, approves+`,"checks":[{"name":"on call","passed":true}]`)
		}, `
Approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. [on call true] (hooks 7)
`},
		"fast-tracked without a reason": {nil, func(m *machine) { m.answer(run.OnRequest, `"transition":"approve"`) }, `
Approved at once by on_request of aws-access, without a reason.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Approved by on_request of aws-access (hooks 7)
`},
		"denied by on_request": {nil, func(m *machine) {
			m.answer(run.OnRequest, `"transition":"deny","reason":"Not on Mondays","checks":[{"name":"no Monday","passed":false}]`)
		}, `
Denied at once by on_request of aws-access: Not on Mondays.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access denies: Not on Mondays [no Monday false] (hooks 7)
`},
		"left to people, who deny": {nil, func(m *machine) {
			m.answer(run.OnRequest, `"checks":[{"name":"low risk","passed":false,"detail":"Production administrator"},{"name":"on call","passed":true}]`)
			m.does(grace, run.Deny, "not now")
		}, `
Denied by grace@example.com (“not now”) after on_request left it to people because of failed checks, “low risk” (Production administrator).
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z [low risk false] [on call true] (hooks 7)
+2s grace@example.com denies: not now
`},
		"a hook failed, then a person decided": {func(a *run.Draft) {
			a.Flow.Review.Notify = []run.Notify{{To: []string{"sns"}, WaitSeconds: 60}, {To: []string{"admins"}}}
		}, func(m *machine) {
			m.answer(run.OnRequest, `"errors":[{"hook":"on_request","error":"no route to host"},{"hook":"get_notifications","error":"down"}]`)
			m.pass(time.Minute)
			m.does(grace, run.Approve, "looked at it")
		}, `
Approved by grace@example.com (“looked at it”) after on_request failed: no route to host.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z; notified: sns ! on_request failed: no route to host; get_notifications failed: down (hooks 7)
+1m2s Nobody has decided yet; notified: admins
+1m3s grace@example.com approves: looked at it
`},
		"held by a limit of fast_track": {func(a *run.Draft) { a.Flow.FastTrack = &run.FastTrack{MaxPerHour: 1} }, func(m *machine) {
			m.tallies.Flow.Approved = []int64{start.UnixMilli()}
			m.answer(run.OnRequest, approves)
			m.does(grace, run.Deny, "not twice")
		}, `
Denied by grace@example.com (“not twice”) after a limit of fast_track held the approval by on_request (aws-access: 1 approved by on_request within an hour; it allows 1, so people decide).
+0s ada@example.com files the request: prod is down
+1s a limit of fast_track holds the approval by on_request: aws-access: 1 approved by on_request within an hour; it allows 1, so people decide. (hooks 7)
+1s group:sre can decide until 2026-11-23 11:00:00Z [within the limits of fast_track false] (hooks 7)
+2s grace@example.com denies: not twice
`},
		"a guard ignored what on_request decided": {nil, func(m *machine) {
			m.answer(run.OnRequest, approves, run.OnApprove)
			m.answer(run.OnApprove, `"transition":"ignore","message":"There is a freeze."`, run.OnApprove)
		}, `
Still waits for group:sre to decide until 2026-11-23 11:00:00Z; on_approve ignored the decision of on_request (There is a freeze).
+0s ada@example.com files the request: prod is down
+2s on_approve of aws-access ignores the decision of on_request: There is a freeze. (hooks 7)
+2s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
`},
		"a guard failed": {nil, func(m *machine) {
			m.answer(run.OnRequest, approves, run.OnApprove)
			m.answer(run.OnApprove, `"errors":[{"hook":"on_approve","error":"down"}]`, run.OnApprove)
		}, `
Still waits for group:sre to decide until 2026-11-23 11:00:00Z; on_approve ignored the decision of on_request (on_approve failed: down).
+0s ada@example.com files the request: prod is down
+2s on_approve of aws-access fails, so the decision of on_request is ignored ! on_approve failed: down (hooks 7)
+2s group:sre can decide until 2026-11-23 11:00:00Z ! on_approve failed: down (hooks 7)
`},
		"one of two": {func(a *run.Draft) { a.Flow.Review.Approvals = []run.Requirement{{Count: 2}} }, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(grace, run.Approve, "")
		}, `
Still waits for group:sre to decide until 2026-11-23 11:00:00Z, with 1 of 2 approvals (grace@example.com).
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (0 of 2 approvals) (hooks 7)
+2s grace@example.com approves (1 of 2 approvals)
`},
		"two of two": {func(a *run.Draft) { a.Flow.Review.Approvals = []run.Requirement{{Count: 2}} }, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(grace, run.Approve, "first")
			m.does(grace, run.Approve, "again")
			m.does(linus, run.Approve, "second")
		}, `
Approved by grace@example.com and linus@example.com (“second”), 2 of 2 approvals.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (0 of 2 approvals) (hooks 7)
+2s grace@example.com approves (1 of 2 approvals): first
+3s grace@example.com's approve is ignored (“You have approved this request already.”); grace@example.com says (“again”)
+4s linus@example.com approves (2 of 2 approvals): second
`},
		"of two groups": {func(a *run.Draft) {
			a.Flow.Review.Approvals = []run.Requirement{{From: "group:sre", Count: 1}, {From: "group:security", Count: 1}}
		}, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(grace, run.Approve, "")
			m.does(linus, run.Approve, "")
		}, `
Approved by grace@example.com and linus@example.com, where 1 of group:sre and 1 of group:security must.
+0s ada@example.com files the request: prod is down
+1s group:sre, group:security can decide until 2026-11-23 11:00:00Z (0 approved where 1 of group:sre and 1 of group:security must) (hooks 7)
+2s grace@example.com approves (1 approved where 1 of group:sre and 1 of group:security must)
+3s linus@example.com approves (2 approved where 1 of group:sre and 1 of group:security must)
`},
		"an approve that does not count": {nil, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(ada, run.Approve, "me")
		}, `
Still waits for group:sre to decide until 2026-11-23 11:00:00Z.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+2s ada@example.com's approve is ignored (“You are not an approver of this request.”); ada@example.com says (“me”)
`},
		"a guard ignores an act": {nil, func(m *machine) {
			m.answer(run.OnRequest, "", run.OnApprove)
			m.does(grace, run.Approve, "")
			m.answer(run.OnApprove, `"transition":"ignore","message":"Not your turn."`, run.OnApprove)
		}, `
Still waits for group:sre to decide until 2026-11-23 11:00:00Z.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+3s on_approve of aws-access ignores grace@example.com's approve: Not your turn. (hooks 7)
`},
		"a guard denies": {nil, func(m *machine) {
			m.answer(run.OnRequest, "", run.OnApprove)
			m.does(grace, run.Approve, "")
			m.answer(run.OnApprove, `"transition":"deny","reason":"Never."`, run.OnApprove)
		}, `
Denied by on_approve of aws-access: Never.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+3s on_approve of aws-access turns grace@example.com's approve into a denial: Never. (hooks 7)
`},
		"a guard adds a reason": {nil, func(m *machine) {
			m.answer(run.OnRequest, "", run.OnApprove)
			m.does(grace, run.Approve, "I looked")
			m.answer(run.OnApprove, `"transition":"approve","reason":"Build resumed."`, run.OnApprove)
		}, `
Approved by grace@example.com (“I looked”); on_approve adds (“Build resumed.”).
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+3s grace@example.com approves: I looked; on_approve adds (“Build resumed.”) (hooks 7)
`},
		"expired": {nil, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.pass(time.Hour)
		}, `
Expired: nobody of group:sre decided within 1h0m0s.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+1h0m2s it expires: Nobody decided in time.
`},
		"expired with one of two": {func(a *run.Draft) {
			a.Flow.Review.Approvals, a.Flow.Review.Approvers = []run.Requirement{{Count: 2}}, []string{"admins"}
			a.Flow.Admins = append(a.Flow.Admins, "boss@example.com")
		}, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(root, run.Approve, "")
			m.pass(time.Hour)
		}, `
Expired: 1 of 2 approvals within 1h0m0s (root@example.com), and nobody else of the flow's admins decided.
+0s ada@example.com files the request: prod is down
+1s the flow's admins can decide until 2026-11-23 11:00:00Z (0 of 2 approvals) (hooks 7)
+2s root@example.com approves (1 of 2 approvals)
+1h0m3s it expires: Nobody decided in time.
`},
		"too few who could approve": {func(a *run.Draft) {
			a.Flow.Review.Approvals = []run.Requirement{{Count: 2}}
		}, func(m *machine) {
			m.answer(run.OnRequest, `"errors":[{"hook":"get_permissions","error":"down"}]`)
		}, `
Still waits for the flow's admins to decide until 2026-11-23 11:00:00Z.
+0s ada@example.com files the request: prod is down
+1s the flow's admins can decide until 2026-11-23 11:00:00Z (2 people must approve, but only 1 may: root@example.com); notified: admins ! get_permissions failed: down (hooks 7)
`},
		"approved by on_expire": {nil, func(m *machine) {
			m.answer(run.OnRequest, "", run.OnExpire)
			m.pass(time.Hour)
			m.answer(run.OnExpire, `"transition":"approve","reason":"Silence is consent."`, run.OnExpire)
		}, `
Approved by on_expire of aws-access when nobody had decided in time: Silence is consent.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+1h0m3s on_expire of aws-access approves: Silence is consent. (hooks 7)
`},
		"its execution died": {nil, func(m *machine) {
			next, _, err := engine.Recover(m.run, engine.Recovery{Close: true, Cause: "aborted"}, start.Add(time.Minute))
			if err != nil {
				m.t.Fatal(err)
			}
			m.run = next
		}, `
Expired: The execution of this request ended early: aborted.
+0s ada@example.com files the request: prod is down
+1m0s it expires: The execution of this request ended early: aborted ! aborted
`},
		"canceled": {nil, func(m *machine) {
			m.answer(run.OnRequest, "")
			m.does(ada, run.Cancel, "found it")
		}, `
Canceled by ada@example.com, the requester (“found it”).
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+2s ada@example.com cancels: found it
`},
		"a machine asks": {func(a *run.Draft) {
			a.Requester = run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}
		}, func(m *machine) { m.answer(run.OnRequest, approves) }, `
Approved at once by on_request of aws-access: Everything goes.
+0s arn:aws:iam::123456789012:role/ci files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
`},
		"access is being given": {withAccess, func(m *machine) { m.answer(run.OnRequest, approves) }, `
Approved at once by on_request of aws-access: Everything goes; its access is not granted yet.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
`},
		"access is there": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.hold(run.Held, "Its presence was read back.", "")
		}, `
Approved at once by on_request of aws-access: Everything goes; its access lasts until 2026-11-23 11:00:01Z.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+2s access is granted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:01Z (Its presence was read back): Access granted for 1h.
`},
		"access ended": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.hold(run.Held, "Its presence was read back.", "")
			m.pass(time.Hour)
			m.hold(run.Dropped, "Its absence was read back.", "")
		}, `
Ended: The 1h of access are over; access lasted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:03Z; it was approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+2s access is granted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:01Z (Its presence was read back): Access granted for 1h.
+1h0m4s access ends: The 1h of access are over. (verified at 2026-11-23 11:00:03Z: Its absence was read back)
`},
		"sessions outlast access": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.hold(run.Held, "Its presence was read back.", "")
			m.pass(time.Hour)
			m.sessions = 8 * time.Hour
			m.hold(run.Dropped, "The assignment is gone. A session begun before may last until 2026-11-23T19:00:03Z.", "")
		}, `
Ended: The 1h of access are over; access lasted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:03Z, but a session may last until 2026-11-23 19:00:03Z; it was approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+2s access is granted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:01Z (Its presence was read back): Access granted for 1h.
+1h0m4s access ends: The 1h of access are over. (verified at 2026-11-23 11:00:03Z: The assignment is gone. A session begun before may last until 2026-11-23T19:00:03Z)
`},
		"access was revoked": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, `"checks":[{"name":"low risk","passed":false}]`)
			m.does(grace, run.Approve, "go ahead")
			m.hold(run.Held, "Its presence was read back.", "")
			m.does(grace, run.Revoke, "not needed any more")
			m.hold(run.Dropped, "Its absence was read back.", "")
		}, `
Revoked by grace@example.com (“not needed any more”); access lasted from 2026-11-23 10:00:02Z to 2026-11-23 10:00:04Z; it was approved by grace@example.com (“go ahead”) after on_request left it to people because of failed checks, “low risk”.
+0s ada@example.com files the request: prod is down
+1s group:sre can decide until 2026-11-23 11:00:00Z [low risk false] (hooks 7)
+2s grace@example.com approves: go ahead
+3s access is granted from 2026-11-23 10:00:02Z to 2026-11-23 11:00:02Z (Its presence was read back): Access granted for 1h.
+5s grace@example.com revokes access: not needed any more (verified at 2026-11-23 10:00:04Z: Its absence was read back)
`},
		"access could not be given": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.hold(run.Unable, "", "no such role")
			m.hold(run.Dropped, "There was nothing to take back.", "")
		}, `
Failed: Access could not be given: no such role; it was approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+3s it fails: Access could not be given: no such role ! no such role
`},
		"on_escalate gave none": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves, run.OnEscalate)
			m.answer(run.OnEscalate, `"transition":"deescalate","reason":"No key left."`, run.OnEscalate)
		}, `
Ended without access by on_escalate of aws-access (“No key left.”); it was approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+2s on_escalate of aws-access ends access: No key left. (hooks 7)
`},
		"taking back fails": {withAccess, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.hold(run.Held, "Its presence was read back.", "")
			m.pass(time.Hour)
			m.hold(run.Taking, "", "access denied")
		}, `
Approved at once by on_request of aws-access: Everything goes; its access could not be ended yet (access denied); retried at 2026-11-23 11:00:06Z.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes. (hooks 7)
+2s access is granted from 2026-11-23 10:00:01Z to 2026-11-23 11:00:01Z (Its presence was read back): Access granted for 1h.
+1h0m4s access could not be ended yet; retried at 2026-11-23 11:00:06Z ! access denied
`},
		"stored before versions were recorded": {func(a *run.Draft) { a.FlowVersion = "" }, func(m *machine) {
			m.answer(run.OnRequest, approves)
			m.run.History[1].HooksVersion = ""
		}, `
Approved at once by on_request of aws-access: Everything goes.
+0s ada@example.com files the request: prod is down
+1s on_request of aws-access approves: Everything goes.
`},
	} {
		t.Run(name, func(t *testing.T) {
			m := asked(t, tc.asked)
			tc.play(m)
			if diff := cmp.Diff(strings.TrimPrefix(tc.want, "\n"), lines(m.explained(ada))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The on_request outcome in shadow mode is shown only to those who may see it.
func TestOf_Shadow(t *testing.T) {
	m := asked(t, func(a *run.Draft) { a.Flow.Shadow = true })
	m.answer(run.OnRequest, approves+`,"checks":[{"name":"open","passed":true}]`)
	if got, want := m.explained(grace).Answer, "Still waits for group:sre to decide until 2026-11-23 11:00:00Z."; got != want {
		t.Errorf("who decides reads %q, want %q", got, want)
	}
	m.does(grace, run.Deny, "not now")
	if got := lines(m.explained(grace)); strings.Contains(got, "shadow") || strings.Contains(got, "Everything goes") {
		t.Errorf("who decided reads\n%s", got)
	}
	e := m.explained(root)
	want := `Denied by grace@example.com (“not now”); in shadow mode on_request would have approved it: Everything goes.
+0s ada@example.com files the request: prod is down
+1s in shadow mode on_request would have approved it: Everything goes. [open true]
+1s group:sre can decide until 2026-11-23 11:00:00Z (hooks 7)
+2s grace@example.com denies: not now
`
	if diff := cmp.Diff(want, lines(e)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if e.Shadow == nil || e.Shadow.Event != run.Approve || e.Steps[1].Event != explain.Tried {
		t.Errorf("got %+v", e)
	}
}

// A second look that failed is said to be one, by whomever; a limit that held an approval and an
// act without effect are not.
func TestOf_FailedLooks(t *testing.T) {
	engine, hook := run.Actor{Type: run.EngineActor}, run.ByHook(run.WhileActive)
	for want, e := range map[string]run.Entry{
		"a second look at the access fails, without effect": {Status: run.Active, Actor: engine, Error: "It is unknown whether access may go on."},
		"while_active of aws-access fails, without effect":  {Status: run.Active, Actor: hook, Error: "503"},
		"a limit of fast_track holds the approval":          {Status: run.Requested, Actor: engine, Reason: "20 within an hour"},
		"ada@example.com's confirm is ignored":              {Status: run.Active, Actor: engine, Error: "503", Act: "A", ActEvent: run.Confirm, ActBy: &run.Actor{Type: run.UserActor, ID: "ada@example.com"}},
	} {
		e.Seq, e.Event = 2, run.Ignore
		r := api.Request{Flow: "aws-access", Status: e.Status, History: []run.Entry{{Seq: 1, Event: run.Request}, e}}
		if got := lines(explain.Of(r)); !strings.Contains(got, want) {
			t.Errorf("want %s, got\n%s", want, got)
		}
	}
}

// Programs read the same.
func TestOf_Members(t *testing.T) {
	m := asked(t, func(a *run.Draft) {
		a.Flow.Review.Approvals, a.Flow.FastTrack = []run.Requirement{{Count: 2}}, &run.FastTrack{MaxPerHour: 1}
	})
	m.tallies.Flow.Approved = []int64{start.UnixMilli()}
	m.answer(run.OnRequest, approves+`,"errors":[{"hook":"get_notifications","error":"down"}]`)
	m.does(grace, run.Approve, "")
	e := m.explained(grace)
	if !strings.HasPrefix(e.Limit, "aws-access: 1 approved by on_request within an hour") || e.FlowVersion != "0a1b2c3d4e5f" {
		t.Errorf("got %+v", e)
	}
	for _, diff := range []string{
		cmp.Diff([]string{"7"}, e.HooksVersions),
		cmp.Diff([]string{"get_notifications failed: down"}, e.Errors),
		cmp.Diff(&explain.Approvals{Of: []string{"group:sre"}, Needed: 2, By: []string{"grace@example.com"}, Until: start.Add(time.Hour)}, e.Approvals),
	} {
		if diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if old := explain.Of(api.Request{Status: run.Denied}); old.Answer == "" || old.Steps == nil || old.HooksVersions == nil {
		t.Errorf("of next to nothing it makes %+v", old)
	}
}
