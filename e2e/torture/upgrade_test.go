package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// ends is how a run of a release must end, by what is to happen to it.
var ends = map[string]run.Status{
	"approve": run.Approved, "deny": run.Denied, "cancel": run.Canceled, "expire": run.Expired, "ask again": run.Approved,
	"give": run.Ended, "end": run.Ended, "revoke": run.Revoked, "take back": run.Ended, "go on giving": run.Ended,
}

// stay is what is to happen to a run that was over before the upgrade.
const stay = "stay"

// recordedHooks are those that releases were recorded with, without the waits.
var recordedHooks = hook.Flows{
	"*":       {OnRequest: recordedOnRequest},
	"guarded": {OnRequest: recordedOnRequest, OnApprove: recordedOnApprove},
}

func recordedOnRequest(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	if strings.Contains(e.Run.Reason, "fast") {
		return hook.Approve("Fast."), nil
	}
	return hook.Continue(), nil
}

func recordedOnApprove(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
	if e.User.Email == "root@example.com" {
		return hook.Ignore("Not you."), nil
	}
	return hook.Continue(), nil
}

// Runs that were started one and two releases ago, each in another state of its
// life, end rightly after the deployment of today's machine and functions. What
// runs goes on with the machine it was started with, as at AWS.
func TestUpgradeWithRunsOfOldReleases(t *testing.T) {
	for _, name := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rel := readRelease(t, name)
			p, before := deployed(t, rel, setup{hooks: recordedHooks})
			if len(before) != len(rel.Runs) {
				t.Fatalf("the table has %d runs of %d", len(before), len(rel.Runs))
			}
			today, err := os.ReadFile("../../lifecycle.asl.json")
			if err != nil {
				t.Fatal(err)
			}
			p.update(p.machine(), p.named(string(today)))
			p.stillLimited(rel)
			p.finish(rel, before)
		})
	}
}

// finish does what is to happen to the runs of a release, and checks how they end.
func (p *play) finish(rel release, before map[string][]run.Entry) {
	p.t.Helper()
	standing := p.standing()
	// Hooks that are called again decide by themselves; first, so that no time that the
	// acts below take brings its review to its end.
	p.pass(20*time.Minute, func() bool {
		return !slices.ContainsFunc(rel.Runs, func(r left) bool { return r.Then == "ask again" && p.load(r.ID).Status == run.Requested })
	})
	for _, r := range rel.Runs {
		p.then(r)
	}
	p.pass(4*time.Hour, func() bool {
		return len(p.running()) == 0 && !slices.ContainsFunc(p.runs(), func(r *run.Run) bool { return !r.Over() })
	})
	for _, r := range rel.Runs {
		got := p.load(r.ID)
		if got.Status != r.ends() {
			p.t.Errorf("%s: %s from %s is %s, want %s: %s", r.ID, r.Then, r.State, got.Status, r.ends(), last(got).Reason)
		}
		if r.Then == stay {
			p.stays(got, before[r.ID])
			continue
		}
		p.goesOn(got, before[r.ID])
		if a := got.Access; a != nil && r.Then != "take back" && a.GoneAt.Sub(a.EndsAt) > time.Minute {
			p.t.Errorf("run %s: access was gone %v after its time", r.ID, a.GoneAt.Sub(a.EndsAt))
		}
	}
	left := p.world.left()
	slices.Sort(left)
	if !slices.Equal(left, standing) {
		p.t.Errorf("still there: %v, want %v, which was there before", left, standing)
	}
}

// stillLimited checks that what a release counted against the limits of a flow
// counts on: whoever was fast-tracked as often as a day allows is not once more.
func (p *play) stillLimited(rel release) {
	p.t.Helper()
	for _, r := range rel.Runs {
		old := p.load(r.ID)
		if old.Flow.FastTrack == nil {
			continue
		}
		a := p.call(old.Requester.Email, "POST", "/requests", map[string]any{"flow": old.Flow.Name, "reason": "fast"})
		id, _ := a.body["id"].(string)
		if id == "" {
			p.t.Fatalf("asked again: %d %v", a.status, a.body)
		}
		p.pending(id)
		if again := p.load(id); again.Status != run.Pending {
			p.t.Errorf("run %s: the limit of a day is forgotten, it is %s", id, again.Status)
		}
	}
}

// ends is the status that the run must end in.
func (r left) ends() run.Status {
	if r.Then == stay {
		return run.Status(strings.ToLower(r.State))
	}
	return ends[r.Then]
}

// standing has people keep the access that they had before they asked for it, and
// lists it.
func (p *play) standing() []string {
	var all []string
	for _, r := range p.runs() {
		if target, _ := r.Target(); target.ID == "standing" {
			all = append(all, r.Requester.ID+" standing")
			p.world.has[all[len(all)-1]] = true
		}
	}
	slices.Sort(all)
	return all
}

// stays checks a run that was over before the upgrade: it is as it was, its
// record still verifies, and nothing can be done to it any more.
func (p *play) stays(r *run.Run, before []run.Entry) {
	p.t.Helper()
	if !slices.EqualFunc(r.History, before, func(a, b run.Entry) bool { return a.Hash == b.Hash }) {
		p.t.Errorf("run %s: its history was %v, and is %v", r.ID, before, r.History)
	}
	rec, _, err := p.table.LoadStored(p.t.Context(), r.ID)
	if err == nil {
		err = r.VerifyRecord(r.ID, rec.Context)
	}
	if err != nil {
		p.t.Errorf("run %s: %v", r.ID, err)
	}
	for who, act := range map[string]string{r.Requester.Email: "cancel", "linus@example.com": "approve", "root@example.com": "revoke"} {
		if a := p.call(who, "POST", "/requests/"+r.ID+"/"+act, map[string]any{}); a.status < 400 {
			p.t.Errorf("run %s, %s: %s to %s it answered %d %v", r.ID, r.Status, who, act, a.status, a.body)
		}
	}
	mine, _ := p.call(r.Requester.Email, "GET", "/requests?view=mine", nil).body["runs"].([]any)
	if !slices.ContainsFunc(mine, func(v any) bool { return v.(map[string]any)["id"] == r.ID }) {
		p.t.Errorf("run %s, %s: its requester's list is %v", r.ID, r.Status, mine)
	}
	if a := p.call(r.Requester.Email, "GET", "/requests/"+r.ID, nil); a.status != 200 || a.body["status"] != string(r.Status) {
		p.t.Errorf("run %s, %s: its requester reads %d %v", r.ID, r.Status, a.status, a.body)
	}
}

// then does what people are to do with a run.
func (p *play) then(r left) {
	p.t.Helper()
	switch r.Then {
	case "approve", "give":
		// Who asked is known by what was stored of them, without a principal.
		if a := p.call(p.load(r.ID).Requester.Email, "POST", "/requests/"+r.ID+"/approve", map[string]any{}); a.status != 403 {
			p.t.Errorf("run %s: its own requester's approve was answered with %d %v", r.ID, a.status, a.body)
		}
		if p.load(r.ID).Flow.Name == "guarded" {
			p.acts("root@example.com", r.ID, "approve") // the guard ignores it
		}
		p.acts("linus@example.com", r.ID, "approve")
	case "deny":
		p.acts("linus@example.com", r.ID, "deny")
	case "revoke":
		p.acts("linus@example.com", r.ID, "revoke")
	case "cancel":
		p.acts(p.load(r.ID).Requester.Email, r.ID, "cancel")
	}
}

// pass lets time pass until something holds, for at most that long.
func (p *play) pass(limit time.Duration, holds func() bool) {
	p.t.Helper()
	for until := p.clock.Now().Add(limit); ; p.clock.Advance(5 * time.Second) {
		p.quiet()
		if holds() {
			return
		}
		if p.clock.Now().After(until) {
			p.t.Fatalf("not after %v; still running: %v; %s", limit, p.running(), p.describe())
		}
	}
}

// goesOn checks that a run kept the history that it had, that the rest follows
// from it, and that the bus received it.
func (p *play) goesOn(r *run.Run, before []run.Entry) {
	p.t.Helper()
	text := func(entries []run.Entry) string {
		raw, err := json.Marshal(entries)
		if err != nil {
			p.t.Fatal(err)
		}
		return string(raw)
	}
	if len(r.History) <= len(before) || text(r.History[:len(before)]) != text(before) {
		p.t.Errorf("run %s: its history was %s, and is %s", r.ID, text(before), text(r.History))
		return
	}
	rec, _, err := p.table.LoadStored(p.t.Context(), r.ID)
	if err == nil {
		err = r.VerifyRecord(r.ID, rec.Context)
	}
	if err != nil {
		p.t.Errorf("run %s: %v", r.ID, err)
	}
	decisions := 0
	for _, e := range r.History {
		if e.Event == run.Approve && e.Status == run.Approved || e.Event == run.Deny || e.Event == run.Expire || e.Event == run.Cancel {
			decisions++
		}
	}
	if decisions != 1 {
		p.t.Errorf("run %s was decided %d times", r.ID, decisions)
	}
	for _, e := range r.History[len(before):] {
		if !p.functions.Published(fmt.Sprintf("%s-%d", r.ID, e.Seq)) {
			p.t.Errorf("run %s: the bus was not told of entry %d (%s)", r.ID, e.Seq, e.Event)
		}
	}
	if a := r.Access; a != nil && r.Status == run.Ended {
		if early := a.EndsAt.Sub(a.GoneAt); early > 5*time.Second {
			p.t.Errorf("run %s: access was gone %v before its time", r.ID, early)
		}
	}
}

func last(r *run.Run) run.Entry { return r.History[len(r.History)-1] }
