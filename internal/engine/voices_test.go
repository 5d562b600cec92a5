package engine_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// voices are the reasons of an entry, the hook's after its name.
func voices(e run.Entry) string {
	if e.HookReason == "" && e.HookReasonBy == "" {
		return e.Reason
	}
	return e.Reason + " / " + string(e.HookReasonBy) + ": " + e.HookReason
}

// A hook that lets an event happen and returns a reason never speaks for whoever
// caused the event: the entry and the decision keep both reasons, each with its
// author.
func TestEachReasonHasItsAuthor(t *testing.T) {
	const says = `{"transition":"approve","reason":"low risk","subscriptions":["on_request","on_approve"]}`
	for name, tc := range map[string]struct {
		play   func(m *machine)
		author string
		want   string
	}{
		"a person's approve": {func(m *machine) {
			m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
			m.act(run.Approve, grace, "I looked")
			m.answer(run.OnApprove, `{"transition":"approve","reason":"build resumed"}`)
		}, grace.ID, "I looked / on_approve: build resumed"},
		"a person's approve without a reason": {func(m *machine) {
			m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
			m.act(run.Approve, grace, "")
			m.answer(run.OnApprove, `{"transition":"approve","reason":"build resumed"}`)
		}, grace.ID, " / on_approve: build resumed"},
		"a person's approve that the hook only lets pass": {func(m *machine) {
			m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
			m.act(run.Approve, grace, "I looked")
			m.answer(run.OnApprove, `{}`)
		}, grace.ID, "I looked"},
		"a person's deny": {func(m *machine) {
			m.answer(run.OnRequest, `{"subscriptions":["on_request","on_deny"]}`)
			m.act(run.Deny, grace, "too risky")
			m.answer(run.OnDeny, `{"transition":"deny","reason":"ticket closed"}`)
		}, grace.ID, "too risky / on_deny: ticket closed"},
		"a hook's approve": {func(m *machine) {
			m.answer(run.OnRequest, says)
			m.answer(run.OnApprove, `{"transition":"approve","reason":"build resumed"}`)
		}, "on_request", "low risk / on_approve: build resumed"},
		"a hook's approve that no other hook adds to": {func(m *machine) {
			m.answer(run.OnRequest, says)
			m.answer(run.OnApprove, `{}`)
		}, "on_request", "low risk"},
		"the engine's expire": {func(m *machine) {
			m.answer(run.OnRequest, `{"subscriptions":["on_request","on_expire"]}`)
			m.pass(time.Hour)
			m.answer(run.OnExpire, `{"transition":"expire","reason":"ask again on Monday"}`)
		}, "", "Nobody decided in time. / on_expire: ask again on Monday"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			tc.play(m)
			d := m.run.Decision
			if d == nil {
				t.Fatalf("the run is %s", m.run.Status)
			}
			if e := m.last(); voices(e) != tc.want || e.Actor.ID != tc.author {
				t.Errorf("the entry of %q says %q, want %q of %q", e.Actor.ID, voices(e), tc.want, tc.author)
			}
			if said := voices(run.Entry{Reason: d.Reason, HookReason: d.HookReason, HookReasonBy: string(d.HookReasonBy)}); said != tc.want {
				t.Errorf("the decision says %q, want %q", said, tc.want)
			}
			if v := m.run.View().Decision; v.Reason != d.Reason || v.HookReason != d.HookReason || v.HookReasonBy != string(d.HookReasonBy) {
				t.Errorf("the view says %+v, want %+v", v, d)
			}
			if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
				t.Error(err)
			}
			m.run.Decision.HookReason += "!"
			if m.run.VerifyRecord(m.run.ID, nil) == nil {
				t.Error("another reason of the hook passes for the one in the history")
			}
		})
	}
}

// A person's own words stay in the history, too, when a hook ignores the act or
// makes something else of it.
func TestTheReasonOfAnActIsKept(t *testing.T) {
	for name, answer := range map[string]string{
		"ignored": `{"transition":"ignore","message":"not you"}`,
		"denied":  `{"transition":"deny","reason":"frozen"}`,
	} {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
		m.act(run.Approve, grace, "I looked")
		m.answer(run.OnApprove, answer)
		if e := m.last(); e.ActBy == nil || e.ActBy.ID != grace.ID || e.ActReason != "I looked" || e.Actor.ID != "on_approve" {
			t.Errorf("%s: the entry is %+v", name, e)
		}
	}
}
