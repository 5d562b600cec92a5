package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// asks is a route's work that answers with status and body.
func asks(status int, body any) httpapi.Route {
	return httpapi.Route{Public: true, Handle: func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
		return httpapi.Reply{Status: status, Body: body, Headers: map[string]string{"location": "/x"}}, nil
	}}
}

func TestOtherMethodsAndPaths(t *testing.T) {
	api := &httpapi.API{Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{
		"GET /requests": asks(200, nil), "POST /requests": asks(201, nil),
		"GET /requests/{id}": asks(200, nil), "POST /requests/{id}/approve": asks(200, nil),
	}}
	for target, want := range map[string]struct {
		status int
		allow  string
	}{
		"DELETE /requests":             {405, "GET, HEAD, POST"},
		"POST /requests/7":             {405, "GET, HEAD"},
		"GET /requests/7/approve":      {405, "POST"},
		"GET /requests/":               {404, ""},
		"GET /requests/7/approve/more": {404, ""},
		"GET /":                        {404, ""},
		"GET ":                         {404, ""},
	} {
		method, path, _ := strings.Cut(target, " ")
		ev := httpapi.Event{RouteKey: "$default", RawPath: path}
		ev.RequestContext.HTTP.Method = method
		got, err := api.Handle(t.Context(), ev)
		if err != nil || got.StatusCode != want.status || got.Headers["allow"] != want.allow || got.Headers["content-type"] != "application/problem+json" {
			t.Errorf("%s: got %+v (%v), want %d, Allow %q", target, got, err, want.status, want.allow)
		}
	}
}

// Each log line of a call names it, and contains nothing that the caller sent.
func TestLogLines(t *testing.T) {
	var out bytes.Buffer
	api := &httpapi.API{Log: slog.New(slog.NewJSONHandler(&out, nil)), Routes: map[string]httpapi.Route{
		"POST /requests": {Public: true, Handle: func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
			c.About("RUN", "aws-access")
			c.About("RUN", "aws-access")
			c.Log.Warn("in passing")
			return httpapi.Reply{Status: 201}, nil
		}},
		"GET /panic": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) { panic("here") }},
		"GET /never": asks(200, func() {}), // is no JSON
	}}
	call := func(route string) []map[string]any {
		t.Helper()
		out.Reset()
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "aws-id"})
		answer, err := api.Handle(ctx, httpapi.Event{
			RouteKey: route, RawPath: "/s3cr3t", RawQueryString: "s3cr3t", Body: `{"s3cr3t":1}`,
			Headers: map[string]string{"authorization": "Bearer s3cr3t"},
		})
		if err != nil || answer.Headers["x-request-id"] != "aws-id" {
			t.Errorf("%s: %+v (%v)", route, answer, err)
		}
		if strings.Contains(out.String(), "s3cr3t") {
			t.Errorf("%s: the log tells what was sent: %s", route, out.String())
		}
		var lines []map[string]any
		for line := range strings.Lines(out.String()) {
			if strings.Count(line, `"run_id"`) > 1 {
				t.Errorf("%s: the line names the run twice: %s", route, line)
			}
			var l map[string]any
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatalf("%s: %q: %v", route, line, err)
			}
			if l["request_id"] != "aws-id" || l["route"] != route {
				t.Errorf("%s: the line does not name the call: %s", route, line)
			}
			lines = append(lines, l)
		}
		return lines
	}
	lines := call("POST /requests")
	for _, l := range lines {
		if l["run_id"] != "RUN" || l["flow"] != "aws-access" {
			t.Errorf("the line does not name the run: %v", l)
		}
	}
	if last := lines[len(lines)-1]; len(lines) != 2 || last["status"] != 201.0 || last["took_ms"] == nil {
		t.Errorf("got %v", lines)
	}
	for _, route := range []string{"GET /panic", "GET /never"} {
		lines := call(route)
		if last := lines[len(lines)-1]; last["status"] != 500.0 || lines[0]["level"] != "ERROR" {
			t.Errorf("%s: got %v", route, lines)
		}
	}
}

// A problem says when to come again, and extends with what helps.
func TestProblemsExtend(t *testing.T) {
	service := &httpapi.API{Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{
		"POST /x": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			p := httpapi.NewProblem(429, api.ProblemTooManyRequests, "d")
			p.RetryAfter, p.Request = 7*time.Second, &api.Request{ID: "1"}
			return httpapi.Reply{}, p
		}},
	}}
	got, err := service.Handle(t.Context(), httpapi.Event{RouteKey: "POST /x"})
	const want = `{"detail":"d","instance":"","run":{"id":"1",…},"status":429,"title":"Too Many Requests","type":"urn:fasttrack:problem:too-many-requests"}`
	body := regexp.MustCompile(`"id":"1",.*},"status"`).ReplaceAllString(got.Body, `"id":"1",…},"status"`)
	if err != nil || got.StatusCode != 429 || got.Headers["retry-after"] != "7" || body != want {
		t.Errorf("got %+v (%v), want %s", got, err, want)
	}
}

func TestIdempotencyKey(t *testing.T) {
	for key, ok := range map[string]bool{
		"k": true, "0b7a-~!": true, strings.Repeat("k", 255): true,
		"": false, strings.Repeat("k", 256): false, "a b": false, "ä": false, "a\x7f": false, "\t": false,
	} {
		c := httpapi.Call{Event: httpapi.Event{Headers: map[string]string{"idempotency-key": key}}}
		got, err := c.IdempotencyKey()
		if (err == nil) != ok || ok && got != key {
			t.Errorf("%q: got %q, %v", key, got, err)
		}
	}
	var none httpapi.Call
	if key, err := none.IdempotencyKey(); key != "" || err != nil {
		t.Errorf("without the header: got %q, %v", key, err)
	}
}

// A caller may say which program they use, and pass for nobody else's way in.
func TestChannel(t *testing.T) {
	for stated, want := range map[string]run.Channel{
		"web": run.ViaWeb, "cli": run.ViaCLI,
		"": "", "api": "", "slack": "", "hook": "", "engine": "", "WEB": "", "web,cli": "", " web": "",
	} {
		c := httpapi.Call{Event: httpapi.Event{Headers: map[string]string{"fasttrack-channel": stated}}}
		if got, err := c.Channel(); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", stated, got, err, want)
		}
	}
	var none httpapi.Call
	if got, err := none.Channel(); got != run.ViaAPI || err != nil {
		t.Errorf("without the header: got %q, %v", got, err)
	}
}

// A place is one line of visible text, and holds no password.
func TestPlace(t *testing.T) {
	for stated, fits := range map[string]bool{
		"https://gitlab.example.com/a/b/-/jobs/7": true, "runner-17": true, "build 7 of main": true, "C0123ABCD": true, strings.Repeat("x", 200): true, "mail to ada@example.com": true,
		"": false, " x": false, "x ": false, "a\nb": false, "a\x7fb": false, "caf\u00e9": false, strings.Repeat("x", 201): false, "https://user:secret@ci.example.com/7": false,
	} {
		c := httpapi.Call{Event: httpapi.Event{Headers: map[string]string{"fasttrack-place": stated}}}
		got, err := c.Place()
		if (err == nil) != fits || fits && got != stated || !fits && got != "" {
			t.Errorf("%q: got %q, %v", stated, got, err)
		}
		var p *httpapi.Problem
		if err != nil && (!errors.As(err, &p) || len(p.Errors) != 1 || p.Errors[0].Field != "Fasttrack-Place") {
			t.Errorf("%q: %v names no header", stated, err)
		}
	}
	var none httpapi.Call
	if got, err := none.Place(); got != "" || err != nil {
		t.Errorf("without the header: got %q, %v", got, err)
	}
}

// Whatever is sent, what is let pass has a canonical form, and so a digest.
func FuzzJSONIsCanonical(f *testing.F) {
	for _, seed := range []string{`1e999`, `"\ud800"`, `"\ud83d\ude00"`, `"\\ud800"`, `{"a":[1,{"b":-0.5e-7}]}`, `[1,]`, `{"a":1,"a":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		b, err := httpapi.ReadBody(httpapi.Event{Body: `{"v":` + value + `}`})
		if err != nil {
			return
		}
		raw := b.Raw("v", 1<<20)
		if raw == nil {
			return
		}
		canonical, err := run.Canonical(raw)
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		if again, err := run.Canonical(json.RawMessage(canonical)); err != nil || !bytes.Equal(again, canonical) {
			t.Fatalf("%q is %s, then %s (%v)", value, canonical, again, err)
		}
	})
}

func TestWhatIsNoIJSON(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"a number beyond a double":      {`{"raw":{"a":[0,1e999]}}`, "raw.a[1]"},
		"a large number":                {`{"raw":1e308}`, ""},
		"a small number":                {`{"raw":1e-999}`, ""},
		"half a pair":                   {`{"raw":"\ud800"}`, "body"},
		"half a pair, then another":     {`{"raw":"\ud8\u0041"}`, "body"},
		"the second half":               {`{"raw":"\uDE00"}`, "body"},
		"both halves":                   {`{"raw":"\ud83d\ude00"}`, ""},
		"both halves, the wrong way":    {`{"raw":"\ude00\ud83d"}`, "body"},
		"a name of half a pair":         {`{"raw":{"\ud800":1}}`, "body"},
		"an escaped backslash before u": {`{"raw":"\\ud800"}`, ""},
		"other escapes":                 {`{"raw":"\n\/\"\u0041"}`, ""},
		"a comma too many":              {`{"raw":[1,]}`, "body"},
		"no comma":                      {`{"raw":[1 2]}`, "body"},
		"more after it":                 {`{"raw":1}}`, "body"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := httpapi.ReadBody(httpapi.Event{Body: tc.body})
			if err == nil {
				b.Raw("raw", 100)
				err = b.Err()
			}
			got := ""
			if p, ok := err.(*httpapi.Problem); ok {
				got = p.Errors[0].Field
			}
			if got != tc.want {
				t.Errorf("got %q (%v), want %q", got, err, tc.want)
			}
		})
	}
}

// What is said first of a field stays.
func TestAFieldIsNamedOnce(t *testing.T) {
	b, err := httpapi.ReadBody(httpapi.Event{Body: `{"a":1}`})
	if err != nil {
		t.Fatal(err)
	}
	b.Text("a", 5)
	b.Fail("a", "it is required")
	p, ok := b.Err().(*httpapi.Problem)
	if !ok || len(p.Errors) != 1 || p.Errors[0].Detail != "must be a string" {
		t.Errorf("got %+v", p)
	}
}
