package request_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var errNoMachine = errors.New("the state machine does not answer")

// inputs is a table that keeps what the last execution was started with.
type inputs struct {
	*table
	input []byte
}

func (i *inputs) Start(ctx context.Context, name string, input []byte) error {
	i.input = input
	return i.table.Start(ctx, name, input)
}

// Bodies that once were, or could be, more than a wrong field.
func TestBodiesThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ body, field string }{
		"a number beyond a double": {`{"flow":"open","context":{"a":1e999}}`, "context.a"},
		"half a surrogate pair":    {`{"flow":"open","context":"\ud800"}`, "body"},
		"no flow":                  {`{}`, "flow"},
		"a flow that is a number":  {`{"flow":7}`, "flow"},
		"a flow with a newline":    {`{"flow":"open\n"}`, "flow"},
		"a field of another type":  {`{"flow":"open","fields":{"pin":{}}}`, "fields.pin"},
		"fields that are a list":   {`{"flow":"open","fields":[]}`, "fields"},
		"a long reason":            {`{"flow":"open","reason":"` + strings.Repeat("r", 2001) + `"}`, "reason"},
		"a large context":          {`{"flow":"open","context":"` + strings.Repeat("c", 64<<10) + `"}`, "context"},
		"a name that is long":      {`{"flow":"open","` + strings.Repeat("n", 1000) + `":1}`, strings.Repeat("n", 100) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTable()
			got, _ := s.call(t, ada, "POST /requests", tc.body, nil)
			var p struct{ Errors []flow.FieldError }
			if err := json.Unmarshal([]byte(got.Body), &p); err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != 400 || len(p.Errors) != 1 || p.Errors[0].Field != tc.field || len(s.runs) != 0 {
				t.Errorf("got %d %v and %d runs, want 400 that names %s alone", got.StatusCode, p.Errors, len(s.runs), tc.field)
			}
		})
	}
}

// An accepted context is in the event of on_request, complete, whatever its characters.
// One that would not fit is refused.
func TestContextReachesTheHook(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], fields: [{name: a, type: text}, {name: b, type: text}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	const most = 64<<10 - 2 // in quotes
	for name, tc := range map[string]struct {
		context, fields, reason string
		groups                  int
		status                  int
	}{
		"the most":                   {strings.Repeat("c", most), `{}`, "", 0, 201},
		"the most of <":              {strings.Repeat("<", most), `{}`, "", 0, 201},
		"with all else at its most":  {strings.Repeat("<", most), `{"a":"` + strings.Repeat("ä", 4000) + `","b":"` + strings.Repeat("ä", 4000) + `"}`, strings.Repeat("ä", 2000), 0, 201},
		"with more groups than fits": {strings.Repeat("c", most), `{}`, "", 1600, 400},
	} {
		t.Run(name, func(t *testing.T) {
			who := caller{run.Person{ID: ada}}
			for range tc.groups {
				who.Groups = append(who.Groups, "a-group-of-a-token")
			}
			s := &inputs{table: newTable()}
			api := request.New(request.Deps{Flows: flows, Identify: who, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
			got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open","context":"` + tc.context + `","fields":` + tc.fields + `,"reason":"` + tc.reason + `"}`})
			if err != nil || got.StatusCode != tc.status {
				t.Fatalf("got %d %.300s (%v), want %d", got.StatusCode, got.Body, err, tc.status)
			}
			if tc.status != 201 {
				if !strings.Contains(got.Body, `"field":"context"`) || len(s.runs) != 0 {
					t.Errorf("got %s and %d runs", got.Body, len(s.runs))
				}
				return
			}
			var document stepfn.Document
			if err := json.Unmarshal(s.input, &document); err != nil {
				t.Fatal(err)
			}
			if string(document.Hook.Invocation.Run.Context) != `"`+tc.context+`"` {
				t.Errorf("the hook is asked with a context of %d bytes, want %d", len(document.Hook.Invocation.Run.Context), len(tc.context)+2)
			}
			if len(s.input) > 120<<10 {
				t.Errorf("the input is %d bytes, want at most 120 KiB", len(s.input))
			}
		})
	}
}

// A value that is sensitive, and whatever else was sent, is in no line of the
// log and, if sensitive, in no answer.
func TestNothingSentIsLogged(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], fields: [{name: pin, type: string, sensitive: true, max: 9}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := newTable()
	s.fail = errNoMachine
	api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: s, Executions: s, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	for body, status := range map[string]int{
		`{"flow":"open","fields":{"pin":"s3cr3t"},"reason":"r3ason","context":{"c0ntext":1}}`: 201,
		`{"flow":"open","fields":{"pin":"s3cr3t-too-long"}}`:                                  400,
	} {
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: body, Headers: map[string]string{"idempotency-key": fmt.Sprint("k3y", status)}})
		if err != nil || got.StatusCode != status {
			t.Fatalf("got %d %s (%v), want %d", got.StatusCode, got.Body, err, status)
		}
		if strings.Contains(got.Body, "s3cr3t") {
			t.Errorf("the answer tells the sensitive value: %s", got.Body)
		}
	}
	for _, word := range []string{"s3cr3t", "r3ason", "c0ntext", "k3y"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log tells %q: %s", word, log.String())
		}
	}
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) || !strings.Contains(line, `"request_id"`) {
			t.Errorf("the line is no JSON, or names no call: %s", line)
		}
	}
}

// A cursor of which anything was changed, or that is somebody else's, is
// refused.
func FuzzCursor(f *testing.F) {
	s := newTable()
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
	if err != nil {
		f.Fatal(err)
	}
	list := func(t testing.TB, who string, query map[string]string) httpapi.Answer {
		t.Helper()
		api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: who}}, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "GET /requests", QueryStringParameters: query})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	var page struct {
		Next string `json:"next_cursor"`
	}
	query := map[string]string{"view": "mine", "from": "2026-01-01T00:00:00Z"}
	if err := json.Unmarshal([]byte(list(f, ada, query).Body), &page); err != nil || page.Next == "" {
		f.Fatal(page, err)
	}
	with := func(more map[string]string) map[string]string {
		q := maps.Clone(query)
		maps.Copy(q, more)
		return q
	}
	if got := list(f, ada, with(map[string]string{"cursor": page.Next, "limit": "3"})); got.StatusCode != 200 || s.asked.After != "next" {
		f.Fatalf("its own list: %d, from %q", got.StatusCode, s.asked.After)
	}
	if got := list(f, "eve@example.com", with(map[string]string{"cursor": page.Next})); got.StatusCode != 400 {
		f.Errorf("somebody else's: %d", got.StatusCode)
	}
	for name, value := range map[string]string{"view": "inbox", "from": "2026-01-01T00:00:01Z", "to": "2026-12-01T00:00:00Z", "status": "denied", "flow": "open"} {
		if got := list(f, ada, with(map[string]string{"cursor": page.Next, name: value})); got.StatusCode != 400 {
			f.Errorf("another %s: %d", name, got.StatusCode)
		}
	}
	f.Add(page.Next[:len(page.Next)-1])
	f.Add(page.Next + "=")
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		if cursor == page.Next {
			return
		}
		got := list(t, ada, with(map[string]string{"cursor": cursor}))
		if got.StatusCode != 400 || !strings.Contains(got.Body, `"field":"cursor"`) {
			t.Fatalf("%q: %d %s", cursor, got.StatusCode, got.Body)
		}
	})
}

// Whatever the path, every unknown id gets the same 404.
func FuzzPath(f *testing.F) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
	if err != nil {
		f.Fatal(err)
	}
	s := newTable()
	api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: s, Executions: s, Log: slog.New(slog.DiscardHandler)})
	f.Add("GET /requests/{id}", "/requests/x", "x")
	f.Add("GET /requests/{id}", "/requests/01J00000000000000000000000", "01J00000000000000000000000")
	f.Add("$default", "/requests//", "")
	f.Fuzz(func(t *testing.T, route, path, id string) {
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: route, RawPath: path, PathParameters: map[string]string{"id": id}})
		if err != nil || got.StatusCode >= 500 {
			t.Fatalf("%d %v %s", got.StatusCode, err, got.Body)
		}
		if route == "GET /requests/{id}" {
			const want = `{"detail":"Unknown request, or you may not see it.","instance":"","status":404,"title":"Not Found","type":"urn:fasttrack:problem:not-found"}`
			if got.StatusCode != 404 || got.Body != want {
				t.Fatalf("%q: %d %s", id, got.StatusCode, got.Body)
			}
		}
	})
}
