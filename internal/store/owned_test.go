package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// askedBy stores the nth request of a person.
func askedBy(t *testing.T, s *store.Store, n int, p run.Person, limits *run.FastTrack) *run.Run {
	t.Helper()
	now := start.Add(time.Duration(n) * time.Minute)
	r, err := run.New(run.Draft{ID: run.NewID(now), Requester: p, Channel: run.ViaAPI, Flow: run.Flow{
		Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, FastTrack: limits,
		Review: run.ReviewRule{Approvers: []string{"everyone"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// A person's own requests are found under every token of the login, and whoever
// has the address now doesn't find them. What counts as requested before takes
// every link.
func TestMineUnderEveryToken(t *testing.T) {
	s := open(t)
	grace, without, renamed := login("i|1", "grace@x"), login("i|1", ""), login("i|1", "hopper@x")
	heir := login("i|2", "grace@x")
	old := askedBy(t, s, 0, run.Person{ID: "grace@x", Email: "grace@x"}, nil) // by an older release
	var own []string
	for n, p := range []run.Person{grace, without, renamed} {
		own = append([]string{askedBy(t, s, n+1, see(t, s, p), nil).ID}, own...)
	}
	theirs := askedBy(t, s, 4, see(t, s, heir), nil).ID
	all := append(append([]string{theirs}, own...), old.ID)
	for name, tc := range map[string]struct {
		p               run.Person
		mine, requested []string
	}{
		"the address of then": {grace, append(slices.Clone(own), old.ID), all},
		"no address":          {without, own, all},
		"a new address":       {renamed, own, all},
		"the address's heir":  {heir, []string{theirs, old.ID}, all},
		"somebody else":       {login("i|3", "ada@x"), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := see(t, s, tc.p)
			for _, limit := range []int{1, 2, 20} {
				for list, want := range map[string][]string{"mine": tc.mine, "requested": tc.requested} {
					read := s.Mine
					if list == "requested" {
						read = s.Requested
					}
					var got []string
					q := store.Query{Limit: limit}
					for range 20 {
						page, err := read(t.Context(), p, q)
						if err != nil {
							t.Fatal(err)
						}
						for _, r := range page.Runs {
							got = append(got, r.View.ID)
						}
						if q.After = page.Next; q.After == "" {
							break
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s by %d: got %v, want %v", list, limit, got, want)
					}
				}
			}
		})
	}
}

// What an address was fast-tracked counts for every login that carried it, and
// so does what an older release counted.
func TestTalliesUnderEveryToken(t *testing.T) {
	s := open(t)
	limits := &run.FastTrack{MaxPerPersonPerDay: 9}
	counted := func(p run.Person) int {
		r := askedBy(t, s, 1, p, limits)
		tallies, err := s.LoadTallies(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		n := len(tallies.Person.Approved) + len(tallies.Linked.Approved)
		if err := s.SaveTallied(t.Context(), r, tallies.Approved(limits, start), start); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for n, p := range []run.Person{
		{ID: "grace@x", Email: "grace@x"}, login("i|1", "grace@x"), login("i|1", ""), login("i|1", "a@x"), login("i|2", "grace@x"), login("i|1", ""), login("i|2", ""), login("i|1", "Grace@X"),
	} {
		if got := counted(see(t, s, p)); got != n {
			t.Errorf("%+v has %d, want %d", p, got, n)
		}
	}
	if got := counted(see(t, s, login("i|3", "ada@x"))); got != 0 {
		t.Errorf("somebody else has %d", got)
	}
}
