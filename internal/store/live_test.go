package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// opened opens the access of a decided run until a time.
func opened(t testing.TB, s *store.Store, r *run.Run, ends time.Time) *run.Run {
	t.Helper()
	r.Status, r.Engine.Next = run.Active, run.NextActive
	r.Access = &run.Access{StartsAt: r.CreatedAt, EndsAt: ends}
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// closed ends it.
func closed(t testing.TB, s *store.Store, r *run.Run) *run.Run {
	t.Helper()
	r.Status, r.Engine.Next, r.Access.GoneAt = run.Ended, run.NextEnded, r.Access.EndsAt
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// readers are people with different rights over the flows of today.
var (
	readers = append(slices.Clone(listPeople), run.Person{ID: "vic@example.com", Email: "vic@example.com"}, run.Person{ID: "arn:aws:iam::1:role/ci", Machine: true})
	present = &run.Today{Admins: []string{"root@example.com"}, Flows: map[string]run.TodayFlow{
		"f": {Admins: []string{"root@example.com"}, Approvers: []string{"group:sre"}, Viewers: []string{"vic@example.com"}},
		"g": {Admins: []string{"root@example.com"}, Approvers: []string{"group:security"}},
		"h": {Admins: []string{"eve@example.com"}, Approvers: []string{"group:sre"}},
	}}
)

// reader is what the API makes of a person: "gone" is a flow that was removed.
func reader(p run.Person, all bool) store.Reader {
	by := store.Reader{Person: p, Today: present}
	if p.Machine {
		return by
	}
	by.Flows = []string{"gone"}
	for name := range present.Flows {
		switch {
		case present.MayList(name, p) || all && present.MayDecide(name, p):
			by.Flows = append(by.Flows, name)
		case all:
			by.Waiting = append(by.Waiting, name)
		}
	}
	return by
}

// various stores runs of each flow, requester, status and approver, over eighteen months,
// half of them in the last weeks.
func various(t *testing.T, s *store.Store, n int) (all []*run.Run, reviewed map[string][]string) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	at := start.AddDate(-1, -6, 0)
	reviewed = map[string][]string{}
	for i := range n {
		over := 520 * 24 * time.Hour
		if i > n/2 {
			over = 20 * 24 * time.Hour
		}
		at = at.Add(time.Duration(r.IntN(int(4 * over / time.Duration(n)))))
		requester := readers[r.IntN(4)]
		if i%17 == 0 {
			requester = readers[len(readers)-1]
		}
		flow := []string{"f", "g", "h", "gone"}[r.IntN(4)]
		approvers := []string{"group:sre"}
		if flow == "g" {
			approvers = []string{"group:security"}
		}
		x, err := run.New(run.Draft{
			ID: run.HashID("various", fmt.Sprint(i)), Requester: requester, Channel: run.ViaAPI, Reason: fmt.Sprintf("ticket %d", i%10),
			Flow: run.Flow{Name: flow, Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: run.ReviewRule{
				Approvers: approvers, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
			}},
		}, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Create(t.Context(), x, nil); err != nil {
			t.Fatal(err)
		}
		switch r.IntN(6) {
		case 0:
		case 1:
			x = heard(t, s, x, `{"subscriptions":[],"permissions":{"approvers":["nobody@example.com"]}}`)
		case 2, 3:
			x = heard(t, s, x, toPeople)
			if by := listPeople[1+r.IntN(3)]; r.IntN(2) == 0 && x.MayAct(run.Deny, by, present) == nil {
				x = acted(t, s, x, run.Deny, by, at.Add(time.Minute))
				reviewed[by.ID] = append(reviewed[by.ID], x.ID)
			}
		default:
			x = heard(t, s, x, approve)
			if r.IntN(4) > 0 {
				x = opened(t, s, x, at.Add(time.Duration(r.IntN(5))*time.Hour))
				if r.IntN(3) == 0 {
					x = closed(t, s, x)
				}
			}
		}
		all = append(all, x)
	}
	return all, reviewed
}

// Whoever reads it and whatever they ask for, a list over several flows is what a look
// at every run finds, and holds nothing that its reader may not read.
func TestListsOverFlowsAreWhatLookingAtEachRunFinds(t *testing.T) {
	s := open(t)
	all, reviewed := various(t, s, 90)
	root := listPeople[3]
	now := start.Add(time.Hour)
	year := now.AddDate(-1, 0, 0)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(append(readers, root, root, root)).Draw(t, "person")
		q := store.Query{
			Limit:  rapid.SampledFrom([]int{1, 1, 2, 3, 7, 20, 100}).Draw(t, "limit"),
			Status: rapid.SampledFrom([]run.Status{"", "", run.Pending, run.Active, run.Denied}).Draw(t, "status"),
			Look:   rapid.SampledFrom([]int{0, 0, 0, 3, 50, 500}).Draw(t, "look"),
		}
		from := year
		if rapid.Bool().Draw(t, "bounded") {
			q.From = all[rapid.IntRange(0, len(all)-1).Draw(t, "from")].CreatedAt
			q.To = all[rapid.IntRange(0, len(all)-1).Draw(t, "to")].CreatedAt
			from = q.From
		}
		word := rapid.SampledFrom([]string{"", "", "ticket 3", "ticket 7", "1"}).Draw(t, "text")
		if word != "" {
			q.Filter = func(r run.Summary) bool { return strings.Contains(r.View.Reason, word) }
		}
		view := rapid.SampledFrom([]string{"all", "live", "live by creation"}).Draw(t, "view")
		by := reader(p, view == "all")
		pages := map[string]func(store.Query) (store.Page, error){
			"all":              func(q store.Query) (store.Page, error) { return s.Readable(t.Context(), by, q, now) },
			"live":             func(q store.Query) (store.Page, error) { return s.Live(t.Context(), by, q) },
			"live by creation": func(q store.Query) (store.Page, error) { return s.LiveByCreation(t.Context(), by, q, now) },
		}
		var want []*run.Run
		for _, r := range all {
			mayList := present.MayList(r.Flow.Name, p)
			if r.Flow.Name == "gone" {
				mayList = r.IsAdmin(p, present)
			}
			in := r.MaySee(p, present)
			switch view {
			case "all":
				in = in && (r.OwnedBy(p) || mayList || present.MayDecide(r.Flow.Name, p) || r.Flow.Name == "gone" || r.Status == run.Pending || slices.Contains(reviewed[p.ID], r.ID))
			default:
				in = r.Live() && (r.OwnedBy(p) || mayList)
			}
			low := from
			if view == "live" {
				low = q.From
			}
			if in && !r.CreatedAt.Before(low) && (q.To.IsZero() || r.CreatedAt.Before(q.To)) && (q.Status == "" || r.Status == q.Status) && strings.Contains(r.Reason, word) {
				want = append(want, r)
			}
		}
		slices.SortFunc(want, func(a, b *run.Run) int {
			if view == "live" {
				return cmp.Or(a.Access.EndsAt.Compare(b.Access.EndsAt), strings.Compare(a.ID, b.ID))
			}
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
		})
		ids := make([]string, len(want))
		for i, r := range want {
			ids[i] = r.ID
		}
		var got []string
		for n := 0; ; n++ {
			page, err := pages[view](q)
			if err != nil || len(page.Runs) > q.Limit || n > 2000 {
				t.Fatalf("page %d: %d runs, %v", n, len(page.Runs), err)
			}
			if q.Look > 0 && page.Looked > q.Look {
				t.Fatalf("a page looked at %d runs, at most %d were asked for", page.Looked, q.Look)
			}
			for _, r := range page.Runs {
				got = append(got, r.View.ID)
			}
			if page.Next == "" {
				break
			}
			if further := page.Next < q.After; q.After != "" && further == (view == "live") {
				t.Fatalf("position %s does not lie behind %s", page.Next, q.After)
			}
			q.After = page.Next
		}
		if !slices.Equal(got, ids) {
			t.Fatalf("%s of %s: got %d runs %v, want %d %v", view, p.ID, len(got), got, len(ids), ids)
		}
		for _, id := range got {
			i := slices.IndexFunc(all, func(r *run.Run) bool { return r.ID == id })
			if !all[i].MaySee(p, present) {
				t.Fatalf("%s reads %s, which they may not", p.ID, id)
			}
		}
	})
}

// What lies behind the cut of one flow can be newer than what was read of another.
func TestListsOverFlowsThatAreCutOff(t *testing.T) {
	s := open(t)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	for n := range 11 { // few runs, far apart
		askedAt(t, s, at(10*n), n, "f", "grace@example.com")
	}
	var want []string
	for n := range 20 { // many, close together
		who := "grace@example.com"
		if n == 5 {
			who = "ada@example.com"
		}
		if r := askedAt(t, s, at(81+n), 100+n, "g", who); who == "ada@example.com" {
			want = append(want, r.ID)
		}
	}
	by := reader(listPeople[3], true)
	by.Flows = []string{"f", "g"}
	onlyAda := store.Query{Limit: 1, Filter: func(r run.Summary) bool { return r.View.Requester.ID == "ada@example.com" }}
	got := walk(t, onlyAda, func(q store.Query) (store.Page, error) { return s.Readable(t.Context(), by, q, at(200)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Open access is in two lists from its confirmation until that of its removal, and in
// none before and after.
func TestLiveOverALife(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	lists := func(p run.Person) int {
		t.Helper()
		page, err := s.Live(t.Context(), reader(p, false), store.Query{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Runs)
	}
	is := func(moment string, own, viewer int) {
		t.Helper()
		if lists(ada) != own || lists(run.Person{ID: "vic@example.com"}) != viewer || lists(run.Person{ID: "nobody@example.com"}) != 0 {
			t.Errorf("%s: the requester finds %d and a viewer %d, want %d and %d", moment, lists(ada), lists(run.Person{ID: "vic@example.com"}), own, viewer)
		}
	}
	r := heard(t, s, asked(t, s, 1, "f", "ada@example.com"), approve)
	is("approved", 0, 0)
	r = opened(t, s, r, start.Add(time.Hour))
	is("active", 1, 1)
	r.Access.Failures, r.Access.Error, r.Engine.Next = 3, "the group is locked", run.NextPause
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	is("can't be removed", 1, 1)
	closed(t, s, r)
	is("gone", 0, 0)
	for _, index := range []string{"lists", "inbox"} {
		if out, err := tab.client.Scan(t.Context(), &sdk.ScanInput{TableName: &tab.name, IndexName: &index}); err != nil || len(out.Items) > 0 {
			t.Errorf("index %s still holds %v (%v)", index, out.Items, err)
		}
	}
}

// The inbox of no flow holds open access, whatever its requester is called.
func TestOpenAccessIsInNoInbox(t *testing.T) {
	s := open(t)
	for n, who := range []string{"0", "f#0", "live", "#live#f"} {
		opened(t, s, heard(t, s, asked(t, s, n, "live", who), approve), start.Add(time.Hour))
	}
	for _, flow := range []string{"live", "f", "#live", "0"} {
		page, err := s.Inbox(t.Context(), []string{flow}, run.Person{ID: "root@example.com"}, nil, store.Query{Limit: 10})
		if err != nil || len(page.Runs) > 0 {
			t.Errorf("the inbox of %s holds %d runs (%v)", flow, len(page.Runs), err)
		}
	}
}

// Being listed by when it ends costs open access two write units when it begins and two
// when it ends, and nothing between.
func TestWriteUnitsOfOpenAccess(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.counting(&units)
	r := heard(t, s, asked(t, s, 1, "f", "ada@example.com"), approve)
	item := took(&units, func() {
		if err := s.Save(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	})
	begins := took(&units, func() { r = opened(t, s, r, start.Add(time.Hour)) })
	goes := took(&units, func() {
		r.Access.Tries++
		if err := s.Save(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	})
	ends := took(&units, func() { r = closed(t, s, r) })
	// Both becoming due and being so no more are a unit or two of their own.
	if begins > item+4 || goes != item || ends > item+3 {
		t.Errorf("the item takes %v units; access that begins, goes on and ends took %v, %v and %v", item, begins, goes, ends)
	}
}

// What an older release left open is listed once it was reindexed, and only then the
// lists say that they lack nothing.
func TestReindexOpenAccess(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	var want []string
	for n := range 5 {
		r := opened(t, s, heard(t, s, asked(t, s, n, "f", "ada@example.com"), approve), start.Add(time.Duration(9-n)*time.Hour))
		if n == 4 {
			closed(t, s, r)
			continue
		}
		want = append([]string{r.ID}, want...)
		if n == 0 {
			continue // saved by this release already
		}
		_, err := tab.client.UpdateItem(t.Context(), &sdk.UpdateItemInput{
			TableName: &tab.name, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "RUN#" + r.ID}, "sk": &types.AttributeValueMemberS{Value: "RUN"}},
			UpdateExpression: ptr("REMOVE #l, #r, inbox"), ExpressionAttributeNames: map[string]string{"#l": "list", "#r": "rank"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lists := func(p run.Person) []string {
		t.Helper()
		page, err := s.Live(t.Context(), reader(p, false), store.Query{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range page.Runs {
			ids = append(ids, r.View.ID)
		}
		return ids
	}
	reindex := func(dry bool) (added int) {
		t.Helper()
		err := s.Reindex(t.Context(), store.Reindexing{DryRun: dry, Report: func(d store.Reindexed) {
			if d.Access {
				added++
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		return added
	}
	listed := func() bool {
		t.Helper()
		all, err := s.Listed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	vic := run.Person{ID: "vic@example.com"}
	if n := reindex(true); n != 3 || len(lists(vic)) != 1 || listed() {
		t.Fatalf("a dry run adds %d, then a viewer finds %v, and everything is listed: %v", n, lists(vic), listed())
	}
	if n := reindex(false); n != 3 || !listed() {
		t.Errorf("%d were added, want 3, and everything is listed: %v", n, listed())
	}
	for _, p := range []run.Person{vic, {ID: "ada@example.com"}} {
		if got := lists(p); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", p.ID, got, want)
		}
	}
	if n := reindex(false); n != 0 {
		t.Errorf("a second run adds %d", n)
	}
	r, err := s.Load(t.Context(), want[0])
	if err != nil || r.Access == nil || r.Status != run.Active {
		t.Errorf("the run reads as %+v, %v", r, err)
	}
}

func ptr[T any](v T) *T { return &v }
