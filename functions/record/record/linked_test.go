package record_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

const (
	login  = "https://idp|7b1c" // grace's
	second = "https://idp|9f00" // also grace's, which shows late
	third  = "https://idp|0a11" // kim's
)

func as(principal, address string) run.Person {
	p := run.Person{ID: address, Email: address, Principal: principal, Groups: []string{"sre"}}
	if address == "" {
		p.ID = principal
	}
	return p
}

// approvals plays a request of grace's that needs so many approvals; each person
// approves in turn, and before the nth the links of some are seen.
func approvals(t *testing.T, needed int, today *run.Today, seen map[int][]run.Person, by ...run.Person) *run.Run {
	t.Helper()
	table := storetest.New(t)
	r, err := run.New(run.Draft{ID: run.NewID(start), Requester: as(login, "grace@example.com"), Flow: run.Flow{
		Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: needed}}, TimeoutSeconds: 3600},
	}}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	if err := decides(t.Context(), table, r, toPeople, start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for n, p := range by {
		for _, q := range seen[n] {
			if _, err := table.Link(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		now := start.Add(time.Duration(n+1) * time.Minute)
		if err := table.AddAct(t.Context(), r, run.Act{ID: run.NewID(now), Event: run.Approve, Person: p, At: now}); err != nil {
			t.Fatal(err)
		}
		if r, err = table.Load(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		h := record.New(record.Deps{
			Store: racing{table}, Bus: racing{}, Waker: racing{}, Today: func() *run.Today { return today }, Now: func() time.Time { return now.Add(time.Second) },
			Log: slog.New(slog.DiscardHandler), HooksFunction: "hooks", Serves: seven,
		})
		if _, err := h.Handle(t.Context(), step.RecordRequest{
			Version: 2, Operation: "decide", RunID: r.ID, Execution: r.ID, Turn: engine.PresentTurn(r), Step: step.ID{State: "Record", EnteredAt: now},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if r, err = table.Load(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	return r
}

// What links two logins counts as soon as it is seen: between the request and an
// approval, and between two approvals.
func TestLinksCountWhenAnApprovalIsDecided(t *testing.T) {
	grace, kim, ada := as(login, "grace@example.com"), as(third, "kim@example.com"), as("https://idp|ada", "ada@example.com")
	hidden := as(second, "")
	for name, tc := range map[string]struct {
		seen map[int][]run.Person
		by   []run.Person
		want run.Status
		said string
	}{
		"two people":                         {nil, []run.Person{kim, ada}, run.Approved, ""},
		"two logins that nothing links":      {nil, []run.Person{kim, hidden}, run.Approved, ""},
		"the requester without an e-mail":    {nil, []run.Person{kim, as(login, "")}, run.Pending, "You can't approve your own request."},
		"the requester under a new address":  {nil, []run.Person{kim, as(login, "hopper@example.com")}, run.Pending, "You can't approve your own request."},
		"seen before the request's approval": {map[int][]run.Person{0: {as(second, "grace@example.com"), grace}}, []run.Person{hidden, kim}, run.Pending, "You can't approve your own request."},
		"seen between the approvals":         {map[int][]run.Person{1: {as(second, "kim@example.com"), kim}}, []run.Person{kim, hidden}, run.Pending, "You have approved this request already."},
		"seen once the first had counted":    {map[int][]run.Person{1: {as(second, "grace@example.com"), grace}}, []run.Person{hidden, kim}, run.Pending, ""},
		"seen in time, and a third":          {map[int][]run.Person{1: {as(second, "kim@example.com"), kim}}, []run.Person{kim, hidden, ada}, run.Approved, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := approvals(t, 2, nil, tc.seen, tc.by...)
			said := ""
			for _, e := range r.History {
				if e.Event == run.Ignore {
					said += e.Reason
				}
			}
			if r.Status != tc.want || !strings.Contains(said, tc.said) {
				t.Errorf("it is %s (%q), want %s (%q)", r.Status, said, tc.want, tc.said)
			}
		})
	}
}

// Two approvals that count become one when they turn out to be one person's.
func TestLinksOfApprovalsThatCount(t *testing.T) {
	kim, ada, hidden := as(third, "kim@example.com"), as("https://idp|ada", "ada@example.com"), as(second, "")
	link := map[int][]run.Person{2: {as(second, "kim@example.com"), kim}}
	if r := approvals(t, 3, nil, nil, kim, hidden, ada); r.Status != run.Approved {
		t.Errorf("three people: it is %s", r.Status)
	}
	if r := approvals(t, 3, nil, link, kim, hidden, ada); r.Status != run.Pending {
		t.Errorf("two people: it is %s", r.Status)
	}
}

// What the directory says now counts, also for what was stored before.
func TestMappedSince(t *testing.T) {
	kim, hidden := as(third, "kim@example.com"), as(second, "hidden@example.com")
	for address, want := range map[string]run.Status{"linus@example.com": run.Approved, "grace@example.com": run.Pending, "kim@example.com": run.Pending} {
		today := &run.Today{
			Flows:  map[string]run.TodayFlow{"f": {Admins: []string{"root@example.com"}, Approvers: []string{"group:sre"}}},
			People: map[string]string{second: address},
		}
		for _, p := range []*run.Person{&kim, &hidden} {
			p.Groups, p.CoveredGroups = []string{"sre"}, []string{"sre"}
		}
		if r := approvals(t, 2, today, nil, kim, hidden); r.Status != want {
			t.Errorf("mapped to %s: it is %s, want %s", address, r.Status, want)
		}
	}
}

// So does what it says of logins in between, which nobody has used since.
func TestMappedBetween(t *testing.T) {
	const one, other = "https://idp|0b22", "https://idp|0c33"
	kim, ada := as(third, "kim@example.com"), as("https://idp|ada", "ada@example.com")
	for _, p := range []*run.Person{&kim, &ada} {
		p.Groups, p.CoveredGroups = []string{"sre"}, []string{"sre"}
	}
	for name, tc := range map[string]struct {
		carried [2]string
		people  map[string]string
		want    run.Status
	}{
		"not mapped":               {[2]string{"grace@example.com", "kim@example.com"}, nil, run.Approved},
		"both to somebody else":    {[2]string{"grace@example.com", "kim@example.com"}, map[string]string{one: "linus@example.com", other: "linus@example.com"}, run.Pending},
		"to the requester and kim": {[2]string{"x@example.com", "x@example.com"}, map[string]string{one: "grace@example.com", other: "kim@example.com"}, run.Pending},
		"to two who do not meet":   {[2]string{"x@example.com", "y@example.com"}, map[string]string{one: "grace@example.com", other: "kim@example.com"}, run.Approved},
	} {
		t.Run(name, func(t *testing.T) {
			today := &run.Today{
				Flows:  map[string]run.TodayFlow{"f": {Admins: []string{"root@example.com"}, Approvers: []string{"group:sre"}}},
				People: tc.people,
			}
			seen := map[int][]run.Person{0: {as(one, tc.carried[0]), as(other, tc.carried[1])}}
			if r := approvals(t, 2, today, seen, kim, ada); r.Status != tc.want {
				t.Errorf("it is %s, want %s", r.Status, tc.want)
			}
		})
	}
}

// Without the links nothing is decided.
func TestLinksThatCannotBeRead(t *testing.T) {
	f := newFakes(t)
	h := f.handler()
	if _, err := h.Handle(t.Context(), f.step(1, toPeople)); err != nil {
		t.Fatal(err)
	}
	f.rec.Acts = []run.Act{{ID: run.NewID(start), Event: run.Approve, Person: run.Person{ID: "root@example.com"}, At: start}}
	f.fail["linked"] = errors.New("throttled")
	if _, err := h.Handle(t.Context(), f.step(2, "")); !errors.As(err, new(step.Unavailable)) || f.rec.Run.Status != run.Pending {
		t.Errorf("got %v, it is %s", err, f.rec.Run.Status)
	}
	var _ record.Store = (*store.Store)(nil)
}
