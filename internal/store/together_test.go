package store_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// canceled is how DynamoDB answers a transaction that it did not do, for these
// reasons.
func canceled(codes ...string) string {
	var reasons []string
	for _, code := range codes {
		reasons = append(reasons, `{"Code":"`+code+`"}`)
	}
	return `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled","CancellationReasons":[` + strings.Join(reasons, ",") + `]}`
}

// Two requests under one key that come together meet in a transaction: the one
// that is put off is retried, and then finds that the other was first.
func TestTransactionsThatMeet(t *testing.T) {
	for name, tc := range map[string]struct {
		answers []string // "" is success
		calls   int
		want    error
	}{
		"the other gave up":   {[]string{canceled("TransactionConflict", "None"), ""}, 2, nil},
		"the other was first": {[]string{canceled("None", "TransactionConflict"), canceled("ConditionalCheckFailed", "None")}, 2, store.ErrExists},
		"it is there already": {[]string{canceled("ConditionalCheckFailed", "TransactionConflict")}, 1, store.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				answer := tc.answers[min(calls, len(tc.answers)-1)]
				calls++
				if answer == "" {
					answer = "{}"
				} else {
					w.WriteHeader(http.StatusBadRequest)
				}
				_, _ = w.Write([]byte(answer))
			}))
			defer server.Close()
			s := store.New(sdk.New(sdk.Options{
				BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
			}), "t")
			r, err := run.New(run.Draft{ID: run.NewID(start), Requester: run.Person{ID: "ada@example.com"}, Flow: run.Flow{Name: "f"}, Context: []byte(`{}`)}, start)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Create(t.Context(), r, []byte(`{}`)); !errors.Is(err, tc.want) || calls != tc.calls {
				t.Errorf("got %v after %d calls, want %v after %d", err, calls, tc.want, tc.calls)
			}
		})
	}
}
