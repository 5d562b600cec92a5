package request_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi/openapitest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// table keeps runs in memory; lists answer one page that goes on.
type table struct {
	request.Statistics
	request.Evidence
	outputs map[string]store.Output
	// deliveries are by run; undelivered fails reading them.
	deliveries  map[string][]api.Delivery
	extensions  map[string]string
	undelivered error
	names       store.FlowNames
	runs        map[string]*run.Run
	context     map[string]string
	usage       flow.Usage
	asked       store.Query
	started     []string
	fail        error
	drains      time.Time
	unread      error
	looked      int
}

func (s *table) Draining(context.Context) (time.Time, error) {
	s.looked++
	return s.drains, s.unread
}

func (s *table) Create(_ context.Context, r *run.Run, context []byte) error {
	if s.runs[r.ID] != nil {
		return store.ErrExists
	}
	s.runs[r.ID], s.context[r.ID] = r, string(context)
	return nil
}

func (s *table) CreateExtension(ctx context.Context, r, extended *run.Run, newest string) error {
	if s.extensions[extended.ID] != newest {
		return store.ErrConflict
	}
	if err := s.Create(ctx, r, nil); err != nil {
		return err
	}
	s.extensions[extended.ID] = r.ID
	return nil
}

func (s *table) LoadExtension(_ context.Context, id string) (string, error) {
	return s.extensions[id], nil
}

func (s *table) Link(_ context.Context, p run.Person) (run.Person, error) { return p, nil }

func (s *table) Load(_ context.Context, id string) (*run.Run, error) {
	if r := s.runs[id]; r != nil {
		return r, nil
	}
	return nil, store.ErrNotFound
}

func (s *table) Glance(ctx context.Context, id string) (*run.Run, error) { return s.Load(ctx, id) }

func (s *table) LoadShelves(context.Context, *run.Run) (run.Shelves, error) {
	return run.Shelves{}, nil
}

func (s *table) LoadOutput(_ context.Context, id string) (store.Output, error) {
	return s.outputs[id], nil
}

func (s *table) Deliveries(_ context.Context, id string) ([]api.Delivery, bool, error) {
	return s.deliveries[id], false, s.undelivered
}

func (s *table) LoadUsage(context.Context, string, run.Person) (flow.Usage, []flow.Usage, error) {
	return s.usage, nil, nil
}

func (s *table) SaveUsage(_ context.Context, _ string, _ run.Person, u flow.Usage, _ time.Time) error {
	s.usage = u
	return nil
}

func (s *table) Undecided(_ context.Context, ids []string) (map[string]bool, error) {
	waits := map[string]bool{}
	for _, id := range ids {
		if r := s.runs[id]; r != nil {
			waits[id] = !r.Status.Decided()
		}
	}
	return waits, nil
}

func (s *table) page(q store.Query) (store.Page, error) {
	s.asked = q
	return store.Page{Next: "next"}, nil
}

func (s *table) Mine(_ context.Context, _ run.Person, q store.Query) (store.Page, error) {
	return s.page(q)
}

func (s *table) MinePending(context.Context, run.Person, time.Time) (int, bool, error) {
	return 0, false, nil
}

func (s *table) Reviewed(_ context.Context, _ run.Person, _ *run.Today, q store.Query) (store.Page, error) {
	return s.page(q)
}

func (s *table) Linked(context.Context, func(string) []string, ...*run.Person) error { return nil }

func (s *table) Requested(_ context.Context, _ run.Person, q store.Query) (store.Page, error) {
	return s.page(q)
}

func (s *table) Inbox(_ context.Context, _ []string, _ run.Person, _ *run.Today, q store.Query) (store.Page, error) {
	return s.page(q)
}

func (s *table) Flow(_ context.Context, _ string, q store.Query, _ time.Time, _ func(run.Summary) bool) (store.Page, error) {
	return s.page(q)
}

func (s *table) Unreviewed(_ context.Context, p run.Person, t *run.Today, open []string, _ store.Query) (store.Page, error) {
	page := store.Page{Runs: []run.Summary{}}
	for _, r := range s.runs {
		if r.Unreviewed() && (r.AwaitsReview() || r.Live() && slices.Contains(open, r.Flow.Name)) && r.MaySee(p, t) {
			page.Runs = append(page.Runs, r.Summary())
		}
	}
	return page, nil
}

func (s *table) Reviewable(_ context.Context, p run.Person, t *run.Today, _ store.Query) (store.Page, error) {
	page := store.Page{Runs: []run.Summary{}}
	for _, r := range s.runs {
		if r.AwaitsReview() && r.MayAct(run.Reviews, p, t) == nil {
			page.Runs = append(page.Runs, r.Summary())
		}
	}
	return page, nil
}

func (s *table) Live(_ context.Context, _ store.Reader, q store.Query) (store.Page, error) {
	return s.page(q)
}

func (s *table) LiveByCreation(_ context.Context, _ store.Reader, q store.Query, _ time.Time) (store.Page, error) {
	return s.page(q)
}

func (s *table) Readable(_ context.Context, _ store.Reader, q store.Query, _ time.Time) (store.Page, error) {
	return s.page(q)
}

func (s *table) Listed(context.Context) (bool, error) { return true, nil }

func (s *table) MarkListed(context.Context) error { return nil }

func (s *table) Unused(context.Context, []string, time.Time) (bool, error) { return true, nil }

func (s *table) LoadFlowNames(context.Context) (store.FlowNames, error) { return s.names, nil }

func (s *table) SaveFlowNames(_ context.Context, n store.FlowNames) error {
	s.names = n
	return nil
}

func (s *table) Start(_ context.Context, name string, _ []byte) error {
	s.started = append(s.started, name)
	return s.fail
}

type caller struct{ run.Person }

func (c caller) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	if c.ID == "" {
		return httpapi.Identity{}, httpapi.ErrNoIdentity
	}
	p := c.Person
	p.Principal = cmp.Or(p.Principal, p.ID)
	return httpapi.Identity{Person: p}, nil
}

func newTable() *table {
	return &table{runs: map[string]*run.Run{}, context: map[string]string{}, extensions: map[string]string{}}
}

func (s *table) call(t *testing.T, who, route, body string, query map[string]string, headers ...string) (httpapi.Answer, map[string]any) {
	t.Helper()
	flows, err := flow.Parse("f", []byte(`
flows:
  - {name: open, admins: [root@example.com], fields: [{name: pin, type: string, sensitive: true}]}
  - {name: closed, requesters: [group:x], admins: [root@example.com]}`))
	if err != nil {
		t.Fatal(err)
	}
	api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: who, Email: who}}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
	api.Log = slog.New(slog.DiscardHandler)
	ev := httpapi.Event{RouteKey: route, Body: body, QueryStringParameters: query, Headers: map[string]string{}, PathParameters: map[string]string{"id": query["id"]}}
	for i := 0; i < len(headers); i += 2 {
		ev.Headers[headers[i]] = headers[i+1]
	}
	got, err := api.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	described(t, route, got)
	var out map[string]any
	if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
		t.Fatalf("%s: %v", got.Body, err)
	}
	return got, out
}

// described fails for an answer that the OpenAPI document doesn't describe.
func described(t *testing.T, route string, a httpapi.Answer) {
	t.Helper()
	document, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	method, path, _ := strings.Cut(route, " ")
	if err := document.Check(method, path, a.StatusCode, a.Headers["content-type"], []byte(a.Body)); err != nil {
		t.Error(err)
	}
}

// openAPI is the document, read once.
var openAPI = sync.OnceValues(func() (*openapitest.Document, error) { return openapitest.Read(request.OpenAPI()) })

const ada = "ada@example.com"

// A stored run is not lost if its execution does not start: the same request with its
// key starts it.
func TestExecutionThatDoesNotStart(t *testing.T) {
	s := newTable()
	s.fail = errors.New("throttled")
	got, _ := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "idempotency-key", "k")
	if got.StatusCode != 201 || len(s.runs) != 1 {
		t.Fatalf("got %d and %d runs", got.StatusCode, len(s.runs))
	}
	s.fail = nil
	got, _ = s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "idempotency-key", "k")
	if got.StatusCode != 200 || len(s.started) != 2 || s.started[0] != s.started[1] || len(s.runs) != 1 {
		t.Errorf("got %d, started %v", got.StatusCode, s.started)
	}
}

func TestIdempotencyKeys(t *testing.T) {
	s := newTable()
	post := func(who, body string) (int, any) {
		got, out := s.call(t, who, "POST /requests", body, nil, "idempotency-key", "k")
		return got.StatusCode, out["id"]
	}
	_, first := post(ada, `{"flow":"open","fields":{"pin":"1"},"context":{"a":1}}`)
	if status, id := post(ada, `{"context":{"a":1},"flow":"open","fields":{"pin":"1"}}`); status != 200 || id != first {
		t.Errorf("the same again: %d %v, want 200 %v", status, id, first)
	}
	for _, other := range []string{`{"flow":"open"}`, `{"flow":"open","fields":{"pin":"2"},"context":{"a":1}}`, `{"flow":"open","fields":{"pin":"1"},"context":{"a":2}}`} {
		if status, _ := post(ada, other); status != 422 {
			t.Errorf("%s under the same key: %d, want 422", other, status)
		}
	}
	if status, id := post("eve@example.com", `{"flow":"open"}`); status != 201 || id == first {
		t.Errorf("another caller: %d %v", status, id)
	}
}

func TestPrefer(t *testing.T) {
	for header, want := range map[string]struct {
		status  int
		applied string
	}{
		"":                          {201, ""},
		"return=minimal":            {201, ""},
		"wait=0":                    {201, "wait=0"},
		"respond-async, wait=0":     {201, "wait=0"},
		`Wait="0"; x=y`:             {201, "wait=0"},
		"wait=21":                   {201, ""},
		"wait=-1":                   {201, ""},
		"wait=+1":                   {201, ""},
		"wait=0.0":                  {201, ""},
		"wait=soon":                 {201, ""},
		"wait=":                     {201, ""},
		"wait":                      {201, ""},
		"wait=0, wait=soon":         {201, "wait=0"},
		"wait=soon, wait=0":         {201, ""},
		"wait=\"0":                  {201, ""},
		", =;,":                     {201, ""},
		"wait=99999999999999999999": {201, ""},
	} {
		got, _ := newTable().call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "prefer", header)
		if got.StatusCode != want.status || got.Headers["preference-applied"] != want.applied {
			t.Errorf("Prefer: %q gives %d %q, want %d %q", header, got.StatusCode, got.Headers["preference-applied"], want.status, want.applied)
		}
	}
}

func TestListQueries(t *testing.T) {
	s := newTable()
	_, out := s.call(t, ada, "GET /requests", "", map[string]string{"view": "mine", "status": "pending"})
	cursor, _ := out["next_cursor"].(string)
	got, _ := s.call(t, ada, "GET /requests", "", map[string]string{"view": "mine", "status": "pending", "cursor": cursor, "limit": "7"})
	if got.StatusCode != 200 || s.asked.After != "next" || s.asked.Limit != 7 || s.asked.Status != run.Pending {
		t.Errorf("got %d with %+v", got.StatusCode, s.asked)
	}
	for _, tc := range []struct {
		field string
		query map[string]string
	}{
		{"view", map[string]string{"view": "everything"}},
		{"limit", map[string]string{"limit": "101"}},
		{"status", map[string]string{"status": "done"}},
		{"from", map[string]string{"from": "yesterday"}},
		{"colour", map[string]string{"colour": "red"}},
		{"cursor", map[string]string{"view": "inbox", "status": "pending", "cursor": cursor}},
		{"cursor", map[string]string{"view": "mine", "status": "pending", "requester": ada, "cursor": cursor}},
		{"flow", map[string]string{"view": "flow"}},
		{"flow", map[string]string{"q": "billing"}},
		{"q", map[string]string{"flow": "open", "q": " "}},
		{"q", map[string]string{"flow": "open", "q": strings.Repeat("q", 201)}},
		{"requester", map[string]string{"requester": ""}},
		{"decided_by", map[string]string{"decided_by": strings.Repeat("a", 321)}},
		{"sort", map[string]string{"sort": "ends_at"}},
		{"sort", map[string]string{"view": "live", "sort": "newest"}},
	} {
		got, _ := s.call(t, ada, "GET /requests", "", tc.query)
		if got.StatusCode != 400 || strings.Count(got.Body, `"field":`) != 1 || !strings.Contains(got.Body, `"field":"`+tc.field+`"`) {
			t.Errorf("%v: %d %s, want 400 that names %s alone", tc.query, got.StatusCode, got.Body, tc.field)
		}
	}
	for flow, status := range map[string]int{"open": 400, "none": 400} {
		if got, _ := s.call(t, ada, "GET /requests", "", map[string]string{"view": "flow", "flow": flow}); got.StatusCode != status {
			t.Errorf("the list of %s for a stranger: %d, want %d", flow, got.StatusCode, status)
		}
	}
	if got, _ := s.call(t, "root@example.com", "GET /requests", "", map[string]string{"view": "flow", "flow": "open"}); got.StatusCode != 200 {
		t.Errorf("the list for an admin: %d", got.StatusCode)
	}
}

func TestNobodyAsks(t *testing.T) {
	for _, route := range []string{"GET /me", "GET /flows", "POST /requests", "GET /requests", "GET /requests/{id}"} {
		if got, _ := newTable().call(t, "", route, "{}", nil); got.StatusCode != 401 {
			t.Errorf("%s: %d, want 401", route, got.StatusCode)
		}
	}
}

// A flow for others and an unknown one get the same response.
func TestClosedFlows(t *testing.T) {
	s := newTable()
	bodies := map[string]bool{}
	for _, name := range []string{"closed", "none"} {
		got, out := s.call(t, ada, "POST /requests", `{"flow":"`+name+`"}`, nil)
		raw, _ := json.Marshal(out["errors"])
		bodies[string(raw)] = true
		if got.StatusCode != 400 {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
	if len(bodies) != 1 {
		t.Errorf("the answers differ: %v", bodies)
	}
	if _, out := s.call(t, ada, "GET /flows", "", nil); len(out["flows"].([]any)) != 1 {
		t.Errorf("flows are %v", out)
	}
}

func FuzzAsk(f *testing.F) {
	f.Add(`{"flow":"open","fields":{"pin":"1"},"reason":"r","context":[1]}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := newTable()
		flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
		if err != nil {
			t.Fatal(err)
		}
		api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
		api.Log = slog.New(slog.DiscardHandler)
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: body})
		if err != nil || got.StatusCode >= 500 {
			t.Fatalf("%d %v %s", got.StatusCode, err, got.Body)
		}
	})
}

// The first entry has the channel that the caller states.
func TestStatedChannel(t *testing.T) {
	for stated, want := range map[string]run.Channel{"web": run.ViaWeb, "cli": run.ViaCLI} {
		s := newTable()
		if got, out := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "fasttrack-channel", stated); got.StatusCode != 201 {
			t.Errorf("%d %v", got.StatusCode, out)
		}
		for _, r := range s.runs {
			if r.Channel != want || r.History[0].Channel != want {
				t.Errorf("%s: the channel is %q, and %q in the history", stated, r.Channel, r.History[0].Channel)
			}
		}
	}
	s := newTable()
	if got, _ := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "fasttrack-channel", "engine"); got.StatusCode != 400 || len(s.runs) != 0 {
		t.Errorf("a false channel: %d, %d runs", got.StatusCode, len(s.runs))
	}
}
