package store_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// withSummary puts runs as versions before stored them: each with a summary, also
// once it waits for nobody. They are an approved one, an ended one with access
// and a pending one.
func withSummary(t *testing.T, tab table) []*run.Run {
	t.Helper()
	raw, err := os.ReadFile("testdata/runs.with-summary.json")
	if err != nil {
		t.Fatal(err)
	}
	var items []map[string]struct{ S, N string }
	if err := json.Unmarshal(raw, &items); err != nil {
		t.Fatal(err)
	}
	s := store.New(tab.client, tab.name)
	var runs []*run.Run
	for _, it := range items {
		put := map[string]types.AttributeValue{}
		for name, v := range it {
			put[name] = &types.AttributeValueMemberS{Value: v.S}
			if v.N != "" {
				put[name] = &types.AttributeValueMemberN{Value: v.N}
			}
		}
		if _, err := tab.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &tab.name, Item: put}); err != nil {
			t.Fatal(err)
		}
		r, err := s.Load(t.Context(), strings.TrimPrefix(it["pk"].S, "RUN#"))
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Verify(r.History); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		runs = append(runs, r)
	}
	return runs
}

// mine lists what ada asked for.
func mine(t *testing.T, s *store.Store) []run.Summary {
	t.Helper()
	page, err := s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, store.Query{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return page.Runs
}

// Lists show what versions before stored beside what this one does, each as it
// is, and also once this one has written it.
func TestListsOfRunsWithAndWithoutSummary(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	runs := withSummary(t, tab)
	next := askedAt(t, s, runs[2].CreatedAt.Add(time.Hour), 1, "f", "ada@example.com")
	newest := askedAt(t, s, runs[2].CreatedAt.Add(2*time.Hour), 2, "f", "ada@example.com")
	newest = heard(t, s, newest, toPeople)
	want := []run.Summary{newest.Summary(), next.Summary(), runs[2].Summary(), runs[1].Summary(), runs[0].Summary()}
	same := func(when string) {
		t.Helper()
		if diff := cmp.Diff(encoded(t, want), encoded(t, mine(t, s))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", when, diff)
		}
	}
	same("as they were stored")
	for i := range want {
		if w := want[i].Waiting; w != nil {
			w.Named = &run.Named{}
		}
	}
	for _, r := range runs {
		if err := s.Save(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	same("written again")
}

func encoded(t *testing.T, summaries []run.Summary) (out []string) {
	t.Helper()
	for _, s := range summaries {
		raw, err := run.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(raw))
	}
	return out
}

// batch is one BatchGetItem of a list, whose answer a test changes.
type batch struct {
	consistent bool
	keys       []string
	out        *sdk.BatchGetItemOutput
	table      string
}

// drop has the answer lack a run.
func (b *batch) drop(id string) {
	b.out.Responses[b.table] = slices.DeleteFunc(b.out.Responses[b.table], func(it map[string]types.AttributeValue) bool {
		return it["pk"].(*types.AttributeValueMemberS).Value == "RUN#"+id
	})
}

// postpone has a run not be looked at.
func (b *batch) postpone(id string) {
	b.drop(id)
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "RUN#" + id}, "sk": &types.AttributeValueMemberS{Value: "RUN"}}
	b.out.UnprocessedKeys = map[string]types.KeysAndAttributes{b.table: {Keys: []map[string]types.AttributeValue{key}}}
}

// batches returns a store over the table whose batches see gets, with their responses.
func (tab table) batches(see func(*batch)) *store.Store {
	options := tab.client.Options()
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("batches", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if asked, ok := in.Parameters.(*sdk.BatchGetItemInput); ok && err == nil {
				of := asked.RequestItems[tab.name]
				b := batch{consistent: *of.ConsistentRead, out: out.Result.(*sdk.BatchGetItemOutput), table: tab.name}
				for _, key := range of.Keys {
					b.keys = append(b.keys, key["pk"].(*types.AttributeValueMemberS).Value)
				}
				see(&b)
			}
			return out, meta, err
		}), middleware.After)
	})
	return store.New(sdk.New(options), tab.name)
}

// What an index has ahead of the table, and what the table did not process, is read
// again.
func TestAListAsksAgainForWhatIsMissing(t *testing.T) {
	tab := openTable(t)
	var ids []string
	for n := range 5 {
		ids = append(ids, asked(t, store.New(tab.client, tab.name), n, "f", "ada@example.com").ID)
	}
	var batches []batch
	s := tab.batches(func(b *batch) {
		batches = append(batches, *b)
		switch len(batches) {
		case 1: // one is missing
			b.drop(ids[1])
		case 2: // read strongly consistent, it is not processed
			b.postpone(ids[1])
		}
	})
	if got := mine(t, s); len(got) != 5 {
		t.Errorf("the list has %d runs, want 5", len(got))
	}
	if len(batches) != 3 || batches[0].consistent || !batches[1].consistent || len(batches[1].keys) != 1 || len(batches[2].keys) != 1 {
		t.Errorf("the table was asked %+v, want of 5, then strongly consistent twice of 1", batches)
	}
}

// A run that is in an index and not in the table, taken out by hand, is left out.
func TestAListLeavesOutWhatIsGone(t *testing.T) {
	tab := openTable(t)
	gone := asked(t, store.New(tab.client, tab.name), 1, "f", "ada@example.com").ID
	asked(t, store.New(tab.client, tab.name), 2, "f", "ada@example.com")
	s := tab.batches(func(b *batch) { b.drop(gone) })
	if got := mine(t, s); len(got) != 1 || got[0].View.ID == gone {
		t.Errorf("the list is %v, want the run that is there", got)
	}
}

// A table that never processes all keys is an error, not a short list.
func TestAListThatIsAnsweredInPartIsAnError(t *testing.T) {
	tab := openTable(t)
	id := asked(t, store.New(tab.client, tab.name), 1, "f", "ada@example.com").ID
	s := tab.batches(func(b *batch) { b.postpone(id) })
	if page, err := s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, store.Query{Limit: 5}); err == nil {
		t.Errorf("got %v, want an error", page)
	}
}
