package request_test

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// under posts a request under the key "k", while flows.yaml says so.
func (s *table) under(t *testing.T, flows, body string) (int, string) {
	t.Helper()
	file, err := flow.Parse("f", []byte(flows))
	if err != nil {
		t.Fatal(err)
	}
	api := request.New(request.Deps{Flows: file, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
	got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: body, Headers: map[string]string{"idempotency-key": "k"}})
	if err != nil {
		t.Fatal(err)
	}
	described(t, "POST /requests", got)
	var out struct{ ID string }
	if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, out.ID
}

// A request that is sent again under its key is the first one, whatever a
// deployment made of flows.yaml meanwhile.
func TestAKeyOutlivesADeployment(t *testing.T) {
	const (
		before = `flows: [{name: f, admins: [root@example.com], targets: [{id: prod, label: Production}, {id: dev}], fields: [{name: target, type: target, required: true}, {name: urgency, type: string, default: Normal}]}]`
		body   = `{"flow":"f","fields":{"target":"prod"},"context":{"n":1}}`
	)
	for name, after := range map[string]string{
		"nothing":                           before,
		"another label":                     `flows: [{name: f, admins: [root@example.com], targets: [{id: prod, label: Live}], fields: [{name: target, type: target, required: true}, {name: urgency, type: string, default: Normal}]}]`,
		"another default":                   `flows: [{name: f, admins: [root@example.com], targets: [{id: prod, label: Production}], fields: [{name: target, type: target, required: true}, {name: urgency, type: string, default: High}]}]`,
		"the target is removed":             `flows: [{name: f, admins: [root@example.com], targets: [{id: dev}], fields: [{name: target, type: target, required: true}]}]`,
		"a field is required":               `flows: [{name: f, admins: [root@example.com], require_reason: [request], targets: [{id: prod}], fields: [{name: target, type: target}, {name: ticket, type: string, required: true}]}]`,
		"it is not for the caller any more": `flows: [{name: f, requesters: [grace@example.com], admins: [root@example.com], targets: [{id: prod}], fields: [{name: target, type: target}]}]`,
		"the flow is removed":               `flows: [{name: other, admins: [root@example.com]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newTable()
			status, first := s.under(t, before, body)
			if status != 201 {
				t.Fatalf("got %d", status)
			}
			if status, id := s.under(t, after, ` {"context":{"n":1.0}, "reason":null, "fields":{"target":"prod"}, "flow":"f"}`); status != 200 || id != first || len(s.runs) != 1 {
				t.Errorf("the same again: %d %s, want 200 %s", status, id, first)
			}
			for _, other := range []string{`{"flow":"f","fields":{"target":"dev"},"context":{"n":1}}`, `{"flow":"f"}`, `{"flow":"f","nope":1}`} {
				if status, _ := s.under(t, after, other); status != 422 {
					t.Errorf("%s under the same key: %d, want 422", other, status)
				}
			}
		})
	}
}

// The run of an older release has no digest of the body: what was made of it is
// compared.
func TestAKeyOfAnOlderRelease(t *testing.T) {
	const flows = `flows: [{name: f, admins: [root@example.com], fields: [{name: pin, type: string, sensitive: true}]}]`
	s := newTable()
	_, first := s.under(t, flows, `{"flow":"f","fields":{"pin":"1"}}`)
	if s.runs[first].Sent == "" {
		t.Fatal("the run keeps no digest of the body")
	}
	s.runs[first].Sent = ""
	if status, id := s.under(t, flows, `{"flow":"f","fields":{"pin":"1"}}`); status != 200 || id != first {
		t.Errorf("the same again: %d %s, want 200 %s", status, id, first)
	}
	if status, _ := s.under(t, flows, `{"flow":"f","fields":{"pin":"2"}}`); status != 422 {
		t.Errorf("another: %d, want 422", status)
	}
}
