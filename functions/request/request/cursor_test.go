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
