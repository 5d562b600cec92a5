package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// asBefore takes the acts of a table out of the list, as an older release stored
// them, or deletes them, as their time to live did.
func asBefore(t *testing.T, tab table, gone func(id string) bool) {
	t.Helper()
	out, err := tab.client.Scan(t.Context(), &sdk.ScanInput{TableName: &tab.name})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		pk := it["pk"].(*types.AttributeValueMemberS).Value
		if pk[:4] != "ACT#" {
			continue
		}
		if gone(pk[4:]) {
			_, err = tab.client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: &tab.name, Key: map[string]types.AttributeValue{"pk": it["pk"], "sk": it["sk"]}})
		} else {
			delete(it, "mine")
			delete(it, "created")
			_, err = tab.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &tab.name, Item: it})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What was decided before is listed once it was reindexed, for the login that is
// known of it; what is listed already stays, and a dry run changes nothing.
func TestReindex(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	kim := see(t, s, login("i|2", "kim@x"))
	kim.Groups = []string{"sre"}
	heir := see(t, s, login("i|9", "kim@x"))
	heir.Groups = []string{"sre"}
	decide := func(n int, event run.EventName) string {
		return acted(t, s, heard(t, s, asked(t, s, n, "f", "ada@example.com"), toPeople), event, kim, start.Add(time.Duration(n)*time.Minute+time.Second)).ID
	}
	approved, denied, lost, lostToo := decide(0, run.Approve), decide(1, run.Deny), decide(2, run.Approve), decide(3, run.Deny)
	open := heard(t, s, asked(t, s, 4, "f", "ada@example.com"), toPeople)
	asBefore(t, tab, func(id string) bool { return id == lost || id == lostToo })
	now := decide(5, run.Deny)

	lists := func(p run.Person) []string {
		return walk(t, store.Query{Limit: 2}, func(q store.Query) (store.Page, error) { return s.Reviewed(t.Context(), p, nil, q) })
	}
	reindex := func(dry bool) (acts int, seen []string) {
		t.Helper()
		err := s.Reindex(t.Context(), store.Reindexing{DryRun: dry, Report: func(d store.Reindexed) {
			acts += len(d.Acts)
			seen = append(seen, d.Run)
			if d.Left != "" {
				t.Errorf("%s is left: %s", d.Run, d.Left)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		return acts, seen
	}
	before := []string{now}
	if got := lists(kim); !slices.Equal(got, before) {
		t.Fatalf("before: %v", got)
	}
	if acts, seen := reindex(true); acts != 4 || len(seen) != 6 || !slices.Contains(seen, open.ID) || !slices.Equal(lists(kim), before) {
		t.Fatalf("a dry run adds %d, sees %v, and then lists %v", acts, seen, lists(kim))
	}
	if acts, _ := reindex(false); acts != 4 {
		t.Errorf("%d were added, want 4", acts)
	}
	if got, want := lists(kim), []string{now, lostToo, lost, denied, approved}; !slices.Equal(got, want) {
		t.Errorf("after: %v, want %v", got, want)
	}
	// Of what only the history knows, no login is known: the address is whoever has it.
	if got, want := lists(heir), []string{lostToo}; !slices.Equal(got, want) {
		t.Errorf("the address's heir finds %v, want %v", got, want)
	}
	if acts, _ := reindex(false); acts != 0 {
		t.Errorf("a second run adds %d", acts)
	}
	rec, err := s.LoadAll(t.Context(), lost)
	if err != nil || len(rec.Acts) != 0 {
		t.Errorf("what lists an act reads as an act: %v, %v", rec.Acts, err)
	}
}

// A run that stops goes on where it stopped, and lists everything.
func TestReindexGoesOn(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	kim := see(t, s, login("i|2", "kim@x"))
	kim.Groups = []string{"sre"}
	var want []string
	for n := range 9 {
		r := acted(t, s, heard(t, s, asked(t, s, n, "f", "ada@example.com"), toPeople), run.Deny, kim, start.Add(time.Duration(n)*time.Minute+time.Second))
		want = append([]string{r.ID}, want...)
	}
	asBefore(t, tab, func(string) bool { return false })
	after, runs, seen := "", 0, map[string]int{}
	for {
		ctx, stop := context.WithCancel(t.Context())
		n := 0
		err := s.Reindex(ctx, store.Reindexing{After: after, Report: func(d store.Reindexed) {
			seen[d.Run]++
			after = d.Run
			if n++; n == 2 {
				stop() // in the middle of a page
			}
		}})
		stop()
		if runs++; err == nil {
			break
		} else if !errors.Is(err, context.Canceled) || runs > 20 {
			t.Fatal(err)
		}
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was looked at %d times", id, n)
		}
	}
	if got := walk(t, store.Query{Limit: 20}, func(q store.Query) (store.Page, error) { return s.Reviewed(t.Context(), kim, nil, q) }); !slices.Equal(got, want) || len(seen) != len(want) || runs < 4 {
		t.Errorf("after %d runs: %v, want %v", runs, got, want)
	}
}
