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

// A cursor is the login's, also once its address has changed, and nobody's who
// has the address now.
func TestACursorIsTheLogins(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := newTable()
	list := func(p run.Person, cursor string) (int, string) {
		api := request.New(request.Deps{Flows: flows, Identify: identity{Person: p}, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
		query := map[string]string{}
		if cursor != "" {
			query["cursor"] = cursor
		}
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "GET /requests", QueryStringParameters: query})
		var out struct {
			Next string `json:"next_cursor"`
		}
		if err != nil || json.Unmarshal([]byte(got.Body), &out) != nil {
			t.Fatal(got, err)
		}
		return got.StatusCode, out.Next
	}
	of := func(address, principal string) run.Person {
		return run.Person{ID: address, Email: address, Principal: principal}
	}
	_, cursor := list(of("grace@example.com", "i|1"), "")
	for _, tc := range []struct {
		p    run.Person
		want int
	}{{of("hopper@example.com", "i|1"), 200}, {of("grace@example.com", "i|2"), 400}} {
		if status, _ := list(tc.p, cursor); status != tc.want {
			t.Errorf("%s of %s: got %d, want %d", tc.p.ID, tc.p.Principal, status, tc.want)
		}
	}
}

// A cursor that the last release gave, before lists had more filters and orders, goes on
// in the same list, and in no other.
func TestCursorsOfTheLastRelease(t *testing.T) {
	const cursor = "N003OUZaU1ZCRENCMVJZSDA2M05RUFkxRzkyMDI2LTExLTIzVDEwOjAwOjAwLjAwMFojMDFLQVI4RjJHMDAwMDAwMDAwMDAwMDAwMEE"
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := newTable()
	api := request.New(request.Deps{Flows: flows, Identify: identity{Person: run.Person{ID: "grace@example.com", Principal: "i|1"}}, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
	for name, tc := range map[string]struct {
		query map[string]string
		want  int
	}{
		"the same list":                 {map[string]string{"view": "mine", "status": "pending"}, 200},
		"the same, with its order":      {map[string]string{"view": "mine", "status": "pending", "sort": "created"}, 200},
		"of a requester":                {map[string]string{"view": "mine", "status": "pending", "requester": "ada@example.com"}, 400},
		"decided by somebody":           {map[string]string{"view": "mine", "status": "pending", "decided_by": "code"}, 400},
		"another view":                  {map[string]string{"view": "all", "status": "pending"}, 400},
		"with a text, within one month": {map[string]string{"view": "mine", "status": "pending", "flow": "open", "q": "x"}, 400},
	} {
		tc.query["cursor"] = cursor
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "GET /requests", QueryStringParameters: tc.query})
		if err != nil || got.StatusCode != tc.want {
			t.Errorf("%s: %d %s (%v), want %d", name, got.StatusCode, got.Body, err, tc.want)
		}
		if tc.want == 200 && s.asked.After != "2026-11-23T10:00:00.000Z#01KAR8F2G0000000000000000A" {
			t.Errorf("%s goes on at %q", name, s.asked.After)
		}
	}
}
