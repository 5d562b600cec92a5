package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// dated plays a run whose hooks are called at times of their own, and notes which were.
type dated struct {
	*machine
	called map[run.HookName]bool
}

// at expects that a hook is called about an event of a moment: now, and whenever it is retried,
// whatever has been written to the run since.
func (d *dated) at(hook run.HookName, event run.EventName, moment time.Time) {
	d.t.Helper()
	d.asks(hook)
	d.called[hook] = true
	written := d.run.UpdatedAt
	for _, later := range []time.Duration{0, time.Minute} {
		d.run.UpdatedAt = written.Add(later)
		doc, err := stepfn.NewDocument(d.run, d.now.Add(later), nil)
		if err != nil {
			d.t.Fatal(err)
		}
		if e := doc.Hook.Invocation.Event; e.Name != event || !e.At.Equal(moment) {
			d.t.Errorf("%s, called %v later, is about %s at %v, want %s at %v", hook, later, e.Name, e.At, event, moment)
		}
	}
	d.run.UpdatedAt = written
	d.now = d.now.Add(7 * time.Second) // which the hook takes
}

// responds has a hook respond that is called about an event of a moment.
func (d *dated) responds(hook run.HookName, event run.EventName, moment time.Time, response string) {
	d.t.Helper()
	d.at(hook, event, moment)
	d.answer(hook, response)
}

// newest returns when the newest event of a name took effect.
func (d *dated) newest(event run.EventName) time.Time {
	d.t.Helper()
	for _, e := range slices.Backward(d.run.History) {
		if e.Event == event {
			return e.At
		}
	}
	d.t.Fatalf("the history has no %s", event)
	return time.Time{}
}

// A hook before an event learns when it came: a person's action when it was taken, anything
// else when the hook was called first. A hook after an event learns when that took effect, as
// the history says. It is never merely when the run was written last.
func TestEventsAreDated(t *testing.T) {
	called := map[run.HookName]bool{}
	names := []string{}
	for _, h := range run.HookNames() {
		if h != run.GetPermissions && h != run.GetNotifications {
			names = append(names, `"`+string(h)+`"`)
		}
	}
	subscriptions := `"subscriptions":[` + strings.Join(names, ",") + `]`
	begin := func(first string) *dated {
		f := sampleFlow()
		f.Strategy, f.LookSeconds = []byte(`{"type":"lambda"}`), 300
		d := &dated{newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 7200, Channel: run.ViaAPI}), called}
		d.today = todayOf("everyone")
		d.responds(run.OnRequest, run.Request, start, `{`+first+subscriptions+`}`)
		return d
	}
	forwarded := func() *dated {
		d := begin("")
		d.responds(run.AfterRequest, run.Request, start, `{}`)
		d.now = d.now.Add(time.Minute)
		return d
	}
	// approved is a run that waits for on_escalate, which is called as soon as after_approve has
	// responded.
	approved := func() *dated {
		d := forwarded()
		a := d.act(run.Approve, grace, "")
		d.responds(run.OnApprove, run.Approve, a.At, `{}`)
		d.responds(run.AfterApprove, run.Approve, d.newest(run.Approve), `{}`)
		return d
	}
	active := func() *dated {
		d := approved()
		d.responds(run.OnEscalate, run.Escalate, d.now, `{}`)
		d.now = d.now.Add(time.Minute)
		d.granted()
		d.responds(run.AfterEscalate, run.Escalate, d.newest(run.Escalate), `{}`)
		return d
	}

	d := begin(`"transition":"approve",`)
	d.responds(run.OnApprove, run.Approve, d.now, `{}`)
	d.responds(run.AfterApprove, run.Approve, d.newest(run.Approve), `{}`)

	d = forwarded()
	a := d.act(run.Deny, grace, "no")
	d.responds(run.OnDeny, run.Deny, a.At, `{}`)
	d.responds(run.AfterDeny, run.Deny, d.newest(run.Deny), `{}`)

	d = forwarded()
	d.pass(time.Hour)
	d.responds(run.OnExpire, run.Expire, d.now, `{}`)
	d.responds(run.AfterExpire, run.Expire, d.newest(run.Expire), `{}`)

	d = forwarded()
	d.act(run.Cancel, ada, "")
	d.responds(run.AfterCancel, run.Cancel, d.newest(run.Cancel), `{}`)

	d = approved()
	d.responds(run.OnEscalate, run.Escalate, d.now, `{"errors":[{"hook":"on_escalate","error":"503"}]}`)
	d.responds(run.AfterFail, run.Fail, d.newest(run.Fail), `{}`)

	d = active()
	granted := d.newest(run.Escalate)
	for range 2 {
		d.look()
		d.responds(run.WhileActive, run.Escalate, granted, `{}`)
	}
	d.pass(2 * time.Hour)
	d.responds(run.OnDeescalate, run.Deescalate, d.now, `{}`)
	d.taken()
	d.responds(run.AfterDeescalate, run.Deescalate, d.newest(run.Deescalate), `{}`)

	// Access that starts on a day of one's choice: on_escalate is about the start, not about the
	// approval of the day before.
	late := &dated{scheduled(t, `{"transition":"approve","subscriptions":["on_escalate"]}`), called}
	late.now = late.run.StartsAt.Add(3 * time.Second)
	late.pass(0)
	late.responds(run.OnEscalate, run.Escalate, late.run.StartsAt.Add(3*time.Second), `{}`)

	d = active()
	a = d.act(run.Revoke, ada, "")
	d.responds(run.OnRevoke, run.Revoke, a.At, `{}`)
	d.taken()
	d.responds(run.AfterRevoke, run.Revoke, d.newest(run.Revoke), `{}`)

	for _, h := range run.HookNames() {
		if !called[h] && h != run.GetPermissions && h != run.GetNotifications { // which on_request's invocation calls
			t.Errorf("%s was not called", h)
		}
	}
}
