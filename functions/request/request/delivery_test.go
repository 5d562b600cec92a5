package request_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Who sees a request sees what became of its messages; a machine does not see who is in
// a group. A failure to read them fails nothing else, and is not taken for none.
func TestDelivery(t *testing.T) {
	at := time.Date(2026, 11, 28, 14, 2, 0, 0, time.UTC)
	sent := api.Delivery{To: "group:sre", Person: "linus@example.com", By: "slack", Seq: 2, At: at, State: api.DeliverySent}
	failed := api.Delivery{To: "group:sre", Person: "grace@example.com", By: "slack", Seq: 2, At: at, State: api.DeliveryFailed, Why: "no Slack user grace"}
	direct := api.Delivery{To: "Kim@example.com", Person: "kim@example.com", By: "mail", Seq: 2, At: at, State: api.DeliverySkipped, Why: "opted out"}
	hidden := func(d api.Delivery) api.Delivery {
		d.Person, d.Why = "", ""
		return d
	}
	robot := run.Person{ID: "arn:aws:iam::123456789012:role/ci", Principal: "AROA1", Machine: true}
	person := run.Person{ID: ada, Email: ada, Principal: "idp|ada"}
	for name, tc := range map[string]struct {
		who    run.Person
		stored []api.Delivery
		fails  error
		want   []api.Delivery
	}{
		"none":            {person, []api.Delivery{}, nil, []api.Delivery{}},
		"some":            {person, []api.Delivery{sent, failed, direct}, nil, []api.Delivery{sent, failed, direct}},
		"to a machine":    {robot, []api.Delivery{sent, failed, direct}, nil, []api.Delivery{hidden(sent), hidden(failed), direct}},
		"can not be read": {person, []api.Delivery{sent}, errors.New("throttled"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			flows, err := flow.Parse("f", []byte(`flows: [{name: open, requesters: [everyone, 'arn:aws:iam::123456789012:role/ci'], admins: [root@example.com]}]`))
			if err != nil {
				t.Fatal(err)
			}
			s := newTable()
			service := request.New(request.Deps{Flows: flows, Identify: caller{tc.who}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
			call := func(route string, ev httpapi.Event) (got httpapi.Answer, v api.Request) {
				t.Helper()
				ev.RouteKey = route
				got, err := service.Handle(t.Context(), ev)
				if err != nil || got.StatusCode >= 300 {
					t.Fatalf("%s: %d %s %v", route, got.StatusCode, got.Body, err)
				}
				described(t, route, got)
				if err := json.Unmarshal([]byte(got.Body), &v); err != nil {
					t.Fatal(err)
				}
				return got, v
			}
			_, made := call("POST /requests", httpapi.Event{Body: `{"flow":"open"}`})
			if made.Delivery != nil {
				t.Errorf("a new request has %+v", made.Delivery)
			}
			s.deliveries, s.undelivered = map[string][]api.Delivery{made.ID: tc.stored}, tc.fails
			_, v := call("GET /requests/{id}", httpapi.Event{PathParameters: map[string]string{"id": made.ID}})
			if diff := cmp.Diff(tc.want, v.Delivery); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
