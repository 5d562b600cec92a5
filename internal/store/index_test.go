package store_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// indexed returns which indexes hold the run, and for due by when.
func (tab table) indexed(t *testing.T, id string) map[string]string {
	t.Helper()
	in := map[string]string{}
	for _, index := range []string{"inbox", "mine", "flow", "due", "lists"} {
		out, err := tab.client.Scan(t.Context(), &sdk.ScanInput{TableName: &tab.name, IndexName: &index})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			if it["pk"].(*types.AttributeValueMemberS).Value != "RUN#"+id {
				continue
			}
			in[index] = ""
			if at, there := it["due_at"].(*types.AttributeValueMemberS); there {
				in[index] = at.Value
			}
		}
	}
	return in
}

// A run is in the inbox while it waits for people, due until it is over, and in
// the lists of its requester and its flow for good.
func TestIndexesOverALife(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	grace := run.Person{ID: "grace@example.com", Groups: []string{"sre"}}
	is := func(moment string, r *run.Run, want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, tab.indexed(t, r.ID)); diff != "" {
			t.Errorf("%s: %s", moment, diff)
		}
	}
	const (
		soon   = "2026-11-23T10:06:00.000Z" // asked at 10:01, and five minutes
		routed = "2026-11-23T10:07:00.000Z" // routed a second later, and five minutes
		hooked = "2026-11-23T10:08:00.000Z" // changed at 10:03, and five minutes
		later  = "2026-11-23T11:06:00.000Z" // the review's end at 11:01, and five minutes
	)
	r := asked(t, s, 1, "f", "ada@example.com")
	is("asked", r, map[string]string{"mine": "", "flow": "", "due": soon})
	r = heard(t, s, r, `{"subscriptions":["after_approve"]}`)
	is("routed to people", r, map[string]string{"inbox": "", "mine": "", "flow": "", "due": routed})
	next, changed, _, err := engine.Park(r, engine.Parking{Turn: r.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: start}}, start.Add(2*time.Minute))
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if err := s.Save(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	is("parked", next, map[string]string{"inbox": "", "mine": "", "flow": "", "due": later})
	r = act(t, s, next, run.Approve, grace)
	if r.Status != run.Approved || r.Engine.Hook != run.AfterApprove {
		t.Fatalf("the run is %s, and %s is asked", r.Status, r.Engine.Hook)
	}
	is("approved, after_approve is asked", r, map[string]string{"mine": "", "flow": "", "due": hooked})
	r = heard(t, s, r, `{}`)
	is("over", r, map[string]string{"mine": "", "flow": ""})

	fast := heard(t, s, asked(t, s, 2, "f", "ada@example.com"), approve)
	is("fast tracked", fast, map[string]string{"mine": "", "flow": ""})
}

// act has a person act on a waiting run, and saves what follows.
func act(t testing.TB, s *store.Store, r *run.Run, event run.EventName, p run.Person) *run.Run {
	t.Helper()
	at := r.CreatedAt.Add(2 * time.Minute)
	next, _, err := engine.Decide(r, engine.Step{
		ID: "act" + run.NewID(at), HooksVersion: "1", Acts: []run.Act{{ID: run.NewID(at), Event: event, Person: p, Channel: run.ViaAPI, At: at, Reason: "as asked"}},
	}, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	return next
}

// No index holds what a list may not show: neither the token nor sensitive values.
func TestIndexesHoldNoSecrets(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	r, err := run.New(run.Draft{
		ID: run.NewID(start), Flow: run.Flow{Name: "f", Admins: []string{"root@example.com"}, Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		}},
		Requester: run.Person{ID: "ada@example.com"}, Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"hunter2"`)},
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	r = heard(t, s, r, toPeople)
	r, _, _, err = engine.Park(r, engine.Parking{Turn: r.Engine.Turn, Token: "hunter2", Order: run.TokenOrder{EnteredAt: start}}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, index := range []string{"inbox", "mine", "flow", "due"} {
		out, err := tab.client.Scan(t.Context(), &sdk.ScanInput{TableName: &tab.name, IndexName: aws.String(index)})
		if err != nil || len(out.Items) != 1 {
			t.Fatalf("%s: %d items, %v", index, len(out.Items), err)
		}
		for _, name := range slices.Sorted(maps.Keys(out.Items[0])) {
			if v, ok := out.Items[0][name].(*types.AttributeValueMemberS); ok && (name == "body" || strings.Contains(v.Value, "hunter2")) {
				t.Errorf("%s holds %s: %s", index, name, v.Value)
			}
		}
	}
}
