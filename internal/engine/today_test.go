package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// today is a file that names the sample flow as the run has it.
func today() *run.Today {
	return &run.Today{
		Flows: map[string]run.TodayFlow{"sample": {Admins: []string{"group:platform"}, Approvers: []string{"group:sre", "pat@example.com"}, Viewers: []string{"vera@example.com"}}},
		Groups: map[string]run.TodayGroup{
			"sre": {Members: []string{"grace@example.com", "linus@example.com"}}, "platform": {Members: []string{"root@example.com"}},
		},
		People: map[string]string{},
	}
}

func someone(name string, groups ...string) run.Person {
	address := name + "@example.com"
	return run.Person{ID: address, Email: address, Principal: "https://idp|" + name, Groups: groups}
}

// listed is somebody whose groups the directory listed when they acted.
func listed(name string, groups ...string) run.Person {
	p := someone(name, groups...)
	p.ListedGroups = groups
	return p
}

// The rule of docs/lifecycle.md, "Who may act", row by row. rights are a for
// approve, d for deny, r for revoke, s for see.
func TestWhoMayActToday(t *testing.T) {
	asked := sampleFlow()
	asked.Review.Approvers = []string{"group:sre", "group:oncall", "pat@example.com"}
	asked.Review.Viewers = []string{"vera@example.com"}
	byHook := `{"permissions":{"approvers":["hal@example.com","group:sre"],"viewers":["viv@example.com"]},"subscriptions":["on_request"]}`
	for name, tc := range map[string]struct {
		who    run.Person
		change func(*run.Today)
		hook   string
		rights string
	}{
		"an approver":                                {listed("grace", "sre"), nil, "", "adrs"},
		"who left the group":                         {listed("grace", "sre"), func(t *run.Today) { t.Groups["sre"] = run.TodayGroup{} }, "", ""},
		"whose group is the token's":                 {someone("tom", "oncall"), func(t *run.Today) { allow(t, "group:oncall") }, "", "adrs"},
		"whose token group the flow names no more":   {someone("tom", "oncall"), nil, "", "drs"},
		"whose group was listed, and is not now":     {listed("tom", "oncall"), func(t *run.Today) { allow(t, "group:oncall") }, "", ""},
		"whose token group is listed now":            {someone("tom", "oncall"), func(t *run.Today) { allow(t, "group:oncall"); t.Groups["oncall"] = run.TodayGroup{} }, "", ""},
		"whose listed group takes from the token":    {someone("tom", "x"), func(t *run.Today) { t.Groups["sre"] = run.TodayGroup{FromToken: []string{"x"}} }, "", "adrs"},
		"named by e-mail":                            {someone("pat"), nil, "", "adrs"},
		"named by e-mail, no more":                   {someone("pat"), func(t *run.Today) { allow(t, "group:sre") }, "", ""},
		"named by e-mail, no more, in the directory": {someone("pat"), func(t *run.Today) { allow(t, "group:sre"); t.People["pat@example.com"] = "pat@example.com" }, "", "drs"},
		"named by e-mail, now by a group": {someone("pat"), func(t *run.Today) {
			allow(t, "group:sre")
			t.Groups["sre"] = run.TodayGroup{Members: []string{"pat@example.com"}}
		}, "", "adrs"},
		"renamed in the directory": {someone("pat.new"), func(t *run.Today) {
			renamed(t, "pat@example.com", "pat.new@example.com")
			allow(t, "pat.new@example.com")
		}, "", "adrs"},
		"an approver that is new":                     {someone("nora"), func(t *run.Today) { allow(t, "nora@example.com") }, "", ""},
		"an admin":                                    {listed("root", "platform"), nil, "", "adrs"},
		"an admin who has left":                       {listed("root", "platform"), func(t *run.Today) { t.Groups["platform"] = run.TodayGroup{} }, "", ""},
		"an admin of then":                            {listed("root", "platform"), func(t *run.Today) { administer(t, "ann@example.com") }, "", ""},
		"an admin that is new":                        {someone("ann"), func(t *run.Today) { administer(t, "ann@example.com") }, "", "adrs"},
		"a viewer":                                    {someone("vera"), nil, "", "s"},
		"a viewer of then":                            {someone("vera"), func(t *run.Today) { view(t) }, "", ""},
		"a viewer that is new":                        {someone("vic"), func(t *run.Today) { view(t, "vic@example.com") }, "", "s"},
		"named by get_permissions":                    {someone("hal"), nil, byHook, "adrs"},
		"a group by get_permissions":                  {listed("grace", "sre"), func(t *run.Today) { allow(t, "pat@example.com") }, byHook, "adrs"},
		"a group by get_permissions, left":            {listed("grace", "sre"), func(t *run.Today) { t.Groups["sre"] = run.TodayGroup{} }, byHook, ""},
		"by the flow, where get_permissions names":    {someone("pat"), nil, byHook, "s"},
		"a viewer by get_permissions":                 {someone("viv"), nil, byHook, "s"},
		"by the flow and by get_permissions":          {someone("pat"), func(t *run.Today) { allow(t, "group:sre") }, `{"permissions":{"approvers":["group:sre","group:oncall","pat@example.com"]},"subscriptions":["on_request"]}`, "adrs"},
		"a stranger":                                  {someone("eve"), nil, "", ""},
		"a machine of an admin's name":                {run.Person{ID: "root@example.com", Email: "root@example.com", Machine: true}, nil, "", ""},
		"an approver, the flow is gone":               {listed("grace", "sre"), func(t *run.Today) { delete(t.Flows, "sample") }, "", "drs"},
		"by get_permissions, the flow is gone":        {someone("hal"), func(t *run.Today) { delete(t.Flows, "sample") }, byHook, "drs"},
		"an admin, the flow is gone":                  {listed("root", "platform"), func(t *run.Today) { delete(t.Flows, "sample") }, "", "adrs"},
		"the file's admin, the flow is gone":          {someone("boss"), func(t *run.Today) { delete(t.Flows, "sample") }, "", ""},
		"the file's admin, the flow and its are gone": {someone("boss"), func(t *run.Today) { delete(t.Flows, "sample"); delete(t.Groups, "platform") }, "", "adrs"},
		"the file's admin, the flow's group is empty": {someone("boss"), func(t *run.Today) { delete(t.Flows, "sample"); t.Groups["platform"] = run.TodayGroup{} }, "", "adrs"},
		"the file's admin, the requester is left": {someone("boss"), func(t *run.Today) {
			delete(t.Flows, "sample")
			t.Groups["platform"] = run.TodayGroup{Members: []string{"ada@example.com"}}
		}, "", "adrs"},
		"an admin's token group, of the file no more": {someone("root", "platform"), func(t *run.Today) { delete(t.Flows, "sample"); delete(t.Groups, "platform") }, "", ""},
		"an admin's token group that another has": {someone("root", "platform"), func(t *run.Today) {
			delete(t.Groups, "platform")
			t.Flows["other"] = t.Flows["sample"]
			delete(t.Flows, "sample")
		}, "", "adrs"},
		"the file's admin, the flow is there": {someone("boss"), nil, "", ""},
		"a viewer, the flow is gone":          {someone("vera"), func(t *run.Today) { delete(t.Flows, "sample") }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, asked)
			m.today = today()
			m.today.Admins = []string{"boss@example.com"}
			allow(m.today, "group:sre", "pat@example.com")
			if tc.hook == "" {
				tc.hook = none()
			}
			m.answer(run.OnRequest, tc.hook)
			m.is(run.Pending, run.NextReview)
			if tc.change != nil {
				tc.change(m.today)
			}
			got := rights(m.run, tc.who, m.today)
			if got != tc.rights {
				t.Errorf("%s has %q, want %q", tc.who.ID, got, tc.rights)
			}
			if can := m.run.AwaitsPerson(tc.who, m.today); can != strings.Contains(tc.rights, "a") || can != m.run.Summary().AwaitsPerson(tc.who, m.today) {
				t.Errorf("it awaits %s: %v, its summary: %v", tc.who.ID, can, m.run.Summary().AwaitsPerson(tc.who, m.today))
			}
			// The requester can see and cancel it, whatever the file says, and no more.
			own := m.run.Requester
			if !m.run.MaySee(own, m.today) || m.run.MayAct(run.Cancel, own, m.today) != nil || m.run.MayAct(run.Approve, own, m.today) == nil {
				t.Error("the requester's rights are not what they were")
			}
			// What is allowed takes effect, and what is not does not.
			m.act(run.Approve, tc.who, "")
			if approved := m.run.Status == run.Approved; approved != strings.Contains(tc.rights, "a") {
				t.Errorf("after the approve it is %s", m.run.Status)
			}
		})
	}
}

func allow(t *run.Today, principals ...string) {
	f := t.Flows["sample"]
	f.Approvers = principals
	t.Flows["sample"] = f
}

func administer(t *run.Today, principals ...string) {
	f := t.Flows["sample"]
	f.Admins = principals
	t.Flows["sample"] = f
}

func view(t *run.Today, principals ...string) {
	f := t.Flows["sample"]
	f.Viewers = principals
	t.Flows["sample"] = f
}

func renamed(t *run.Today, from, to string) {
	t.People[from], t.People[to] = to, to
}

func rights(r *run.Run, p run.Person, t *run.Today) (out string) {
	if r.MayAct(run.Approve, p, t) == nil {
		out += "a"
	}
	if r.MayAct(run.Deny, p, t) == nil {
		out += "d"
	}
	decided := *r
	decided.Status = run.Approved
	if decided.MayAct(run.Revoke, p, t) == nil {
		out += "r"
	}
	if r.MaySee(p, t) {
		out += "s"
	}
	return out
}

// twoOfSRE waits for two approvals.
func twoOfSRE(t *testing.T, subscriptions ...string) *machine {
	f := sampleFlow()
	f.Review.Approvals = []run.Requirement{{Count: 2}}
	m := newMachine(t, f)
	m.today = today()
	m.answer(run.OnRequest, none(subscriptions...))
	return m
}

// An approval of somebody who has left does not count when the threshold is
// reached, and the history says so.
func TestAnApprovalLapses(t *testing.T) {
	m := twoOfSRE(t)
	left := m.act(run.Approve, listed("grace", "sre"), "")
	m.today.Groups["sre"] = run.TodayGroup{Members: []string{"linus@example.com", "nora@example.com"}}
	m.act(run.Approve, listed("linus", "sre"), "")
	m.is(run.Pending, run.NextReview)
	if n := len(m.run.Review.ApprovedBy); n != 1 || m.run.Review.ApprovedBy[0].ID != "linus@example.com" {
		t.Errorf("approved by %+v", m.run.Review.ApprovedBy)
	}
	i := slices.IndexFunc(m.run.History, func(e run.Entry) bool { return e.Event == run.Ignore })
	if i < 0 || m.run.History[i].Act != left.ID || !strings.Contains(m.run.History[i].Reason, "grace@example.com") {
		t.Errorf("the history is %+v", m.run.History)
	}
	m.act(run.Approve, listed("nora", "sre"), "")
	m.is(run.Approved, run.NextApproved)
}

// What a token said is kept with the approval, and not looked up again.
func TestATokenGroupIsKeptWithTheApproval(t *testing.T) {
	f := sampleFlow()
	f.Review.Approvers, f.Review.Approvals = []string{"group:oncall"}, []run.Requirement{{Count: 2}}
	m := newMachine(t, f)
	m.today = today()
	allow(m.today, "group:oncall")
	m.answer(run.OnRequest, none())
	m.act(run.Approve, someone("tom", "oncall"), "")
	m.act(run.Approve, someone("tina", "oncall"), "")
	m.is(run.Approved, run.NextApproved)
}

// When people have left so that the threshold can't be met, one admin is enough.
func TestTooFewAreLeft(t *testing.T) {
	m := twoOfSRE(t)
	m.act(run.Approve, listed("grace", "sre"), "")
	m.today.Groups["sre"] = run.TodayGroup{}
	m.act(run.Approve, listed("root", "platform"), "")
	m.is(run.Approved, run.NextApproved)
	e := m.run.History[len(m.run.History)-2]
	if e.Event != run.Forward || !slices.Equal(e.To, []string{"admins"}) || !strings.Contains(e.Reason, "2 people must approve, but only 1 may: root@example.com") {
		t.Errorf("the entry before the approval is %+v", e)
	}
	if by := m.run.Review.ApprovedBy; len(by) != 1 || by[0].ID != "root@example.com" {
		t.Errorf("approved by %+v", by)
	}
}

// After a failed reducer the admins decide, and the admins are notified; one is
// enough where there is but one.
func TestWhoDecidesIsWhoIsNotified(t *testing.T) {
	failed := `{"errors":[{"hook":"get_permissions","error":"Okta did not respond"}],"subscriptions":["on_request"]}`
	for name, tc := range map[string]struct {
		answer    string
		admins    []string
		to        []string
		approvals int
		waiting   string
	}{
		"one admin":                       {failed, []string{"root@example.com"}, []string{"admins"}, 1, "only 1 may: root@example.com"},
		"three admins":                    {failed, []string{"root@example.com", "ann@example.com", "bo@example.com"}, []string{"admins"}, 2, "Waiting for admins to decide."},
		"two, one of whom asks":           {failed, []string{"root@example.com", "ada@example.com"}, []string{"admins"}, 1, "only 1 may"},
		"admins by a token":               {failed, []string{"group:ops"}, []string{"admins"}, 2, "Waiting for admins to decide."},
		"a failed reducer and a list":     {strings.Replace(failed, `"sub`, `"notifications":[{"to":["group:sre"]}],"sub`, 1), []string{"root@example.com"}, []string{"admins"}, 1, "only 1 may"},
		"a failed reducer and a channel":  {strings.Replace(failed, `"sub`, `"notifications":[{"to":["sns"]}],"sub`, 1), []string{"root@example.com"}, []string{"admins"}, 1, "only 1 may"},
		"other approvers":                 {`{"permissions":{"approvers":["pat@example.com","nora@example.com"]},"subscriptions":["on_request"]}`, []string{"root@example.com"}, []string{"pat@example.com", "nora@example.com"}, 2, "Waiting for pat@example.com, nora@example.com to decide."},
		"some of the others":              {`{"permissions":{"approvers":["grace@example.com","nora@example.com"]},"subscriptions":["on_request"]}`, []string{"root@example.com"}, []string{"group:sre"}, 2, "Waiting for grace@example.com, nora@example.com to decide."},
		"a threshold that can't be met":   {`{"permissions":{"approvals":5},"subscriptions":["on_request"]}`, []string{"root@example.com"}, []string{"admins"}, 1, "5 people must approve, but only 3 may"},
		"approvers who are the requester": {`{"permissions":{"approvers":["ada@example.com"]},"subscriptions":["on_request"]}`, []string{"root@example.com"}, []string{"admins"}, 1, "only 1 may: root@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.Review.Approvals, f.Review.Notify = []run.Requirement{{Count: 2}}, []run.Notify{{To: []string{"group:sre"}, WaitSeconds: 60}, {To: []string{"group:sre"}}}
			m := newMachine(t, f)
			m.today = today()
			administer(m.today, tc.admins...)
			m.answer(run.OnRequest, tc.answer)
			e, v := m.run.History[1], m.run.Review
			if !slices.Equal(e.To, tc.to) || !strings.Contains(e.Reason, tc.waiting) {
				t.Errorf("the entry is %+v, want %q told", e, tc.to)
			}
			if len(v.Approvals) != 1 || v.Approvals[0].Count != tc.approvals {
				t.Errorf("approvals are %+v, want %d", v.Approvals, tc.approvals)
			}
			m.pass(2 * time.Minute)
			if n := len(m.run.History); tc.to[0] == "admins" && n != 2 {
				t.Errorf("%d entries, want the admins notified once", n)
			}
			if last := m.last(); last.Event == run.Forward && tc.to[0] == "admins" && !slices.Equal(last.To, tc.to) {
				t.Errorf("later %q are told", last.To)
			}
		})
	}
}

// With recheck, get_permissions is called once more before an approve counts: it must
// still name the person. A failure leaves the admins.
func TestPermissionsAreAskedAgain(t *testing.T) {
	start := func(t *testing.T) *machine {
		m := newMachine(t, sampleFlow())
		m.today = today()
		f := m.today.Flows["sample"]
		f.Recheck = true
		m.today.Flows["sample"] = f
		m.answer(run.OnRequest, `{"permissions":{"approvers":["hal@example.com","ida@example.com"]},"subscriptions":["on_request","get_permissions"]}`)
		return m
	}
	t.Run("still named", func(t *testing.T) {
		m := start(t)
		m.act(run.Approve, someone("hal"), "")
		m.answer(run.GetPermissions, `{"permissions":{"approvers":["hal@example.com","ida@example.com"]}}`)
		m.is(run.Approved, run.NextApproved)
	})
	t.Run("no longer named", func(t *testing.T) {
		m := start(t)
		act := m.act(run.Approve, someone("hal"), "")
		m.answer(run.GetPermissions, `{"permissions":{"approvers":["ida@example.com"]}}`)
		m.is(run.Pending, run.NextReview)
		if e := m.last(); e.Event != run.Ignore || e.Act != act.ID {
			t.Errorf("the last entry is %+v", e)
		}
		if got := rights(m.run, someone("hal"), m.today); got != "" {
			t.Errorf("who is no longer named has %q", got)
		}
		m.act(run.Approve, someone("ida"), "")
		m.answer(run.GetPermissions, `{"permissions":{"approvers":["ida@example.com"]}}`)
		m.is(run.Approved, run.NextApproved)
	})
	t.Run("answers nothing", func(t *testing.T) {
		m := start(t)
		m.act(run.Approve, someone("hal"), "")
		m.answer(run.GetPermissions, `{}`)
		m.is(run.Pending, run.NextReview)
		m.act(run.Approve, listed("grace", "sre"), "") // the flow's own again
		m.answer(run.GetPermissions, `{}`)
		m.is(run.Approved, run.NextApproved)
	})
	for how := range failures {
		t.Run("fails: "+how, func(t *testing.T) {
			m := start(t)
			act := m.act(run.Approve, someone("hal"), "")
			m.goesWrong(run.GetPermissions, how)
			m.is(run.Pending, run.NextReview)
			if e := m.last(); e.Event != run.Ignore || e.Act != act.ID || e.Error == "" {
				t.Errorf("the last entry is %+v", e)
			}
			m.act(run.Approve, listed("root", "platform"), "")
			m.goesWrong(run.GetPermissions, how)
			m.is(run.Approved, run.NextApproved)
		})
	}
	t.Run("a deny needs none", func(t *testing.T) {
		m := start(t)
		m.act(run.Deny, someone("hal"), "no")
		m.is(run.Denied, run.NextDenied)
	})
}

// An exception of a function in another language is on_request's error, as a Go
// hook's is: the flow's people decide, and read the same.
func TestAnExceptionReadsAsAGoError(t *testing.T) {
	f := sampleFlow()
	goes := newMachine(t, f)
	goes.answer(run.OnRequest, `{"errors":[{"hook":"on_request","error":"'urgency'"}],"subscriptions":["on_request"]}`)
	raises := newMachine(t, f)
	raises.fail(run.OnRequest, "KeyError", `{"errorMessage":"'urgency'","errorType":"KeyError","stackTrace":[]}`)
	raises.answer(run.GetPermissions, none())
	for name, m := range map[string]*machine{"Go": goes, "Python": raises} {
		m.is(run.Pending, run.NextReview)
		if e, v := m.run.History[1], m.run.Review; e.Reason != "Waiting for group:sre to decide." || e.Error != "on_request: on_request failed: 'urgency'" || len(v.Errors) != 1 || v.Errors[0].Error != "on_request failed: 'urgency'" {
			t.Errorf("%s: the entry is %+v, reviewers read %+v", name, e, v.Errors)
		}
	}
}

// What an older release stored says nothing of what get_permissions named:
// whatever differs from the flow.
func TestWhomAnOlderReleaseLetDecide(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"permissions":{"approvers":["hal@example.com"]},"subscriptions":["on_request"]}`)
	m.run.Review.Named = run.Named{}
	if got := rights(m.run, someone("hal"), today()); got != "adrs" {
		t.Errorf("whom get_permissions named has %q", got)
	}
	m.run.Review.Approvers = m.run.Flow.Review.Approvers
	old := run.Person{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}}
	if got := rights(m.run, old, today()); got != "adrs" {
		t.Errorf("the flow's approver has %q", got)
	}
	if got := rights(m.run, run.Person{ID: "eve@example.com", Email: "eve@example.com", Groups: []string{"sre"}}, today()); got != "" {
		t.Errorf("who is of a group no more has %q", got)
	}
}

// However a file changes: nobody approves without today's right or the run's,
// today's admins always may, and a summary says of everybody what its run does.
func TestNobodyApprovesWithoutTodaysRight(t *testing.T) {
	names := []string{"grace", "linus", "pat", "root", "hal"}
	principals := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"group:sre", "group:oncall", "group:platform", "pat@example.com", "hal@example.com", "admins", "everyone"}), 1, 4, rapid.ID)
	plain := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"group:sre", "group:oncall", "group:platform", "pat@example.com", "root@example.com"}), 1, 3, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFlow()
		f.Review.Approvers, f.Admins = principals.Draw(t, "approvers"), plain.Draw(t, "admins")
		r, err := run.New(run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI}, start)
		if err != nil {
			t.Fatal(err)
		}
		day := &run.Today{Flows: map[string]run.TodayFlow{}, Groups: map[string]run.TodayGroup{}, People: map[string]string{}, Admins: []string{"hal@example.com"}}
		for _, g := range []string{"sre", "oncall", "platform"} {
			if rapid.Bool().Draw(t, g+" is listed") {
				var members []string
				for _, name := range names {
					if rapid.Bool().Draw(t, name) {
						members = append(members, name+"@example.com")
					}
				}
				day.Groups[g] = run.TodayGroup{Members: members}
			}
		}
		there := rapid.Bool().Draw(t, "the flow is there")
		if there {
			day.Flows["sample"] = run.TodayFlow{Admins: plain.Draw(t, "today's admins"), Approvers: principals.Draw(t, "today's approvers")}
		}
		answer := `{"subscriptions":["on_request"]}`
		if rapid.Bool().Draw(t, "by a hook") {
			answer = `{"permissions":{"approvers":["hal@example.com","group:sre"]},"subscriptions":["on_request"]}`
		}
		r, _, err = engine.Decide(r, engine.Step{ID: "1", Turn: r.Engine.Turn, Response: &engine.HookResponse{Body: []byte(answer), Version: "1"}, HooksVersion: "1"}, start)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			p := someone(name, rapid.SliceOfDistinct(rapid.SampledFrom([]string{"sre", "oncall"}), rapid.ID).Draw(t, "token of "+name)...)
			in := func(list []string, admins []string) bool { return member(day, list, admins, p) }
			may := r.MayAct(run.Approve, p, day) == nil
			if there {
				now := day.Flows["sample"]
				admin := in(now.Admins, nil)
				byRun := in(r.Review.Approvers, now.Admins)
				if want := admin || byRun && (r.Review.Named.Approvers || in(now.Approvers, now.Admins)); may != want {
					t.Fatalf("%s may approve: %v, want %v", name, may, want)
				}
			} else if may && !in(f.Admins, nil) && name != "hal" {
				t.Fatalf("%s may approve what has no flow", name)
			}
			if of := r.Summary().AwaitsPerson(p, day); of != r.AwaitsPerson(p, day) {
				t.Fatalf("the summary awaits %s: %v", name, of)
			}
			if may && !r.MaySee(p, day) {
				t.Fatalf("%s may approve what they may not see", name)
			}
		}
	})
}

// member is the rule of groups, written once more.
func member(t *run.Today, list, admins []string, p run.Person) bool {
	for _, principal := range list {
		group, isGroup := strings.CutPrefix(principal, "group:")
		g, listed := t.Groups[group]
		switch {
		case principal == "everyone", principal == p.Email,
			principal == "admins" && member(t, admins, nil, p),
			isGroup && listed && slices.Contains(g.Members, p.Email),
			isGroup && !listed && slices.Contains(p.Groups, group):
			return true
		}
	}
	return false
}
