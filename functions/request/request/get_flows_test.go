package request_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const codedFlows = `
flows:
  - {name: open, admins: [root@example.com]}
  - {name: coded, admins: [root@example.com], get_flows: true, fields: [{name: x, type: string, prefetch: true}]}
  - {name: other, admins: [root@example.com], get_flows: true}
  - {name: closed, admins: [root@example.com], requesters: [group:x], get_flows: true}
  - {name: unseen, admins: [root@example.com], requesters: [everyone], visible_to: [group:x], get_flows: true}
  - {name: others, admins: [root@example.com], hooks: my-hooks, get_flows: true}
`

// viewing is the API over flows that code hides.
type viewing struct {
	*table
	who     run.Person
	clock   *clockwork.FakeClock
	log     strings.Builder
	answers map[string]string // by function; a missing one does not exist
	asked   []string
	api     *httpapi.API
}

func newViewing(t *testing.T) *viewing {
	t.Helper()
	file, err := flow.Parse("f", []byte(codedFlows))
	if err != nil {
		t.Fatal(err)
	}
	v := &viewing{table: newTable(), who: run.Person{ID: ada, Email: ada, Groups: []string{"dev"}}, clock: clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))}
	v.api = request.New(request.Deps{
		Flows: file, Identify: v, Store: v, Executions: v, Hooks: v, HooksFunction: "the-hooks:live", Now: v.clock.Now, Log: slog.New(slog.NewJSONHandler(&v.log, nil)),
	})
	return v
}

func (v *viewing) Identify(ctx context.Context, ev httpapi.Event) (httpapi.Identity, error) {
	return caller{v.who}.Identify(ctx, ev)
}

func (v *viewing) Invoke(_ context.Context, function string, document []byte) ([]byte, error) {
	v.asked = append(v.asked, function+" "+string(document))
	if answer, there := v.answers[function]; there {
		return []byte(answer), nil
	}
	return nil, request.HookFailure{Shown: "can't be invoked: the hook function does not exist", Why: "the function does not exist"}
}

func (v *viewing) handle(t *testing.T, ev httpapi.Event) httpapi.Answer {
	t.Helper()
	got, err := v.api.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	described(t, ev.RouteKey, got)
	return got
}

// flows are the names of what GET /flows lists.
func (v *viewing) flows(t *testing.T) string {
	t.Helper()
	var list api.FlowList
	if err := json.Unmarshal([]byte(v.handle(t, httpapi.Event{RouteKey: "GET /flows"}).Body), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range list.Flows {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func (v *viewing) post(t *testing.T, flow string) httpapi.Answer {
	t.Helper()
	return v.handle(t, httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"` + flow + `"}`, Headers: map[string]string{}})
}

// Code shows flows among those that requesters and visible_to show, and no other. Each
// function is called once about all of its flows, and again after a minute.
func TestGetFlows(t *testing.T) {
	v := newViewing(t)
	v.answers = map[string]string{"the-hooks:live": `{"flows":["coded"]}`, "my-hooks": `{"flows":[]}`}
	for range 2 {
		if got := v.flows(t); got != "open coded" {
			t.Errorf("ada sees %q", got)
		}
	}
	slices.Sort(v.asked)
	want := []string{
		`my-hooks {"version":"1","hook":"get_flows","timeout_seconds":5,"accepts":["flows","errors"],"flows":[{"name":"others","label":"others"}],"run":{"requester":{"id":"ada@example.com","email":"ada@example.com","groups":["dev"]}}}`,
		`the-hooks:live {"version":"1","hook":"get_flows","timeout_seconds":5,"accepts":["flows","errors"],"flows":[{"name":"coded","label":"coded"},{"name":"other","label":"other"}],"run":{"requester":{"id":"ada@example.com","email":"ada@example.com","groups":["dev"]}}}`,
	}
	if !slices.Equal(v.asked, want) {
		t.Errorf("asked %q\nwant %q", v.asked, want)
	}
	if got := v.post(t, "coded"); got.StatusCode != 201 {
		t.Errorf("a shown flow: %d %s", got.StatusCode, got.Body)
	}
	unknown := v.post(t, "nope").Body
	for _, hidden := range []string{"other", "others", "closed", "unseen"} {
		if got := v.post(t, hidden); got.StatusCode != 400 || got.Body != unknown {
			t.Errorf("%s: %d %s, want the response for an unknown flow", hidden, got.StatusCode, got.Body)
		}
	}
	options := httpapi.Event{RouteKey: optionsRoute, PathParameters: map[string]string{"flow": "other", "field": "x"}}
	if got := v.handle(t, options); got.StatusCode != 404 {
		t.Errorf("options of a hidden flow: %d", got.StatusCode)
	}
	if len(v.asked) != 2 {
		t.Errorf("%d calls within a minute", len(v.asked))
	}
	v.clock.Advance(time.Minute)
	v.answers["the-hooks:live"] = `{"flows":["other"]}`
	if got := v.flows(t); got != "open other" || len(v.asked) != 4 {
		t.Errorf("after a minute: %q, %d calls", got, len(v.asked))
	}
	v.who = run.Person{ID: "root@example.com", Email: "root@example.com"}
	v.answers["the-hooks:live"] = `{"flows":[]}`
	var may []string
	var list api.FlowList
	_ = json.Unmarshal([]byte(v.handle(t, httpapi.Event{RouteKey: "GET /flows"}).Body), &list)
	for _, f := range list.Flows {
		may = append(may, f.Name+" "+strings.Join(f.May, ","))
	}
	if want := "open request,decide,list; coded decide,list; other decide,list; closed decide,list; unseen decide,list; others decide,list"; strings.Join(may, "; ") != want {
		t.Errorf("who decides sees %q\nwant %q", may, want)
	}
}

// Code that fails shows none of its flows, and a request says which hook it was. The
// flows of other functions stay.
func TestGetFlowsThatFails(t *testing.T) {
	for answer, want := range map[string]string{
		"":                             "can't be invoked: the hook function does not exist",
		`{}`:                           "returned an invalid response: flows: missing; must be a list, which may be empty",
		`[]`:                           "returned an invalid response",
		`{"flows":null}`:               "returned an invalid response: flows: null is invalid",
		`{"flows":["coded","closed"]}`: `returned an invalid response: flows: "closed" is none of the flows of the event`,
		`{"flows":["coded"],"more":1}`: "returned an invalid response: more: unknown member",
		`{"flows":["coded"],"errors":[{"hook":"get_flows","error":"Okta did not respond: 503"}]}`: "failed: Okta did not respond: 503",
		`{"flows":[],"errors":[{"hook":"get_flows","flow":"coded","error":"x"}]}`:                 "failed: x",
		`{"flows":["coded"],"errors":[{"hook":"get_flows","flow":"coded","error":"x"}]}`:          `returned an invalid response: flows: "coded" is shown, and has failed`,
	} {
		v := newViewing(t)
		if v.answers = map[string]string{"my-hooks": `{"flows":["others"]}`}; answer != "" {
			v.answers["the-hooks:live"] = answer
		}
		if got := v.flows(t); got != "open others" {
			t.Errorf("%s: ada sees %q", answer, got)
		}
		if !strings.Contains(v.log.String(), "get_flows failed; the flow is hidden") {
			t.Errorf("%s: the log has %s", answer, v.log.String())
		}
		got := v.post(t, "coded")
		var p api.Problem
		_ = json.Unmarshal([]byte(got.Body), &p)
		if got.StatusCode != 503 || p.Type != api.ProblemGetFlowsFailed || !strings.HasPrefix(p.Detail, "get_flows of coded "+want) || len(v.table.runs) != 0 {
			t.Errorf("%s: %d %s, want %s", answer, got.StatusCode, got.Body, want)
		}
		v.answers["the-hooks:live"] = `{"flows":["coded"]}`
		if got := v.post(t, "coded"); got.StatusCode != 201 {
			t.Errorf("%s, then right: %d %s", answer, got.StatusCode, got.Body)
		}
	}
}
