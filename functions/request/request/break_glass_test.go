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

// TestBreakGlass files emergencies of those whom the flow names alone, with a reason, for
// the flow's time at most, and so many a day. Each refusal names its field.
func TestBreakGlass(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`
flows:
  - name: glass
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod}, {id: vault, break_glass: none}]
    durations: [1h, 5m]
    strategy: {type: lambda, function: f}
    break_glass: {who: [ada@example.com], max_duration: 10m, notify: [admins], max_per_person_per_day: 2}
  - {name: plain, admins: [root@example.com]}`))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	s := linkedTable{table: newTable()}
	file := func(who run.Person, body string) httpapi.Answer {
		t.Helper()
		a := request.New(request.Deps{Flows: flows, Identify: caller{who}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
		a.Log = slog.New(slog.DiscardHandler)
		got, err := a.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: body, Headers: map[string]string{}, PathParameters: map[string]string{}})
		if err != nil {
			t.Fatal(err)
		}
		described(t, "POST /requests", got)
		return got
	}
	const prod = `{"flow":"glass","fields":{"target":"prod"},"break_glass":true,"reason":"prod is down"`
	for name, tc := range map[string]struct {
		who    run.Person
		body   string
		status int
		field  string
	}{
		"without a reason":     {person(ada), `{"flow":"glass","fields":{"target":"prod"},"break_glass":true}`, 400, "reason"},
		"a blank reason":       {person(ada), `{"flow":"glass","fields":{"target":"prod"},"break_glass":true,"reason":" "}`, 400, "reason"},
		"too long":             {person(ada), prod + `,"duration_seconds":3600}`, 400, "duration_seconds"},
		"a later start":        {person(ada), prod + `,"starts_at":"2026-12-24T09:00:00Z"}`, 400, "starts_at"},
		"another target":       {person(ada), `{"flow":"glass","fields":{"target":"vault"},"break_glass":true,"reason":"x"}`, 400, "break_glass"},
		"another flow":         {person(ada), `{"flow":"plain","break_glass":true,"reason":"x"}`, 400, "break_glass"},
		"not a yes":            {person(ada), `{"flow":"plain","break_glass":"yes","reason":"x"}`, 400, "break_glass"},
		"who is not named":     {person("bob@example.com"), prod + `}`, 403, "break_glass"},
		"an admin, not named":  {person("root@example.com"), prod + `}`, 403, "break_glass"},
		"an ordinary request":  {person(ada), `{"flow":"glass","fields":{"target":"prod"}}`, 201, ""},
		"no is no break-glass": {person(ada), `{"flow":"glass","fields":{"target":"prod"},"break_glass":false}`, 201, ""},
	} {
		got := file(tc.who, tc.body)
		if got.StatusCode != tc.status || tc.field != "" && !strings.Contains(got.Body, `"field":"`+tc.field+`"`) {
			t.Errorf("%s: got %d %s, want %d for %s", name, got.StatusCode, got.Body, tc.status, tc.field)
		}
		if strings.Contains(got.Body, `"break_glass":{`) {
			t.Errorf("%s broke the glass: %s", name, got.Body)
		}
	}
	for n, status := range []int{201, 201, 429} {
		got := file(person(ada), prod+`}`)
		if got.StatusCode != status {
			t.Fatalf("emergency %d: got %d %s, want %d", n+1, got.StatusCode, got.Body, status)
		}
		if status == 429 {
			if got.Headers["Retry-After"] == "" && got.Headers["retry-after"] == "" {
				t.Errorf("it does not say when to retry: %v", got.Headers)
			}
			continue
		}
		var view struct {
			DurationSeconds int                     `json:"duration_seconds"`
			BreakGlass      *struct{ State string } `json:"break_glass"`
		}
		if err := json.Unmarshal([]byte(got.Body), &view); err != nil || view.DurationSeconds != 300 || view.BreakGlass == nil {
			t.Errorf("emergency %d: %s", n+1, got.Body)
		}
	}
	now = now.Add(25 * time.Hour)
	if got := file(person(ada), prod+`}`); got.StatusCode != 201 {
		t.Errorf("a day later: got %d %s", got.StatusCode, got.Body)
	}
}
