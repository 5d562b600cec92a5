package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

var (
	listFlows  = []string{"f", "g", "h"}
	listPeople = []run.Person{
		{ID: "ada@example.com", Email: "ada@example.com"},
		{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}},
		{ID: "eve@example.com", Email: "eve@example.com", Groups: []string{"security"}},
		{ID: "root@example.com", Email: "root@example.com"},
		{ID: "nobody@example.com", Email: "nobody@example.com"},
	}
)

// many stores n runs of several flows and people over two years, some of them
// asked in the same millisecond, in every status that a review knows.
func many(t *testing.T, s *store.Store, n int) []*run.Run {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	at := start.AddDate(-2, 0, 0)
	var all []*run.Run
	for i := range n {
		if r.IntN(4) > 0 {
			at = at.Add(time.Duration(r.IntN(int(2 * 2 * 365 * 24 * time.Hour / time.Duration(n)))))
		}
		rule := run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1 + r.IntN(2)}}, TimeoutSeconds: 3600}
		if r.IntN(3) == 0 {
			rule.Approvers = []string{"group:security", "ada@example.com"}
		}
		x, err := run.New(run.Draft{
			ID: run.HashID(fmt.Sprint(i)), Requester: listPeople[r.IntN(3)], Channel: run.ViaAPI,
			Flow: run.Flow{Name: listFlows[r.IntN(3)], Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: rule},
		}, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Create(t.Context(), x, nil); err != nil {
			t.Fatal(err)
		}
		switch r.IntN(5) {
		case 0:
			x = heard(t, s, x, approve)
		case 1, 2, 3:
			x = heard(t, s, x, toPeople)
			if by := listPeople[1+r.IntN(3)]; r.IntN(2) == 0 && x.MayAct(run.Approve, by, nil) == nil {
				x = act(t, s, x, run.Approve, by)
			}
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *run.Run) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		if a.ID > b.ID {
			return -1
		}
		return 1
	})
	return all
}

// walk reads a list to its end, and returns the ids of its runs.
func walk(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, q store.Query, page func(store.Query) (store.Page, error)) (got []string) {
	t.Helper()
	for range 500 {
		part, err := page(q)
		if err != nil {
			t.Fatal(err)
		}
		if len(part.Runs) > q.Limit {
			t.Fatalf("a page of %d, want at most %d", len(part.Runs), q.Limit)
		}
		for _, r := range part.Runs {
			got = append(got, r.View.ID)
		}
		if part.Next == "" {
			return got
		}
		if q.After != "" && part.Next >= q.After {
			t.Fatalf("position %s does not lie behind %s", part.Next, q.After)
		}
		q.After = part.Next
	}
	t.Fatal("the list does not end")
	return nil
}

// An inbox is read from partitions that are cut off: what lies behind the cut of
// one may be newer than what was read of another.
func TestAnInboxOverPartitionsThatAreCutOff(t *testing.T) {
	s := open(t)
	const toEve = `{"subscriptions":[],"permissions":{"approvers":["eve@example.com"]}}`
	oldest := heard(t, s, asked(t, s, 0, "g", "ada@example.com"), toPeople)
	newer := heard(t, s, asked(t, s, 1, "f", "ada@example.com"), toPeople)
	for n := range 60 {
		heard(t, s, asked(t, s, 2+n, "f", "ada@example.com"), toEve)
	}
	grace := run.Person{ID: "grace@example.com", Groups: []string{"sre"}}
	want := []string{newer.ID, oldest.ID}
	for limit := 1; limit <= 4; limit++ {
		got := walk(t, store.Query{Limit: limit}, func(q store.Query) (store.Page, error) {
			return s.Inbox(t.Context(), []string{"f", "g"}, grace, nil, q)
		})
		if !slices.Equal(got, want) {
			t.Errorf("%d a page: got %v, want %v", limit, got, want)
		}
	}
}

// For every query and size of pages, the list is what a look at each run finds.
func TestListsAreWhatLookingAtEachRunFinds(t *testing.T) {
	s := open(t)
	all := many(t, s, 240)
	now := all[0].CreatedAt.Add(time.Hour)
	drawTime := func(t *rapid.T, name string) time.Time {
		switch rapid.SampledFrom([]string{"none", "none", "none", "a run's", "any"}).Draw(t, name+" is") {
		case "none":
			return time.Time{}
		case "a run's":
			return all[rapid.IntRange(0, len(all)-1).Draw(t, name)].CreatedAt
		default:
			back := rapid.Int64Range(0, int64(800*24*time.Hour)).Draw(t, name)
			return now.Add(-time.Duration(back))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := store.Query{
			Limit: rapid.SampledFrom([]int{1, 1, 2, 3, 7, 20, 60}).Draw(t, "limit"),
			From:  drawTime(t, "from"), To: drawTime(t, "to"),
			Status: rapid.SampledFrom([]run.Status{"", run.Requested, run.Pending, run.Approved}).Draw(t, "status"),
		}
		p := rapid.SampledFrom(listPeople).Draw(t, "person")
		flows := rapid.SliceOfNDistinct(rapid.SampledFrom(listFlows), 1, 3, rapid.ID).Draw(t, "flows")
		from := q.From
		var page func(store.Query) (store.Page, error)
		var in func(*run.Run) bool
		switch rapid.SampledFrom([]string{"mine", "inbox", "flow"}).Draw(t, "view") {
		case "mine":
			page = func(q store.Query) (store.Page, error) { return s.Mine(t.Context(), p, q) }
			in = func(r *run.Run) bool { return r.Requester.ID == p.ID }
		case "inbox":
			page = func(q store.Query) (store.Page, error) { return s.Inbox(t.Context(), flows, p, nil, q) }
			in = func(r *run.Run) bool { return slices.Contains(flows, r.Flow.Name) && r.AwaitsPerson(p, nil) }
		case "flow":
			if from.IsZero() { // as the store does: the year before what bounds it
				newest := now
				if !q.To.IsZero() && q.To.Before(now) {
					newest = q.To
				}
				from = newest.AddDate(-1, 0, 0)
				q.From = from
			}
			page = func(q store.Query) (store.Page, error) { return s.Flow(t.Context(), flows[0], q, now, nil) }
			in = func(r *run.Run) bool { return r.Flow.Name == flows[0] }
		}
		var want []string
		for _, r := range all {
			outside := !from.IsZero() && r.CreatedAt.Before(from) || !q.To.IsZero() && !r.CreatedAt.Before(q.To)
			if !outside && in(r) && (q.Status == "" || r.Status == q.Status) {
				want = append(want, r.ID)
			}
		}
		got := walk(t, q, page)
		if !slices.Equal(got, want) {
			t.Fatalf("got %d runs %v, want %d %v", len(got), got, len(want), want)
		}
	})
}

// Without From, the list of a flow ends a year before its newest.
func TestTheListOfAFlowIsBounded(t *testing.T) {
	s := open(t)
	old := asked(t, s, 1, "f", "ada@example.com")
	list := func(now time.Time, q store.Query) []string {
		t.Helper()
		q.Limit = 10
		return walk(t, q, func(q store.Query) (store.Page, error) { return s.Flow(t.Context(), "f", q, now, nil) })
	}
	if got := list(start.AddDate(0, 11, 0), store.Query{}); !slices.Equal(got, []string{old.ID}) {
		t.Errorf("after eleven months: got %v", got)
	}
	if got := list(start.AddDate(2, 0, 0), store.Query{}); len(got) > 0 {
		t.Errorf("after two years: got %v, want none", got)
	}
	// One page reads only so many months, whatever the query.
	page, err := s.Flow(t.Context(), "f", store.Query{From: start, Limit: 10}, start.AddDate(2, 0, 0), nil)
	if err != nil || len(page.Runs) > 0 || page.Next < "2027-09" || page.Next > "2027-11" {
		t.Errorf("the first page is %v, %v, want an empty one that goes on 14 months back", page, err)
	}
	if got := list(start.AddDate(2, 0, 0), store.Query{From: start}); !slices.Equal(got, []string{old.ID}) {
		t.Errorf("after two years, from then: got %v", got)
	}
}

// Bounds at the ends of time, and finer than a millisecond.
func TestOddBounds(t *testing.T) {
	s := open(t)
	r := asked(t, s, 0, "f", "ada@example.com")
	behind := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	for name, tc := range map[string]struct {
		q    store.Query
		want int
	}{
		"a limit of 0":           {store.Query{}, 1},
		"to the end of time":     {store.Query{To: behind}, 1},
		"from the end of time":   {store.Query{From: behind}, 0},
		"from the start of time": {store.Query{From: time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))}, 1},
		"from then":              {store.Query{From: r.CreatedAt}, 1},
		"from a moment later":    {store.Query{From: r.CreatedAt.Add(1)}, 0},
		"to then":                {store.Query{To: r.CreatedAt}, 0},
		"to a moment later":      {store.Query{To: r.CreatedAt.Add(1)}, 1},
		"an empty window":        {store.Query{From: r.CreatedAt.Add(time.Hour), To: r.CreatedAt}, 0},
	} {
		page, err := s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, tc.q)
		if err != nil || len(page.Runs) != tc.want {
			t.Errorf("%s: mine has %d runs (%v), want %d", name, len(page.Runs), err, tc.want)
		}
		if page, err = s.Inbox(t.Context(), nil, run.Person{ID: "x"}, nil, tc.q); err != nil || len(page.Runs) > 0 || page.Next != "" {
			t.Errorf("%s: the inbox of no flows is %v, %v", name, page, err)
		}
	}
	if page, err := s.Flow(t.Context(), "f", store.Query{To: behind}, start.Add(time.Hour), nil); err != nil || len(page.Runs) != 1 {
		t.Errorf("flow: %d runs, %v", len(page.Runs), err)
	}
}
