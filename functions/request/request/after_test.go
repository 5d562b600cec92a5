package request_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A read with after answers as soon as the history is longer, when nothing can
// follow, or when its time has passed.
func TestReadingAfter(t *testing.T) {
	for name, tc := range map[string]struct {
		after, prefer string
		decided       time.Duration // after the read began
		entries       int
		least, most   time.Duration
	}{
		"it is longer already":     {"0", "wait=10", time.Hour, 1, 0, 0},
		"it grows":                 {"1", "wait=10", 3 * time.Second, 2, 3 * time.Second, 4 * time.Second},
		"it does not grow in time": {"1", "wait=2", time.Hour, 1, 2 * time.Second, 3 * time.Second},
		"nothing can follow":       {"7", "wait=10", 0, 2, 0, time.Second},
		"no wait":                  {"1", "", time.Hour, 1, 0, 0},
		"no after":                 {"", "wait=10", time.Hour, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
				if err != nil {
					t.Fatal(err)
				}
				e := &decidingTable{table: newTable(), answer: `{"transition":"approve","subscriptions":[]}`, after: time.Hour, began: time.Now()}
				service := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: e, Executions: e.table, Log: slog.New(slog.DiscardHandler)})
				made, err := service.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`})
				if err != nil {
					t.Fatal(err)
				}
				var v api.Request
				if err := json.Unmarshal([]byte(made.Body), &v); err != nil {
					t.Fatal(err)
				}
				e.began, e.after = time.Now(), tc.decided
				ev := httpapi.Event{RouteKey: "GET /requests/{id}", PathParameters: map[string]string{"id": v.ID}, Headers: map[string]string{"prefer": tc.prefer}}
				if tc.after != "" {
					ev.QueryStringParameters = map[string]string{"after": tc.after}
				}
				got, err := service.Handle(t.Context(), ev)
				if err != nil || got.StatusCode != 200 {
					t.Fatal(got.StatusCode, got.Body, err)
				}
				if err := json.Unmarshal([]byte(got.Body), &v); err != nil {
					t.Fatal(err)
				}
				took := time.Since(e.began)
				if len(v.History) != tc.entries || took < tc.least || took > tc.most {
					t.Errorf("%d entries after %v, want %d after %v to %v", len(v.History), took, tc.entries, tc.least, tc.most)
				}
				if applied := got.Headers["preference-applied"] != ""; applied != (tc.after != "" && tc.prefer != "") {
					t.Errorf("Preference-Applied is %q", got.Headers["preference-applied"])
				}
			})
		})
	}
}
