package store_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// acted stores an act and has the engine deal with it.
func acted(t testing.TB, s *store.Store, r *run.Run, event run.EventName, p run.Person, at time.Time) *run.Run {
	t.Helper()
	a := run.Act{ID: run.NewID(at), Event: event, Person: p, Channel: run.ViaAPI, At: at, Reason: "as asked"}
	if err := s.AddAct(t.Context(), r, a); err != nil {
		t.Fatal(err)
	}
	next, changed, err := engine.Decide(r, engine.Step{ID: "act" + a.ID, Turn: r.Engine.Turn, HooksVersion: "1", Acts: []run.Act{a}}, at)
	if err != nil {
		t.Fatal(err)
	}
	if changed {
		if err := s.Save(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	}
	return next
}

// Whatever people do, and however large the pages are: a reviewer finds each
// request that an act of theirs decided or counted for, once, newest first, and no
// other.
func TestReviewedIsWhatTookEffect(t *testing.T) {
	s := open(t)
	people := []run.Person{
		{ID: "grace@x", Email: "grace@x", Principal: "i|1", Groups: []string{"sre"}},
		{ID: "grace@x", Email: "grace@x", Principal: "sso|1|grace", Mapped: true, Groups: []string{"sre"}},
		{ID: "grace@x", Email: "grace@x", Principal: "AIDA#1", Mapped: true, Groups: []string{"sre"}},
		{ID: "kim@x", Email: "kim@x", Principal: "i|2", Groups: []string{"sre"}},
		{ID: "eve@x", Email: "eve@x", Principal: "i|3"},
	}
	for i := range people {
		people[i] = see(t, s, people[i])
	}
	for i := range people { // once all logins are known
		people[i] = see(t, s, people[i])
	}
	var all []*run.Run
	acts := map[string][]run.Person{}
	ignored := 0
	rapid.Check(t, func(rt *rapid.T) {
		n := len(all)
		r := heard(t, s, asked(t, s, n, "f", "ada@example.com"), toPeople)
		r.Review.Approvals[0].Count = rapid.IntRange(1, 2).Draw(rt, "needed")
		for i := range rapid.IntRange(0, 4).Draw(rt, "acts") {
			p := rapid.SampledFrom(people).Draw(rt, "person")
			event := rapid.SampledFrom([]run.EventName{run.Approve, run.Approve, run.Deny}).Draw(rt, "event")
			before := len(r.History)
			r = acted(t, s, r, event, p, r.CreatedAt.Add(time.Duration(i+2)*time.Second))
			for _, e := range r.History[before:] {
				if e.Event == event && e.Actor.Type == run.UserActor {
					acts[r.ID] = append(acts[r.ID], p)
				} else {
					ignored++
				}
			}
		}
		all = append(all, r)
	})
	if ignored == 0 || len(acts) == 0 || len(acts) == len(all) {
		t.Fatalf("%d acts were ignored, %d of %d requests decided: the test shows little", ignored, len(acts), len(all))
	}
	slices.Reverse(all)
	// The logins that the directory maps to one person find each other's.
	same := func(p, q run.Person) bool { return p.Principal == q.Principal || p.Mapped && q.Mapped && p.ID == q.ID }
	for _, p := range people {
		var want []string
		for _, r := range all {
			if slices.ContainsFunc(acts[r.ID], func(q run.Person) bool { return same(p, q) }) {
				want = append(want, r.ID)
			}
		}
		for _, limit := range []int{1, 2, 7, 100} {
			got := walk(t, store.Query{Limit: limit}, func(q store.Query) (store.Page, error) { return s.Reviewed(t.Context(), p, nil, q) })
			if !slices.Equal(got, want) {
				t.Fatalf("%s, %d a page: got %d %v, want %d %v", p.Principal, limit, len(got), got, len(want), want)
			}
		}
	}
}

// Many acts of one person on one request list it once, also where they are cut
// off by the end of a page.
func TestReviewedListsARequestOnce(t *testing.T) {
	s := open(t)
	kim := see(t, s, login("i|2", "kim@x"))
	kim.Groups = []string{"sre"}
	var want []string
	for n := range 3 {
		r := heard(t, s, asked(t, s, n, "f", "ada@example.com"), toPeople)
		r.Review.Approvals[0].Count = 2
		// Two take effect, and between and around them are others that don't.
		r = acted(t, s, r, run.Approve, kim, r.CreatedAt.Add(4*time.Second+time.Second/2))
		r = acted(t, s, r, run.Deny, kim, r.CreatedAt.Add(8*time.Second+time.Second/2))
		for i := range 12 {
			at := r.CreatedAt.Add(time.Duration(i) * time.Second)
			a := run.Act{ID: run.NewID(at), Event: run.Approve, Person: kim, At: at}
			if err := s.AddAct(t.Context(), r, a); err != nil {
				t.Fatal(err)
			}
		}
		want = append([]string{r.ID}, want...)
	}
	for _, limit := range []int{1, 2, 3} {
		got := walk(t, store.Query{Limit: limit}, func(q store.Query) (store.Page, error) { return s.Reviewed(t.Context(), kim, nil, q) })
		if !slices.Equal(got, want) {
			t.Errorf("%d a page: got %v, want %v", limit, got, want)
		}
	}
}

// Who may no longer see a request doesn't find it, and neither does whoever has
// the address now.
func TestReviewedIsForWhoReviewedAndMaySee(t *testing.T) {
	s := open(t)
	kim := see(t, s, login("i|2", "kim@x"))
	kim.Groups = []string{"sre"}
	r := acted(t, s, heard(t, s, asked(t, s, 0, "f", "ada@example.com"), toPeople), run.Deny, kim, start.Add(time.Minute))
	heir := see(t, s, login("i|9", "kim@x"))
	heir.Groups = []string{"sre"}
	left := kim
	left.Groups = nil
	for name, tc := range map[string]struct {
		p    run.Person
		want []string
	}{"who denied it": {kim, []string{r.ID}}, "the address's heir": {heir, nil}, "who left the group": {left, nil}} {
		page, err := s.Reviewed(t.Context(), tc.p, nil, store.Query{Limit: 10})
		var got []string
		for _, r := range page.Runs {
			got = append(got, r.View.ID)
		}
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%s finds %v (%v), want %v", name, got, err, tc.want)
		}
	}
}

// What decided stays as long as its run, anything else for 30 days. Where the flow
// has a retention, the end of the run is taken to come as late as it may.
func TestHowLongActsAreKept(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	const day = 24 * time.Hour
	n := 0
	for name, tc := range map[string]struct {
		event     run.EventName
		by        string
		retention time.Duration
		want      time.Duration // after the act
	}{
		"an approve":                       {run.Approve, "grace@example.com", 0, 0},
		"a deny":                           {run.Deny, "grace@example.com", 0, 0},
		"a revoke":                         {run.Revoke, "grace@example.com", 0, 0},
		"the requester's revoke":           {run.Revoke, "ada@example.com", 0, 30 * day},
		"a cancel":                         {run.Cancel, "ada@example.com", 0, 30 * day},
		"a deny with a retention":          {run.Deny, "grace@example.com", 90 * day, 90 * day},
		"an approve with a retention":      {run.Approve, "grace@example.com", 90 * day, 90*day + time.Hour + 2*time.Hour},
		"an approve with a short one":      {run.Approve, "grace@example.com", day, 30 * day},
		"a cancel with a longer retention": {run.Cancel, "ada@example.com", 90 * day, 30 * day},
	} {
		t.Run(name, func(t *testing.T) {
			n++
			r := asked(t, s, n, "f", "ada@example.com")
			r.Flow.RetentionSeconds, r.DurationSeconds = int(tc.retention/time.Second), 2*60*60
			a := run.Act{ID: run.NewID(r.CreatedAt), Event: tc.event, Person: run.Person{ID: tc.by, Email: tc.by}, At: r.CreatedAt}
			if err := s.AddAct(t.Context(), r, a); err != nil {
				t.Fatal(err)
			}
			out, err := tab.client.GetItem(t.Context(), &sdk.GetItemInput{TableName: &tab.name, Key: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "ACT#" + r.ID}, "sk": &types.AttributeValueMemberS{Value: "ACT#" + a.ID},
			}})
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if tc.want > 0 {
				want = strconv.FormatInt(a.At.Add(tc.want).Unix(), 10)
			}
			got := ""
			if n, there := out.Item["expires_at"].(*types.AttributeValueMemberN); there {
				got = n.Value
			}
			if got != want {
				t.Errorf("it expires at %q, want %q", got, want)
			}
		})
	}
}
