package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Acts lie in a partition of their own; those that an older release stored beside
// the run are read with them, in the order in which they came, and both are due.
func TestActsHaveAPartitionOfTheirOwn(t *testing.T) {
	at := openTable(t)
	s := store.New(at.client, at.name)
	r := asked(t, s, 1, "aws-access", "ada@example.com")
	act := func(n int) run.Act {
		when := start.Add(time.Duration(n) * time.Minute)
		return run.Act{ID: run.NewID(when), Event: run.Approve, Person: run.Person{ID: "grace@example.com"}, At: when}
	}
	acts := []run.Act{act(1), act(2), act(3)}
	for _, a := range acts {
		if err := s.AddAct(t.Context(), r, a); err != nil {
			t.Fatal(err)
		}
	}
	items := func(pk string) []map[string]types.AttributeValue {
		t.Helper()
		out, err := at.client.Query(t.Context(), &sdk.QueryInput{
			TableName: &at.name, KeyConditionExpression: aws.String("pk = :pk"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: pk}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Items
	}
	if run, apart := items("RUN#"+r.ID), items("ACT#"+r.ID); len(run) != 1 || len(apart) != len(acts) {
		t.Fatalf("%d items beside the run, %d apart", len(run), len(apart))
	}
	acted := func() {
		t.Helper()
		due, err := s.Due(t.Context(), start.Add(5*time.Minute), 100, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(due.Acted) != 1 || due.Acted[0] != r.ID {
			t.Errorf("runs with acts are %v", due.Acted)
		}
	}
	acted()
	// The second is moved to where an older release put it.
	moved := items("ACT#" + r.ID)[1]
	if _, err := at.client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: &at.name, Key: map[string]types.AttributeValue{"pk": moved["pk"], "sk": moved["sk"]}}); err != nil {
		t.Fatal(err)
	}
	moved["pk"] = &types.AttributeValueMemberS{Value: "RUN#" + r.ID}
	if _, err := at.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &at.name, Item: moved}); err != nil {
		t.Fatal(err)
	}
	rec, err := s.LoadAll(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for i := range acts {
		want = append(want, acts[i].ID)
	}
	for _, a := range rec.Acts {
		got = append(got, a.ID)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("acts are %v, want %v", got, want)
	}
	acted()
}
