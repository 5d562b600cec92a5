package engine_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Whom a run waits for, by requirement, approvals and who is there today.
func TestWaitingFor(t *testing.T) {
	waits := func(from string, count int, people, have []string, more bool) api.WaitingFor {
		return api.WaitingFor{From: from, Count: count, People: append([]string{}, people...), Have: append([]string{}, have...), More: more}
	}
	at := func(names ...string) []string {
		for i := range names {
			names[i] += "@example.com"
		}
		return names
	}
	distinct := []run.Requirement{{From: "group:sre", Count: 1}, {From: "group:security", Count: 1}}
	security := func(d *run.Today) {
		d.Groups["security"] = run.TodayGroup{Members: at("linus", "kim")}
		allow(d, "group:sre", "group:security")
	}
	var many []string
	for n := range 30 {
		many = append(many, fmt.Sprintf("m%02d@example.com", n))
	}
	for name, tc := range map[string]struct {
		approvers []string
		approvals []run.Requirement
		change    func(*run.Today)
		approve   []run.Person
		then      func(*run.Today)
		caller    run.Person
		want      []api.WaitingFor
	}{
		"one of a group":            {[]string{"group:sre"}, nil, nil, nil, nil, ada, []api.WaitingFor{waits("group:sre", 1, at("grace", "linus"), nil, false)}},
		"one of several approvers":  {[]string{"group:sre", "pat@example.com"}, nil, nil, nil, nil, ada, []api.WaitingFor{waits(api.AnyApprover, 1, at("grace", "linus", "pat"), nil, false)}},
		"the second of two":         {[]string{"group:sre"}, []run.Requirement{{Count: 2}}, nil, []run.Person{listed("grace", "sre")}, nil, ada, []api.WaitingFor{waits("group:sre", 2, at("linus"), at("grace"), false)}},
		"distinct requirements":     {[]string{"group:sre"}, distinct, security, nil, nil, ada, []api.WaitingFor{waits("group:sre", 1, at("grace", "linus"), nil, false), waits("group:security", 1, at("linus", "kim"), nil, false)}},
		"one of the two is met":     {[]string{"group:sre"}, distinct, security, []run.Person{listed("grace", "sre")}, nil, ada, []api.WaitingFor{waits("group:security", 1, at("linus", "kim"), nil, false)}},
		"who is of both, first":     {[]string{"group:sre"}, distinct, security, []run.Person{listed("linus", "sre", "security")}, nil, ada, []api.WaitingFor{waits("group:security", 1, at("kim"), nil, false)}},
		"an admin for any":          {[]string{"group:sre"}, distinct, security, []run.Person{listed("root", "platform")}, nil, ada, []api.WaitingFor{waits("group:security", 1, at("linus", "kim"), nil, false)}},
		"an approval that lapsed":   {[]string{"group:sre", "pat@example.com"}, []run.Requirement{{Count: 2}}, nil, []run.Person{someone("pat")}, func(d *run.Today) { allow(d, "group:sre") }, ada, []api.WaitingFor{waits(api.AnyApprover, 2, at("grace", "linus"), nil, false)}},
		"who is there no more":      {[]string{"group:sre"}, nil, nil, nil, func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{Members: at("linus", "nora")} }, ada, []api.WaitingFor{waits("group:sre", 1, at("linus", "nora"), nil, false)}},
		"too few are left":          {[]string{"group:sre"}, []run.Requirement{{Count: 3}}, nil, nil, func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{Members: at("linus")} }, ada, []api.WaitingFor{waits("admins", 1, at("root"), nil, false)}},
		"a group of tokens":         {[]string{"group:oncall"}, nil, func(d *run.Today) { allow(d, "group:oncall") }, nil, nil, ada, []api.WaitingFor{waits("group:oncall", 1, nil, nil, true)}},
		"everyone":                  {[]string{"everyone"}, nil, func(d *run.Today) { allow(d, "everyone") }, nil, nil, ada, []api.WaitingFor{waits("everyone", 1, nil, nil, true)}},
		"the admins":                {[]string{"admins"}, nil, nil, nil, nil, ada, []api.WaitingFor{waits("admins", 1, at("root"), nil, false)}},
		"the requester is of them":  {[]string{"group:sre"}, nil, func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{Members: at("ada", "linus")} }, nil, nil, ada, []api.WaitingFor{waits("group:sre", 1, at("linus"), nil, false)}},
		"more than are named":       {[]string{"group:sre"}, nil, func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{Members: many} }, nil, nil, ada, []api.WaitingFor{waits("group:sre", 1, many[:10], nil, true)}},
		"exactly as many as named":  {[]string{"group:sre"}, nil, func(d *run.Today) { d.Groups["sre"] = run.TodayGroup{Members: many[:10]} }, nil, nil, ada, []api.WaitingFor{waits("group:sre", 1, many[:10], nil, false)}},
		"members, to a machine":     {[]string{"group:sre", "pat@example.com"}, nil, nil, nil, nil, run.Person{ID: "ci", Machine: true}, []api.WaitingFor{waits(api.AnyApprover, 1, at("pat"), nil, true)}},
		"nobody, once it is denied": {[]string{"group:sre"}, nil, nil, nil, nil, run.Person{}, []api.WaitingFor{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.Review.Approvers = tc.approvers
			if tc.approvals != nil {
				f.Review.Approvals = tc.approvals
			}
			m := newMachine(t, f)
			m.today = today()
			if tc.change != nil {
				tc.change(m.today)
			}
			m.answer(run.OnRequest, `{"subscriptions":[]}`)
			for _, p := range tc.approve {
				m.act(run.Approve, p, "fine")
			}
			if tc.then != nil {
				tc.then(m.today)
			}
			if tc.caller.ID == "" {
				m.act(run.Deny, listed("grace", "sre"), "no")
			}
			if diff := cmp.Diff(tc.want, m.run.WaitingFor(tc.caller, m.today)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Who fills which requirement stays after the decision, as it was decided.
func TestSeats(t *testing.T) {
	type seat struct {
		from   string
		count  int
		filled []string
		people []string
		more   bool
	}
	shown := func(m *machine) (all []seat) {
		for _, s := range m.run.ViewFor(ada, m.today, m.now).Review.Seats {
			one := seat{from: s.From, count: s.Count, more: s.More}
			for _, p := range s.FilledBy {
				one.filled = append(one.filled, p.ID)
			}
			for _, p := range s.People {
				one.people = append(one.people, p.ID)
			}
			all = append(all, one)
		}
		return all
	}
	f := sampleFlow()
	f.Review.Approvals = []run.Requirement{{From: "group:sre", Count: 1}, {From: "group:security", Count: 1}}
	const grace, linus, kim = "grace@example.com", "linus@example.com", "kim@example.com"
	m := newMachine(t, f)
	m.today = today()
	m.today.Groups["security"] = run.TodayGroup{Members: []string{linus, kim}}
	allow(m.today, "group:sre", "group:security")
	m.answer(run.OnRequest, `{"subscriptions":[]}`)
	check := func(name string, want ...seat) {
		t.Helper()
		if diff := cmp.Diff(want, shown(m), cmp.AllowUnexported(seat{})); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	check("none", seat{"group:sre", 1, nil, []string{grace, linus}, false}, seat{"group:security", 1, nil, []string{linus, kim}, false})
	m.act(run.Approve, listed("linus", "sre", "security"), "fine")
	check("one", seat{"group:sre", 1, []string{linus}, nil, false}, seat{"group:security", 1, nil, []string{kim}, false})
	m.act(run.Approve, listed("grace", "sre"), "fine") // so linus is seated for security
	check("decided", seat{"group:sre", 1, []string{grace}, nil, false}, seat{"group:security", 1, []string{linus}, nil, false})
	if m.run.Status != run.Approved {
		t.Fatalf("it is %s", m.run.Status)
	}
	m.today.Groups["sre"], m.today.Groups["security"] = run.TodayGroup{}, run.TodayGroup{}
	check("later", seat{"group:sre", 1, []string{grace}, nil, false}, seat{"group:security", 1, []string{linus}, nil, false})
	// A view shares nothing with the record that it was made of.
	summary := m.run.Summary()
	summary.ViewFor(summary.Run(), ada, m.today, m.now)
	if summary.View.Review.Seats != nil || m.run.View().Review.Seats != nil {
		t.Error("an event would hold the seats")
	}
}
