package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Whatever a run has been through and whatever today says: an action that shows as
// allowed takes effect, and any other has none, even if it is stored.
func TestWhatIsShownIsWhatHappens(t *testing.T) {
	people := []run.Person{
		listed("grace", "sre"), listed("linus", "sre"), listed("root", "platform"), someone("tom", "oncall"), someone("pat"), someone("eve"),
		someone("ada"), someone("ada"), someone("ada"), {ID: "arn:aws:iam::1:role/ci", Principal: "AROA1", Machine: true},
	}
	happened := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		f := sampleFlow()
		f.Review.Approvers = []string{"group:sre", "group:oncall", "pat@example.com"}
		if rapid.Bool().Draw(rt, "all are known") {
			f.Review.Approvers = []string{"group:sre", "pat@example.com"}
		}
		f.Review.SelfApproval = rapid.Bool().Draw(rt, "self approval")
		f.Review.Approvals = rapid.SampledFrom([][]run.Requirement{{{Count: 1}}, {{Count: 2}}, {{From: "group:sre", Count: 1}, {From: "pat@example.com", Count: 1}}}).Draw(rt, "approvals")
		f.RequireReason = []run.EventName{run.Deny}
		asked := run.Draft{ID: run.NewID(start), Flow: f, Requester: someone("ada"), Channel: run.ViaAPI}
		first := `{"subscriptions":[]}`
		if rapid.Bool().Draw(rt, "access") {
			asked.Flow.Strategy, asked.DurationSeconds = []byte(`{"type":"lambda"}`), 3600
			first = rapid.SampledFrom([]string{first, `{"subscriptions":[],"transition":"approve"}`}).Draw(rt, "on_request")
		}
		m := newMachineFor(t, asked)
		m.today = today()
		allow(m.today, "group:sre", "group:oncall", "pat@example.com")
		m.answer(run.OnRequest, first)
		rt.Repeat(map[string]func(*rapid.T){
			"act": func(rt *rapid.T) {
				p := rapid.SampledFrom(people).Draw(rt, "person")
				e := rapid.SampledFrom([]run.EventName{run.Approve, run.Approve, run.Approve, run.Deny, run.Cancel, run.Cancel, run.Revoke, run.Revoke, run.Revoke}).Draw(rt, "event")
				if len(m.acts) >= 25 {
					rt.Skip("enough acts")
				}
				you := m.run.You(p, m.today, m.now.Add(time.Second))
				may := map[run.EventName]api.Allowed{run.Approve: you.Approve, run.Deny: you.Deny, run.Cancel: you.Cancel, run.Revoke: you.Revoke}[e]
				if may.Why == "" || may.May != (may.ReasonRequired != nil) || may.May && *may.ReasonRequired != (e == run.Deny) {
					rt.Fatalf("%s: %+v", e, may)
				}
				before := m.run.Status
				a := m.act(e, p, "as agreed")
				if m.run.Engine.Next == run.NextGrant && e == run.Revoke {
					m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
				}
				took := slices.ContainsFunc(m.run.History, func(entry run.Entry) bool { return entry.Act == a.ID && entry.Event == e })
				if c := m.run.Engine.Case; e == run.Revoke && m.run.Engine.Next == run.NextTakeBack && c != nil && c.Act == a.ID {
					took = true
				}
				if took != may.May {
					rt.Fatalf("%s by %s on a run that is %s: may is %v (%s), took effect: %v", e, p.ID, before, may.May, may.Why, took)
				}
				if took {
					happened[string(e)]++
				} else {
					happened["not "+string(e)]++
				}
			},
			"people come and go": func(rt *rapid.T) {
				some := func(from ...string) []string {
					return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, len(from), rapid.ID).Draw(rt, "some")
				}
				m.today = today()
				m.today.Groups["sre"] = run.TodayGroup{Members: some("grace@example.com", "linus@example.com", "eve@example.com")}
				if rapid.Bool().Draw(rt, "approvers change") {
					allow(m.today, some("group:sre", "group:oncall", "pat@example.com")...)
				}
			},
			"time passes": func(rt *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "minutes")) * time.Minute)
			},
			"the machine goes on": func(*rapid.T) {
				switch m.run.Engine.Next {
				case run.NextGrant:
					m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
				case run.NextTakeBack, run.NextPause:
					m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now}})
				case run.NextReview, run.NextActive:
					m.step(engine.Step{})
				}
			},
			"": func(rt *rapid.T) {
				for _, w := range m.run.WaitingFor(someone("ada"), m.today) {
					if len(w.Have) >= w.Count {
						rt.Fatalf("waits for what it has: %+v", w)
					}
					for _, address := range w.People {
						p := run.Person{ID: address, Email: address}
						if err := m.run.Check(run.Approve, p, m.today, m.run.CreatedAt); err != nil {
							rt.Fatalf("waits for %s: %v", address, err)
						}
					}
				}
			},
		})
	})
	t.Log(happened)
	for _, e := range []string{"approve", "deny", "cancel", "revoke", "not approve", "not deny", "not cancel", "not revoke"} {
		if happened[e] == 0 {
			t.Errorf("%s never happened: the test shows nothing", e)
		}
	}
}

// What people read of why they may act or not is a whole sentence, which names nobody.
func TestWhy(t *testing.T) {
	const (
		notApprover = "You are not an approver of this request."
		notYours    = "Only the requester can cancel a request."
		noAccess    = "No access is active."
		over        = "The time to decide this request is over."
		group       = "You are in the group sre, which decides this flow."
		admin       = "You are an admin of this flow."
		setAside    = " With a reason, you may set aside what code says about it."
		made        = "You made this request."
	)
	all := func(why string) [4]string { return [4]string{why, why, notYours, noAccess} }
	filed := func(why string) [4]string {
		return [4]string{"You may deny this request, but its flow no longer lets you approve it.", why, notYours, noAccess}
	}
	named := `{"permissions":{"approvers":["hal@example.com","group:oncall"]},"subscriptions":[]}`
	for name, tc := range map[string]struct {
		who  run.Person
		late time.Duration
		hook string // what on_request returned; "" for nothing
		flow func(*run.Flow)
		then func(*run.Today)
		want [4]string // approve, deny, cancel, revoke
	}{
		"the requester":            {who: ada, want: [4]string{notApprover, notApprover, made, noAccess}},
		"the requester, too late":  {who: ada, late: 2 * time.Hour, want: [4]string{notApprover, notApprover, over, noAccess}},
		"a member":                 {who: listed("grace", "sre"), want: all(group)},
		"a member, too late":       {who: listed("grace", "sre"), late: 2 * time.Hour, want: [4]string{over, over, notYours, noAccess}},
		"somebody else":            {who: eve, want: all(notApprover)},
		"an approver by address":   {who: someone("pat"), want: all("You are an approver of this flow.")},
		"everyone":                 {who: eve, then: func(d *run.Today) { allow(d, "everyone") }, flow: func(f *run.Flow) { f.Review.Approvers = []string{"everyone"} }, want: all("Everyone may decide this flow.")},
		"an admin":                 {who: listed("root", "platform"), want: [4]string{admin, admin + setAside, notYours, noAccess}},
		"an admin who may it all":  {who: listed("root", "platform"), flow: func(f *run.Flow) { f.OverrideApprove = true }, want: [4]string{admin + setAside, admin + setAside, notYours, noAccess}},
		"an admin without code":    {who: listed("root", "platform"), flow: func(f *run.Flow) { f.NoHooks, f.OverrideApprove = true, true }, want: all(admin)},
		"whom code chose":          {who: someone("hal"), hook: named, want: all("Code chose you to decide this request.")},
		"of a group by code":       {who: someone("tom", "oncall"), hook: named, want: all("You are in the group oncall, which code chose to decide this request.")},
		"whom code did not choose": {who: listed("grace", "sre"), hook: named, want: all(notApprover)},
		"of a group of then":       {who: listed("grace", "sre"), then: func(d *run.Today) { allow(d, "pat@example.com") }, want: filed("You are in the group sre, which decided this flow when the request was made.")},
		"an approver of then":      {who: someone("pat"), then: func(d *run.Today) { allow(d, "group:sre"); view(d, "pat@example.com") }, want: filed("You were an approver of this flow when the request was made.")},
		"an own request": {who: ada, flow: func(f *run.Flow) { f.Review.SelfApproval = true; f.Review.Approvers = []string{"everyone"} }, then: func(d *run.Today) { allow(d, "everyone") },
			want: [4]string{"Everyone may decide this flow. You may approve your own request.", "Everyone may decide this flow.", made, noAccess}},
		"a flow that is gone": {who: someone("boss"), then: func(d *run.Today) { delete(d.Flows, "sample"); d.Admins = []string{"boss@example.com"} },
			want: [4]string{notApprover, notApprover, notYours, noAccess}},
		"an admin of one that is gone": {who: listed("root", "platform"), then: func(d *run.Today) { delete(d.Flows, "sample") },
			want: [4]string{
				"This flow no longer exists, and you are one of the admins who decide what it left.",
				"This flow no longer exists, and you are one of the admins who decide what it left." + setAside, notYours, noAccess}},
		"too few are left": {who: listed("root", "platform"), then: func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{}; allow(d, "group:sre") },
			want: [4]string{admin, admin + setAside, notYours, noAccess}},
		"a machine": {who: run.Person{ID: "arn:aws:iam::1:role/ci", Principal: "AROA1", Machine: true}, want: all(notApprover)},
	} {
		t.Run(name, func(t *testing.T) {
			f, day := sampleFlow(), today()
			f.Review.Approvers = []string{"group:sre", "pat@example.com"}
			if tc.flow != nil {
				tc.flow(&f)
			}
			m := newMachine(t, f)
			if tc.hook == "" {
				tc.hook = `{"subscriptions":[]}`
			}
			m.answer(run.OnRequest, tc.hook)
			if tc.then != nil {
				tc.then(day)
			}
			at := m.now.Add(tc.late)
			you := m.run.You(tc.who, day, at)
			if got := [4]string{you.Approve.Why, you.Deny.Why, you.Cancel.Why, you.Revoke.Why}; got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
			for _, may := range []api.Allowed{you.Approve, you.Deny, you.Cancel, you.Revoke} {
				if may.Override != strings.HasSuffix(may.Why, setAside) || may.Override && !may.May {
					t.Errorf("%+v", may)
				}
			}
			// What an index keeps of the run says the same.
			raw, err := run.Encode(m.run.Summary())
			if err != nil {
				t.Fatal(err)
			}
			var kept run.Summary
			if err := json.Unmarshal(raw, &kept); err != nil || !kept.Complete() {
				t.Fatalf("%s: complete is %v (%v)", raw, kept.Complete(), err)
			}
			if diff := cmp.Diff(&you, kept.ViewFor(kept.Run(), tc.who, day, at).You); diff != "" {
				t.Errorf("listed: -want +got:\n%s", diff)
			}
		})
	}
}
