package request_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// TestStartsAt keeps a start in UTC, to the second, and refuses a time without an
// offset, one that has passed and one too far ahead: each error names the field.
func TestStartsAt(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`
flows:
  - {name: later, admins: [root@example.com], fields: [{name: target, type: target, required: true}], targets: [{id: p}], durations: [1h], strategy: {type: lambda, function: f}, starts: {within: 30d}}
  - {name: now, admins: [root@example.com], fields: [{name: target, type: target, required: true}], targets: [{id: p}], durations: [1h], strategy: {type: lambda, function: f}}
  - {name: paper, admins: [root@example.com]}`))
	if err != nil {
		t.Fatal(err)
	}
	const target = `"fields":{"target":"p"},`
	fields := map[string]string{"later": target, "now": target}
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		flow, at string
		kept     string
		detail   string
	}{
		"with an offset":         {"later", `"2026-12-24T09:00:00+01:00"`, "2026-12-24T08:00:00Z", ""},
		"in UTC":                 {"later", `"2026-12-24T09:00:00Z"`, "2026-12-24T09:00:00Z", ""},
		"with a fraction":        {"later", `"2026-12-24T09:00:00.75Z"`, "2026-12-24T09:00:00Z", ""},
		"null":                   {"later", `null`, "", ""},
		"after 30 days":          {"later", `"2026-12-29T10:00:00Z"`, "2026-12-29T10:00:00Z", ""},
		"a second too far ahead": {"later", `"2026-12-29T10:00:01Z"`, "", "must be within 30 days"},
		"passed":                 {"later", `"2026-11-29T10:59:59+01:00"`, "", "must be later than now"},
		"of year 1":              {"later", `"0001-01-01T00:00:00Z"`, "", "RFC 3339"},
		"without an offset":      {"later", `"2026-12-24T09:00:00"`, "", "RFC 3339"},
		"a date":                 {"later", `"2026-12-24"`, "", "RFC 3339"},
		"one digit":              {"later", `"2026-12-24T9:00:00Z"`, "", "RFC 3339"},
		"a number":               {"later", `1798099200`, "", "RFC 3339"},
		"not in this flow":       {"now", `"2026-12-24T09:00:00Z"`, "", "flows.yaml: starts"},
		"without access":         {"paper", `"2026-12-24T09:00:00Z"`, "", "grants no access"},
	} {
		s := linkedTable{table: newTable()}
		a := request.New(request.Deps{Flows: flows, Identify: caller{person(ada)}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
		a.Log = slog.New(slog.DiscardHandler)
		got, err := a.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"` + tc.flow + `",` + fields[tc.flow] + `"starts_at":` + tc.at + `}`, Headers: map[string]string{}, PathParameters: map[string]string{}})
		if err != nil {
			t.Fatal(err)
		}
		described(t, "POST /requests", got)
		if tc.detail != "" {
			var problem struct {
				Errors []struct{ Field, Detail string }
			}
			if err := json.Unmarshal([]byte(got.Body), &problem); err != nil || got.StatusCode != 400 || len(problem.Errors) != 1 || problem.Errors[0].Field != "starts_at" || !strings.Contains(problem.Errors[0].Detail, tc.detail) {
				t.Errorf("%s: got %d %s", name, got.StatusCode, got.Body)
			}
			continue
		}
		var view struct {
			StartsAt string `json:"starts_at"`
			History  []run.Entry
		}
		if err := json.Unmarshal([]byte(got.Body), &view); err != nil || got.StatusCode != 201 || view.StartsAt != tc.kept || len(view.History) != 1 || view.History[0].StartsAt.IsZero() != (tc.kept == "") {
			t.Errorf("%s: got %d %s", name, got.StatusCode, got.Body)
		}
		for _, r := range s.runs {
			if err := r.VerifyRecord(r.ID, nil); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			r.StartsAt = r.StartsAt.Add(-time.Minute)
			if r.VerifyRecord(r.ID, nil) == nil {
				t.Errorf("%s: a start that was moved is not noticed", name)
			}
		}
	}
}
