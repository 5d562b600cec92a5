package request_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi/openapitest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Whatever an event contains, on any route, its response is described, is no failure of
// the server, and names what is invalid. A key creates one request.
func FuzzEvent(f *testing.F) {
	document, err := openapitest.Read(request.OpenAPI())
	if err != nil {
		f.Fatal(err)
	}
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], fields: [{name: pin, type: string, sensitive: true}, {name: n, type: int, max: 9}]}]`))
	if err != nil {
		f.Fatal(err)
	}
	routes := []string{"POST /requests", "GET /requests", "GET /requests/{id}", "GET /flows", "GET /flows/{flow}/fields/{field}/options", "GET /healthz", "GET /openapi.json"}
	for i := range routes {
		f.Add(i, `{"flow":"open","fields":{"pin":"1","n":2},"reason":"r","context":{"a":[1]}}`, false, "application/json", "k", "wait=1", "", "limit", "3")
	}
	f.Add(0, `{"flow":"open"}`, true, "", "", `respond-async, Wait="0"; x="a,b\"c"`, "AAAA", "view", "flow")
	f.Add(1, `{}`, false, "text/plain", "\x7f", "wait=", "AAAA", "from", "2026-11-26T00:00:00+23:59")
	f.Add(1, ``, false, "", "", "", "", "to", "0000-01-01T00:00:00Z")
	f.Add(4, ``, false, "", "", "", "", "q", "a\x00")
	f.Fuzz(func(t *testing.T, route int, body string, encoded bool, contentType, key, prefer, cursor, name, value string) {
		s := newTable()
		api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
		ev := httpapi.Event{
			RouteKey: routes[int(uint(route)%uint(len(routes)))], Body: body, IsBase64Encoded: encoded, Headers: map[string]string{}, QueryStringParameters: map[string]string{},
			PathParameters: map[string]string{"id": value, "flow": name, "field": value},
		}
		for header, sent := range map[string]string{"content-type": contentType, "idempotency-key": key, "prefer": prefer} {
			if sent != "" {
				ev.Headers[header] = sent
			}
		}
		for parameter, sent := range map[string]string{"cursor": cursor, name: value} {
			if parameter != "" && sent != "" {
				ev.QueryStringParameters[parameter] = sent
			}
		}
		call := func() httpapi.Answer {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond) // nothing decides
			defer cancel()
			got, err := api.Handle(ctx, ev)
			if err != nil || got.StatusCode >= 500 {
				t.Fatalf("%+v: %v, %d %s", ev, err, got.StatusCode, got.Body)
			}
			method, path, _ := strings.Cut(ev.RouteKey, " ")
			if err := document.Check(method, path, got.StatusCode, got.Headers["content-type"], []byte(got.Body)); err != nil {
				t.Fatalf("%+v: %v", ev, err)
			}
			return got
		}
		got := call()
		var out struct {
			ID     string
			Errors []struct{ Field, Detail string }
		}
		if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
			t.Fatal(err)
		}
		if got.StatusCode == 400 && (len(out.Errors) == 0 || out.Errors[0].Field == "" || out.Errors[0].Detail == "") {
			t.Fatalf("%+v: %s names no field", ev, got.Body)
		}
		if got.StatusCode != 201 {
			if len(s.runs) != 0 {
				t.Fatalf("%+v: %d, and %d requests", ev, got.StatusCode, len(s.runs))
			}
			return
		}
		if s.runs[out.ID] == nil || len(s.runs) != 1 || got.Headers["location"] != "/requests/"+out.ID {
			t.Fatalf("%+v: %v %s, and %d requests", ev, got.Headers, got.Body, len(s.runs))
		}
		want, many := 201, 2
		if key != "" {
			want, many = 200, 1
		}
		if again := call(); again.StatusCode != want || len(s.runs) != many {
			t.Fatalf("%+v again: %d %s, and %d requests", ev, again.StatusCode, again.Body, len(s.runs))
		}
	})
}
