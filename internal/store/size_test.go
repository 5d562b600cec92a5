package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// grown is a run of which this many bytes of checks are known.
func grown(t *testing.T, s *store.Store, bytes int) *run.Run {
	t.Helper()
	r := asked(t, s, 1, "f", "ada@example.com")
	r.Steps = map[string]json.RawMessage{"on_request": json.RawMessage(`"` + strings.Repeat("<", bytes) + `"`)}
	return r
}

// A run that is near the limit is stored and read as it was; one beyond it is
// refused by name, and what is stored stays.
func TestTheLargestRun(t *testing.T) {
	s := open(t)
	r := grown(t, s, 380<<10)
	if room, err := store.HasRoom(r); err != nil || room {
		t.Errorf("%v, %v: a run of 380 KiB leaves no reserve", room, err)
	}
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(t.Context(), r.ID)
	if err != nil || string(got.Steps["on_request"]) != string(r.Steps["on_request"]) {
		t.Fatalf("%v, or it came back otherwise", err)
	}
	r.Steps["on_request"] = json.RawMessage(`"` + strings.Repeat("x", 400<<10) + `"`)
	if err := s.Save(t.Context(), r); !errors.Is(err, store.ErrTooLarge) || !strings.Contains(err.Error(), r.ID) {
		t.Errorf("got %v, want ErrTooLarge with the run's id", err)
	}
	if got, err := s.Load(t.Context(), r.ID); err != nil || got.Version != 2 {
		t.Errorf("%v, version %d, want 2", err, got.Version)
	}
}

func TestAnOrdinaryRunHasRoom(t *testing.T) {
	r := grown(t, open(t), 200<<10)
	if room, err := store.HasRoom(r); err != nil || !room {
		t.Errorf("%v, %v: a run of 200 KiB leaves the reserve", room, err)
	}
}

// What a newer version wrote is distinguished from what is broken: it may be read
// later.
func TestARunOfANewerVersion(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	r := asked(t, s, 1, "f", "ada@example.com")
	put := func(body string) {
		t.Helper()
		_, err := tab.client.UpdateItem(t.Context(), &sdk.UpdateItemInput{
			TableName: &tab.name,
			Key: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "RUN#" + r.ID}, "sk": &types.AttributeValueMemberS{Value: "RUN"},
			},
			UpdateExpression:          aws.String("SET body = :b"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":b": &types.AttributeValueMemberS{Value: body}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(`{"schema":2,"id":["of another shape"]}`)
	if _, err := s.Load(t.Context(), r.ID); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), r.ID) {
		t.Errorf("load: got %v, want ErrNewer with the run's id", err)
	}
	if _, err := s.LoadAll(t.Context(), r.ID); !errors.Is(err, store.ErrNewer) {
		t.Errorf("load all: got %v, want ErrNewer", err)
	}
	put(`{"schema":1,"id":["broken"]}`)
	if _, err := s.Load(t.Context(), r.ID); err == nil || errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), r.ID) {
		t.Errorf("got %v, want an error with the run's id that is not ErrNewer", err)
	}
}
