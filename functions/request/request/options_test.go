package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const optionsFlows = `
flows:
  - name: pick
    label: Pick one
    admins: [root@example.com]
    vars: {team: sre}
    fields:
      - {name: service, type: string, prefetch: true}
      - {name: owner, type: user, prefetch: true}
      - {name: tags, type: strings, prefetch: true}
      - {name: count, type: int}
      - {name: pin, type: string, sensitive: true}
  - {name: own, admins: [root@example.com], hooks: my-hooks, fields: [{name: service, type: string, prefetch: true}]}
  - name: depends
    admins: [root@example.com]
    targets: [{id: prod, label: Production, settings: {tier: 1}}]
    fields:
      - {name: service, type: string, prefetch: true, depends_on: [team, target]}
      - {name: team, type: string, allowed: [billing, search], default: billing}
      - {name: target, type: target}
      - {name: note, type: string, when: {team: search}}
      - {name: pin, type: string, sensitive: true}
  - {name: closed, requesters: [group:x], admins: [root@example.com], fields: [{name: service, type: string, prefetch: true}]}
`

// hooks is a hook function that searches its options, or returns a set response.
type hooks struct {
	options []string
	answer  func(ctx context.Context, asked hookapi.OptionsInvocation) ([]byte, error)

	mu    sync.Mutex
	heard []string // function and document
}

func (h *hooks) Invoke(ctx context.Context, function string, document []byte) ([]byte, error) {
	h.mu.Lock()
	h.heard = append(h.heard, function+" "+string(document))
	h.mu.Unlock()
	var asked hookapi.OptionsInvocation
	if err := json.Unmarshal(document, &asked); err != nil {
		return nil, err
	}
	if h.answer != nil {
		return h.answer(ctx, asked)
	}
	var found []string
	for _, o := range h.options {
		if strings.Contains(strings.ToLower(o), strings.ToLower(asked.Query)) {
			found = append(found, fmt.Sprintf(`{"value":%q}`, o))
		}
	}
	return []byte(`{"version":"1","options":[` + strings.Join(found, ",") + `]}`), nil
}

// always answers the same.
func always(answer string) func(context.Context, hookapi.OptionsInvocation) ([]byte, error) {
	return func(context.Context, hookapi.OptionsInvocation) ([]byte, error) { return []byte(answer), nil }
}

// picking is the API with its hooks and clock.
type picking struct {
	*table
	hooks
	clock *clockwork.FakeClock
	api   *httpapi.API
	who   run.Person
	log   strings.Builder
}

func newService(t *testing.T) *picking {
	t.Helper()
	flows, err := flow.Parse("f", []byte(optionsFlows))
	if err != nil {
		t.Fatal(err)
	}
	s := &picking{table: newTable(), clock: clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))}
	s.who = run.Person{ID: ada, Email: ada, Groups: []string{"dev"}}
	s.options = []string{"billing", "billing-eu", "Ada@Example.com"}
	s.api = request.New(request.Deps{
		Flows: flows, Identify: s, Store: s, Executions: s, Hooks: &s.hooks, HooksFunction: "the-hooks:live", Now: s.clock.Now,
		Log: slog.New(slog.NewJSONHandler(&s.log, nil)),
	})
	return s
}

func (s *picking) Identify(ctx context.Context, ev httpapi.Event) (httpapi.Identity, error) {
	return caller{s.who}.Identify(ctx, ev)
}

func (s *picking) handle(t *testing.T, ev httpapi.Event) httpapi.Answer {
	t.Helper()
	got, err := s.api.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	described(t, ev.RouteKey, got)
	return got
}

const optionsRoute = "GET /flows/{flow}/fields/{field}/options"

// search asks for the options of FLOW/FIELD; query is names and values.
func (s *picking) search(t *testing.T, of string, query ...string) httpapi.Answer {
	t.Helper()
	name, field, _ := strings.Cut(of, "/")
	ev := httpapi.Event{RouteKey: optionsRoute, PathParameters: map[string]string{"flow": name, "field": field}, QueryStringParameters: map[string]string{}}
	for i := 0; i < len(query); i += 2 {
		ev.QueryStringParameters[query[i]] = query[i+1]
	}
	return s.handle(t, ev)
}

func (s *picking) post(t *testing.T, body, key string) httpapi.Answer {
	t.Helper()
	ev := httpapi.Event{RouteKey: "POST /requests", Body: body, Headers: map[string]string{}}
	if key != "" {
		ev.Headers["idempotency-key"] = key
	}
	return s.handle(t, ev)
}

func TestOptions(t *testing.T) {
	s := newService(t)
	got := s.search(t, "pick/service", "q", "EU")
	if want := `{"options":[{"value":"billing-eu","label":"billing-eu"}]}`; got.StatusCode != 200 || got.Body != want {
		t.Errorf("got %d %s, want %s", got.StatusCode, got.Body, want)
	}
	want := `the-hooks:live {"version":"1","hook":"prefetch","timeout_seconds":5,"accepts":["options","more","errors"],"field":"service","query":"EU",` +
		`"flow":{"name":"pick","fields":["service","owner","tags","count","pin"],"vars_declared":["team"],"version":"5ed0136a606d"},` +
		`"run":{"flow":{"name":"pick","label":"Pick one","vars":{"team":"sre"}},"requester":{"id":"ada@example.com","email":"ada@example.com","groups":["dev"]},"fields":{}}}`
	if len(s.heard) != 1 || s.heard[0] != want {
		t.Errorf("asked %v\nwant %s", s.heard, want)
	}
	if got := s.search(t, "own/service"); got.StatusCode != 200 || !strings.HasPrefix(s.heard[1], "my-hooks ") || !strings.Contains(s.heard[1], `"query":""`) {
		t.Errorf("got %d, asked %s", got.StatusCode, s.heard[1])
	}
	s.answer = always(`{"options":[]}`)
	if got := s.search(t, "pick/tags"); got.Body != `{"options":[]}` {
		t.Errorf("none is %s", got.Body)
	}
}

// Who may not request the flow, and who names an unknown field, learn nothing; no hook is
// called.
func TestOptionsThatAreRefused(t *testing.T) {
	s := newService(t)
	bodies := map[string]bool{}
	for _, of := range []string{"nope/service", "pick/nope", "pick/count", "pick/pin", "closed/service", "closed/nope"} {
		got := s.search(t, of, "more", "1")
		bodies[got.Body] = true
		if got.StatusCode != 404 {
			t.Errorf("%s: %d", of, got.StatusCode)
		}
	}
	if len(bodies) != 1 {
		t.Errorf("the answers differ: %v", bodies)
	}
	for name, query := range map[string][]string{"q": {"q", strings.Repeat("ö", 201)}, "limit": {"q", "a", "limit", "1"}} {
		if got := s.search(t, "pick/service", query...); got.StatusCode != 400 || !strings.Contains(got.Body, `"field":"`+name+`"`) {
			t.Errorf("%v: %d %s", query, got.StatusCode, got.Body)
		}
	}
	for _, q := range []string{"a\u0007", "\xff"} {
		if got := s.search(t, "pick/service", "q", q); got.StatusCode != 400 {
			t.Errorf("%q: %d", q, got.StatusCode)
		}
	}
	if len(s.heard) != 0 {
		t.Errorf("asked %v", s.heard)
	}
	if got := s.search(t, "pick/service", "q", strings.Repeat("ö", 200)); got.StatusCode != 200 {
		t.Errorf("200 characters: %d", got.StatusCode)
	}
	s.who = run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}
	if got := s.search(t, "pick/service"); got.StatusCode != 404 {
		t.Errorf("a machine: %d", got.StatusCode)
	}
	s.who = run.Person{}
	if got := s.search(t, "pick/service"); got.StatusCode != 401 {
		t.Errorf("nobody: %d", got.StatusCode)
	}
}

// The response contains the text of a hook that fails, and the log doesn't.
func TestOptionsWhoseHookFails(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		err    error
		want   string
	}{
		"it says so":        {`{"options":[],"errors":[{"hook":"prefetch","error":"Okta did not respond: 503"}]}`, nil, "prefetch of pick failed: Okta did not respond: 503"},
		"nonsense":          {`yes`, nil, "prefetch of pick returned an invalid response: must be a JSON object, got a number"},
		"another answer":    {`{"transition":"approve"}`, nil, "prefetch of pick returned an invalid response: transition: unknown member"},
		"a control char":    {`{"options":[{"value":"\u001b[31m"}]}`, nil, "prefetch of pick returned an invalid response: options: [0]: value: it holds the control character U+001B"},
		"much":              {`{"options":["` + strings.Repeat("x", 64<<10) + `"]}`, nil, "prefetch of pick returned an invalid response: 65552 bytes, more than 65536"},
		"it can't be asked": {"", request.HookFailure{Shown: "can't be invoked", Why: "403 AccessDeniedException"}, "prefetch of pick can't be invoked"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.answer = func(context.Context, hookapi.OptionsInvocation) ([]byte, error) { return []byte(tc.answer), tc.err }
			for range 2 { // a failure is not kept
				got := s.search(t, "pick/service")
				var p struct{ Detail, Type string }
				if err := json.Unmarshal([]byte(got.Body), &p); err != nil {
					t.Fatal(err)
				}
				if got.StatusCode != 503 || p.Detail != tc.want || got.Headers["retry-after"] != "5" || p.Type != "urn:fasttrack:problem:prefetch-failed" {
					t.Errorf("got %d %+v, want 503 %s", got.StatusCode, p, tc.want)
				}
			}
			if len(s.heard) != 2 {
				t.Errorf("asked %d times", len(s.heard))
			}
			if log := s.log.String(); !strings.Contains(log, "prefetch of pick: ") || strings.Contains(log, "Okta") {
				t.Errorf("the log is %s", log)
			}
		})
	}
}

func TestOptionsThatDoNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		s.answer = func(ctx context.Context, _ hookapi.OptionsInvocation) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		for _, call := range []func() httpapi.Answer{
			func() httpapi.Answer { return s.search(t, "pick/service") },
			func() httpapi.Answer {
				return s.post(t, `{"flow":"pick","fields":{"service":"a","tags":["b","c"]}}`, "")
			},
		} {
			began := time.Now()
			got := call()
			if took := time.Since(began); got.StatusCode != 503 || took != 5*time.Second || !strings.Contains(got.Body, "prefetch of pick did not respond within 5s") {
				t.Errorf("got %d %s after %v", got.StatusCode, got.Body, took)
			}
		}
		if len(s.runs) != 0 {
			t.Errorf("%d runs are stored", len(s.runs))
		}
	})
}

// An answer is kept for a minute, for the same requester, groups and query.
func TestOptionsAreKept(t *testing.T) {
	s := newService(t)
	asked := func(want int, of string, query ...string) {
		t.Helper()
		if got := s.search(t, of, query...); got.StatusCode != 200 || len(s.heard) != want {
			t.Fatalf("%d, and %d were asked, want %d", got.StatusCode, len(s.heard), want)
		}
	}
	asked(1, "pick/service")
	s.clock.Advance(time.Minute - time.Nanosecond)
	asked(1, "pick/service")
	asked(2, "pick/service", "q", "b")
	asked(3, "pick/tags")
	asked(4, "own/service")
	s.who.Groups = []string{"dev", "sre"}
	asked(5, "pick/service")
	s.who = run.Person{ID: "eve@example.com", Groups: []string{"dev"}}
	asked(6, "pick/service")
	s.who = run.Person{ID: ada, Email: ada, Groups: []string{"dev"}}
	asked(6, "pick/service")
	s.clock.Advance(time.Nanosecond)
	asked(7, "pick/service")
	s.clock.Advance(time.Second)
	for i := range 999 {
		asked(8+i, "pick/service", "q", fmt.Sprint(i))
	}
	asked(1006, "pick/service")
	asked(1007, "pick/service", "q", "one more")
	asked(1008, "pick/service") // the oldest went
	asked(1008, "pick/service", "q", "998")
}

// Large answers are kept too, but not without bounds.
func TestLargeOptionsAreKept(t *testing.T) {
	s := newService(t)
	large := strings.TrimSuffix(strings.Repeat(`{"value":"`+strings.Repeat("x", 600)+`"},`, 100), ",")
	s.answer = always(`{"options":[` + large + `]}`)
	for i := range 50 { // of 120 kB each, with the labels
		s.search(t, "pick/service", "q", fmt.Sprint(i))
	}
	s.search(t, "pick/service", "q", "49")
	if len(s.heard) != 50 {
		t.Errorf("the newest is not kept: %d were asked", len(s.heard))
	}
	s.search(t, "pick/service", "q", "0")
	if len(s.heard) != 51 {
		t.Error("6 MB are kept")
	}
}

// A chosen value is checked by the hook when the request is made, whatever was shown.
func TestChosenValues(t *testing.T) {
	long := strings.Repeat("x", 1001)
	for name, tc := range map[string]struct {
		fields string
		wrong  []string // field: detail
		asked  int
	}{
		"none":              {`{"count":1}`, nil, 0},
		"one":               {`{"service":"billing"}`, nil, 1},
		"another":           {`{"service":"bill"}`, []string{"fields.service: it is not among the options that there are for you"}, 1},
		"in another case":   {`{"service":"Billing"}`, []string{"fields.service: it is not among the options that there are for you"}, 1},
		"empty":             {`{"service":""}`, []string{"fields.service: it is not among the options that there are for you"}, 0},
		"too long":          {`{"service":"` + long + `"}`, []string{"fields.service: it is not among the options that there are for you"}, 0},
		"a person":          {`{"owner":"ADA@example.com"}`, nil, 1},
		"somebody else":     {`{"owner":"eve@example.com"}`, []string{"fields.owner: it is not among the options that there are for you"}, 1},
		"no items":          {`{"tags":[]}`, nil, 0},
		"the same twice":    {`{"tags":["billing","billing"]}`, nil, 1},
		"a wrong item":      {`{"tags":["billing","x","y","billing-eu"]}`, []string{"fields.tags: item 1: it is not among the options that there are for you"}, 4},
		"each wrong":        {`{"service":"a","owner":"b@c","tags":["d"]}`, []string{"fields.service: it is", "fields.owner: it is", "fields.tags: item 0: it is"}, 3},
		"wrong without any": {`{"service":"billing","count":"x"}`, []string{"fields.count: must be a whole number"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			got := s.post(t, `{"flow":"pick","fields":`+tc.fields+`}`, "")
			var p struct{ Errors []flow.FieldError }
			if err := json.Unmarshal([]byte(got.Body), &p); err != nil {
				t.Fatal(err)
			}
			status := 201
			if tc.wrong != nil {
				status = 400
			}
			if got.StatusCode != status || len(p.Errors) != len(tc.wrong) || len(s.heard) != tc.asked || (len(s.runs) == 1) != (status == 201) {
				t.Fatalf("got %d %+v, %d asked, %d runs; want %d %v, %d asked", got.StatusCode, p.Errors, len(s.heard), len(s.runs), status, tc.wrong, tc.asked)
			}
			for i, e := range p.Errors {
				if said := e.Field + ": " + e.Detail; !strings.HasPrefix(said, tc.wrong[i]) {
					t.Errorf("got %q, want %q", said, tc.wrong[i])
				}
			}
		})
	}
}

// A request shows the labels of what was chosen when it was made, and calls no hook for
// them.
func TestLabelsOfChosenValues(t *testing.T) {
	s := newService(t)
	labels := map[string]string{"billing": "The billing service", "billing-eu": "billing-eu", "Ada@Example.com": "Ada"}
	s.answer = func(_ context.Context, asked hookapi.OptionsInvocation) ([]byte, error) {
		var found []api.Option
		for value, label := range labels {
			if strings.EqualFold(value, asked.Value) {
				found = append(found, api.Option{Value: value, Label: label})
			}
		}
		return json.Marshal(map[string]any{"version": "1", "options": found})
	}
	made := s.post(t, `{"flow":"pick","fields":{"service":"billing","tags":["billing-eu","billing"],"owner":"ADA@example.com"}}`, "")
	var v api.Request
	if err := json.Unmarshal([]byte(made.Body), &v); err != nil || made.StatusCode != 201 {
		t.Fatal(made.StatusCode, made.Body, err)
	}
	want := map[string]string{"service": "The billing service", "tags": "billing-eu, The billing service", "owner": "Ada"}
	check := func(v api.Request) {
		t.Helper()
		shown := map[string]string{}
		for _, field := range v.FieldsShown {
			shown[field.Name] = field.Shown
		}
		if !maps.Equal(shown, want) {
			t.Errorf("got %v, want %v", shown, want)
		}
	}
	check(v)
	s.answer, s.heard = nil, nil
	read := s.handle(t, httpapi.Event{RouteKey: "GET /requests/{id}", PathParameters: map[string]string{"id": v.ID}})
	if err := json.Unmarshal([]byte(read.Body), &v); err != nil {
		t.Fatal(err)
	}
	check(v)
	if len(s.heard) != 0 {
		t.Errorf("%d hooks were called", len(s.heard))
	}
	r := s.runs[v.ID]
	if err := r.VerifyRecord(r.ID, nil); err != nil {
		t.Error(err)
	}
	r.Chosen["service"]["billing"] = "Another service"
	if r.VerifyRecord(r.ID, nil) == nil {
		t.Error("a label can be changed without a trace")
	}
}

// The event about a value has it as the query, with the other fields that are not
// sensitive. The cache is never used.
func TestWhatIsAskedOfAValue(t *testing.T) {
	s := newService(t)
	s.search(t, "pick/service", "q", "billing")
	s.options = nil
	if got := s.post(t, `{"flow":"pick","fields":{"service":"billing","count":2,"pin":"s3cret"}}`, ""); got.StatusCode != 400 {
		t.Errorf("an option that is gone: %d", got.StatusCode)
	}
	var asked hookapi.OptionsInvocation
	if err := json.Unmarshal([]byte(strings.TrimPrefix(s.heard[1], "the-hooks:live ")), &asked); err != nil {
		t.Fatal(err)
	}
	if raw := s.heard[1]; asked.Query != "billing" || asked.Value != "billing" || asked.TimeoutSeconds != 5 || !strings.HasSuffix(raw, `"fields":{"count":2}}}`) {
		t.Errorf("asked %s", raw)
	}
}

// Nothing is stored when hooks fail; the key is free for another try.
func TestValuesWhoseHookFails(t *testing.T) {
	s := newService(t)
	s.answer = func(_ context.Context, asked hookapi.OptionsInvocation) ([]byte, error) {
		if asked.Field == "tags" {
			return nil, request.HookFailure{Shown: "failed: oh", Why: "the function failed"}
		}
		return []byte(`{"options":[]}`), nil
	}
	const body = `{"flow":"pick","fields":{"tags":["billing"]}}`
	got := s.post(t, body, "k")
	if got.StatusCode != 503 || !strings.Contains(got.Body, "prefetch of pick failed: oh") || len(s.runs) != 0 || len(s.started) != 0 {
		t.Errorf("got %d %s, %d runs", got.StatusCode, got.Body, len(s.runs))
	}
	s.answer = nil
	if got := s.post(t, body, "k"); got.StatusCode != 201 {
		t.Errorf("once it works: %d %s", got.StatusCode, got.Body)
	}
}

// A request that was stored is the same for good: also when its option is gone.
func TestAskedAgainOnceTheOptionIsGone(t *testing.T) {
	s := newService(t)
	first := s.post(t, `{"flow":"pick","fields":{"service":"billing"}}`, "k")
	s.options = nil
	if got := s.post(t, `{"flow":"pick","fields":{"service":"billing"}}`, "k"); got.StatusCode != 200 || got.Headers["location"] != first.Headers["location"] {
		t.Errorf("got %d %s", got.StatusCode, got.Body)
	}
	if got := s.post(t, `{"flow":"pick","fields":{"service":"billing-eu"}}`, "k"); got.StatusCode != 422 {
		t.Errorf("another under the same key: %d", got.StatusCode)
	}
	if got := s.post(t, `{"flow":"pick","fields":{"service":"billing"}}`, ""); got.StatusCode != 400 {
		t.Errorf("without a key: %d", got.StatusCode)
	}
	if len(s.heard) != 2 {
		t.Errorf("asked %d times", len(s.heard))
	}
}

// Only a few values are checked concurrently.
func TestManyValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		var mu sync.Mutex
		now, most := 0, 0
		s.answer = func(_ context.Context, asked hookapi.OptionsInvocation) ([]byte, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(50 * time.Millisecond) // of the bubble's clock
			mu.Lock()
			now--
			mu.Unlock()
			return fmt.Appendf(nil, `{"options":[{"value":%q}]}`, asked.Value), nil
		}
		tags, err := json.Marshal(strings.Fields(strings.TrimSpace(fmt.Sprintln(indexes(100)...))))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.post(t, `{"flow":"pick","fields":{"tags":`+string(tags)+`}}`, ""); got.StatusCode != 201 || most != 8 || len(s.heard) != 100 {
			t.Errorf("got %d, %d asked, %d at once", got.StatusCode, len(s.heard), most)
		}
	})
}

func indexes(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// A failure of the function itself, and not of the hook, is not a 503.
func TestOptionsAndAnUnknownError(t *testing.T) {
	s := newService(t)
	s.answer = func(context.Context, hookapi.OptionsInvocation) ([]byte, error) { return nil, errors.New("oh") }
	if got := s.search(t, "pick/service"); got.StatusCode != 500 || strings.Contains(got.Body, "oh") {
		t.Errorf("got %d %s", got.StatusCode, got.Body)
	}
}
