package request_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// earlier is a store that has runs of its caller's.
type earlier struct {
	*inputs
	page  store.Page
	asked store.Query
}

func (e *earlier) Requested(_ context.Context, _ run.Person, q store.Query) (store.Page, error) {
	e.asked = q
	return e.page, nil
}

// Hooks get the exact count of the requester's earlier requests of this flow, or none.
func TestRecent(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows:
  - {name: counted, recent: 24h, admins: [root@example.com], fields: [{name: target, type: target, required: true}], targets: [{id: prod}, {id: dev}]}
  - {name: plain, admins: [root@example.com]}
`))
	if err != nil {
		t.Fatal(err)
	}
	before := func(flowName, target string, event run.EventName, given bool) run.Summary {
		v := api.Request{Flow: flowName, Fields: map[string]json.RawMessage{"target": json.RawMessage(`{"id":"` + target + `","label":"x"}`)}}
		if event != "" {
			v.Decision = &api.Decision{Event: event}
		}
		if given {
			v.Access = &api.Access{StartsAt: time.Unix(1, 0)}
		}
		return run.Summary{View: v}
	}
	all := store.Page{Runs: []run.Summary{
		before("counted", "prod", run.Approve, true), before("counted", "prod", run.Approve, false), before("counted", "dev", run.Approve, true),
		before("counted", "prod", run.Deny, false), before("counted", "dev", run.Deny, false), before("counted", "prod", run.Expire, false),
		before("counted", "prod", "", false), before("plain", "prod", run.Approve, true),
	}}
	more := all
	more.Next = "there is more"
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		page       store.Page
		body, want string
	}{
		"some":         {all, `{"flow":"counted","fields":{"target":"prod"}}`, `{"window_seconds":86400,"requested":7,"approved":3,"denied":2,"escalated":2,"same_target":{"approved":2,"denied":1}}`},
		"none":         {store.Page{}, `{"flow":"counted","fields":{"target":"prod"}}`, `{"window_seconds":86400,"requested":0,"approved":0,"denied":0,"escalated":0,"same_target":{"approved":0,"denied":0}}`},
		"too many":     {more, `{"flow":"counted","fields":{"target":"prod"}}`, `null`},
		"not asked of": {all, `{"flow":"plain"}`, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &earlier{inputs: &inputs{table: newTable()}, page: tc.page}
			api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada, Email: "ada@example.com"}}, Store: s, Executions: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
			got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: tc.body})
			if err != nil || got.StatusCode != 201 {
				t.Fatalf("got %d %s (%v)", got.StatusCode, got.Body, err)
			}
			var document stepfn.Document
			if err := json.Unmarshal(s.input, &document); err != nil {
				t.Fatal(err)
			}
			told, err := json.Marshal(document.Hook.Invocation.Run.Recent)
			if err != nil || string(told) != tc.want {
				t.Errorf("hooks are told %s (%v), want %s", told, err, tc.want)
			}
			if name == "some" && !s.asked.From.Equal(now.Add(-24*time.Hour)) {
				t.Errorf("counted from %s", s.asked.From)
			}
		})
	}
}
