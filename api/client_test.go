package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// serve answers calls with handle, as the API does with a JSON content type.
func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func client(t *testing.T, url string, o api.Options) *api.Client {
	t.Helper()
	c, err := api.NewWithOptions(url, api.Bearer("secret"), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const requestJSON = `{"id":"01JD0000000000000000000000","flow":"f","status":"pending","requester":{"id":"ada"},"fields":{},"reason":"","created_at":"2026-11-23T10:00:00Z","updated_at":"2026-11-23T10:00:00Z"}`

// Each call says who calls, and what its operation is described to take.
func TestCalls(t *testing.T) {
	ctx := context.Background()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		call                 func(c *api.Client) error
		want, header, answer string
	}{
		"create": {func(c *api.Client) error {
			_, err := c.Create(ctx, api.CreateInput{Flow: "f", Fields: map[string]any{"target": "t"}, Reason: "r", IdempotencyKey: "k", Wait: 1500 * time.Millisecond})
			return err
		}, `POST /base/requests {"flow":"f","fields":{"target":"t"},"reason":"r"}`, "Idempotency-Key: k, Prefer: wait=1", requestJSON},
		"get": {func(c *api.Client) error { _, err := c.Get(ctx, "a/../b"); return err }, "GET /base/requests/a%2F..%2Fb ", "", requestJSON},
		"list of what is live": {func(c *api.Client) error {
			_, err := c.List(ctx, api.ListInput{View: api.ViewLive, Flow: "f", Requester: "ada@example.com", DecidedBy: api.DecidedByCode, Text: "a b", From: at, Sort: api.SortEndsAt, Limit: 7})
			return err
		}, "GET /base/requests?decided_by=code&flow=f&from=2026-11-23T10%3A00%3A00Z&limit=7&q=a+b&requester=ada%40example.com&sort=ends_at&view=live ", "", `{"runs":[]}`},
		"get after": {func(c *api.Client) error { _, err := c.GetAfter(ctx, "r", 3, api.MaxWait); return err }, "GET /base/requests/r?after=3 ", "Prefer: wait=20", requestJSON},
		"approve": {func(c *api.Client) error {
			_, _, err := c.Approve(ctx, "r", api.ApproveInput{Reason: "ok", DurationSeconds: 60, Override: true, ActionOptions: api.ActionOptions{IfMatch: "e", IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/approve {"reason":"ok","duration_seconds":60,"override":true}`, `Idempotency-Key: k, If-Match: "e"`, requestJSON},
		"deny": {func(c *api.Client) error {
			_, _, err := c.Deny(ctx, "r", api.DenyInput{Reason: "no", ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/deny {"reason":"no"}`, "Idempotency-Key: k", requestJSON},
		"cancel": {func(c *api.Client) error {
			_, _, err := c.Cancel(ctx, "r", api.CancelInput{ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/cancel {}`, "Idempotency-Key: k", requestJSON},
		"withdraw": {func(c *api.Client) error {
			_, _, err := c.Withdraw(ctx, "r", api.WithdrawInput{Reason: "oh", ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/withdraw {"reason":"oh"}`, "Idempotency-Key: k", requestJSON},
		"review": {func(c *api.Client) error {
			_, _, err := c.Review(ctx, "r", api.ReviewInput{Verdict: api.Unjustified, Note: "no", ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/review {"verdict":"unjustified","note":"no"}`, "Idempotency-Key: k", requestJSON},
		"confirm": {func(c *api.Client) error {
			_, _, err := c.Confirm(ctx, "r", api.ConfirmInput{Note: "still", ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/confirm {"note":"still"}`, "Idempotency-Key: k", requestJSON},
		"revoke": {func(c *api.Client) error {
			_, _, err := c.Revoke(ctx, "r", api.RevokeInput{Override: true, ActionOptions: api.ActionOptions{IdempotencyKey: "k"}})
			return err
		}, `POST /base/requests/r/revoke {"override":true}`, "Idempotency-Key: k", requestJSON},
		"list": {func(c *api.Client) error {
			_, err := c.List(ctx, api.ListInput{View: api.ViewFlow, Flow: "f", Status: api.StatusActive, From: at, To: at.Add(time.Hour), Limit: 5, Cursor: "c"})
			return err
		}, "GET /base/requests?cursor=c&flow=f&from=2026-11-23T10%3A00%3A00Z&limit=5&status=active&to=2026-11-23T11%3A00%3A00Z&view=flow ", "", `{"runs":[]}`},
		"flows":            {func(c *api.Client) error { _, err := c.Flows(ctx); return err }, "GET /base/flows ", "", `{"flows":[]}`},
		"stats":            {func(c *api.Client) error { _, err := c.Stats(ctx, "a b", at); return err }, "GET /base/flows/a%20b/stats?since=2026-11-23T10%3A00%3A00Z ", "", `{"flow":"a b","since":"2026-11-23T00:00:00Z"}`},
		"stats of a month": {func(c *api.Client) error { _, err := c.Stats(ctx, "f", time.Time{}); return err }, "GET /base/flows/f/stats ", "", `{"flow":"f","since":"2026-11-23T00:00:00Z"}`},
		"verify":           {func(c *api.Client) error { _, err := c.Verify(ctx, "r/2"); return err }, "GET /base/requests/r%2F2/verify ", "", `{"id":"r","entries":[]}`},
		"explain":          {func(c *api.Client) error { _, err := c.Explain(ctx, "r"); return err }, "GET /base/requests/r/explain ", "", `{"id":"r","answer":"It waits."}`},
		"options":          {func(c *api.Client) error { _, err := c.Options(ctx, "a b", "f", "x&y"); return err }, "GET /base/flows/a%20b/fields/f/options?q=x%26y ", "", `{"options":[]}`},
		"health":           {func(c *api.Client) error { _, err := c.Health(ctx); return err }, "GET /base/healthz ", "", `{"status":"ok"}`},
		"openapi":          {func(c *api.Client) error { _, err := c.OpenAPI(ctx); return err }, "GET /base/openapi.json ", "", `{"openapi":"3.1.0"}`},
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if got := r.Method + " " + r.RequestURI + " " + string(body); got != tc.want {
					t.Errorf("called %s, want %s", got, tc.want)
				}
				var headers []string
				for _, name := range []string{"Idempotency-Key", "If-Match", "Prefer"} {
					if value := r.Header.Get(name); value != "" {
						headers = append(headers, name+": "+value)
					}
				}
				if got := strings.Join(headers, ", "); got != tc.header || r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("User-Agent") != "bot/1" {
					t.Errorf("headers %s of %v, want %s", got, r.Header, tc.header)
				}
				_, _ = io.WriteString(w, tc.answer)
			})
			if err := tc.call(client(t, url+"/base/", api.Options{UserAgent: "bot/1"})); err != nil {
				t.Error(err)
			}
		})
	}
}

// Error responses that say what is wrong, and others.
// A list as a file, with where the next one starts; what is no CSV is no file.
func TestActivityCSV(t *testing.T) {
	kind, target := "text/csv; charset=utf-8; header=present", ""
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		target = r.URL.String()
		if accept := r.Header.Get("Accept"); !strings.HasPrefix(accept, "text/csv") {
			t.Errorf("it accepts %q", accept)
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Fasttrack-Next-Cursor", "next")
		fmt.Fprint(w, "id\r\n1\r\n")
	})
	c := client(t, url, api.Options{})
	file, err := c.ActivityCSV(t.Context(), api.ListInput{View: api.ViewAll, Limit: 50, Cursor: "c"})
	if err != nil || string(file.CSV) != "id\r\n1\r\n" || file.NextCursor != "next" || target != "/activity.csv?cursor=c&view=all" {
		t.Errorf("%s: %+v, %v", target, file, err)
	}
	kind = "text/html"
	var wrong *api.ResponseError
	if _, err := c.ActivityCSV(t.Context(), api.ListInput{}); !errors.As(err, &wrong) {
		t.Errorf("a page: %v", err)
	}
}

func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"a field":        {400, `{"status":400,"detail":"not valid","errors":[{"field":"fields.a","detail":"is required"},{"field":"reason","detail":"is too long"}],"errors_more":2}`, "fields.a: is required\nreason: is too long\nand 2 more"},
		"a conflict":     {409, `{"status":409,"detail":"This request is approved already."}`, "This request is approved already."},
		"a crash":        {500, `{"status":500,"detail":"Internal error.","instance":"r-1"}`, "Internal error. (500, instance r-1)"},
		"API Gateway's":  {403, `{"message":"The security token included in the request is invalid."}`, "URL responded 403 Forbidden: The security token included in the request is invalid."},
		"no problem":     {502, `<html>`, "URL responded 502 Bad Gateway"},
		"sent elsewhere": {302, ``, "URL responded 302 Found, a redirect to https://evil.example, which is not followed"},
		"a gateway":      {403, `{"message":"Forbidden by a policy"}`, "URL responded 403 Forbidden: Forbidden by a policy"},
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://evil.example")
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			_, err := client(t, url, api.Options{Retries: -1}).Flows(t.Context())
			var p *api.Problem
			if want := strings.ReplaceAll(tc.want, "URL", url); !errors.As(err, &p) || p.Status != tc.status || p.RetryAfter != 7*time.Second || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if document := strings.Contains(tc.body, "detail"); document != (p.Document != nil) {
				t.Errorf("document is %s", p.Document)
			}
		})
	}
}

// What API Gateway's authorizer says about a token is passed on.
func TestChallenge(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer scope="" error="invalid_token" error_description="the token has expired"`)
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"message":"Unauthorized"}`)
	})
	if _, err := client(t, url, api.Options{}).Flows(t.Context()); err == nil || err.Error() != url+" responded 401 Unauthorized: the token has expired" {
		t.Error(err)
	}
}

// A successful response of something else is an error that says so.
func TestOtherResponses(t *testing.T) {
	for name, tc := range map[string]struct{ kind, body, want string }{
		"a web page":      {"text/html", "<html>", `its content type is "text/html", not JSON`},
		"other JSON":      {"application/json", `{"ok":true}`, "it has no id, flow or status of a request"},
		"another version": {"application/json", `{"id":7}`, "cannot unmarshal number"},
		"no JSON":         {"application/json", `{"id":`, "unexpected end of JSON"},
		"too much":        {"application/json", `"` + strings.Repeat("x", 8<<20) + `"`, "more than 8388608 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				_, _ = io.WriteString(w, tc.body)
			})
			_, err := client(t, url, api.Options{}).Get(t.Context(), "r")
			var other *api.ResponseError
			if !errors.As(err, &other) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), url) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) })
	c := client(t, url, api.Options{})
	if _, err := c.List(t.Context(), api.ListInput{}); err == nil {
		t.Error("a list without runs was accepted")
	}
	if _, err := c.Flows(t.Context()); err == nil {
		t.Error("a list without flows was accepted")
	}
}

// A redirect is not followed: the credentials are for this host alone.
func TestRedirect(t *testing.T) {
	other := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, status) })
		c := client(t, url, api.Options{HTTPClient: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}})
		if _, err := c.Flows(t.Context()); err == nil || !strings.Contains(err.Error(), "a redirect to "+other) {
			t.Errorf("GET %d: %v", status, err)
		}
		if _, err := c.Create(t.Context(), api.CreateInput{Flow: "f"}); err == nil || !strings.Contains(err.Error(), "a redirect to "+other) {
			t.Errorf("POST %d: %v", status, err)
		}
	}
}

// Calls are retried with the same idempotency key while that may help, and no
// longer.
func TestRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		retries, status int
		retryAfter      string
		calls           int
		ok              bool
	}{
		"busy once":               {0, 503, "", 2, true},
		"throttled once":          {0, 429, "0", 2, true},
		"refused":                 {0, 403, "", 1, false},
		"busy for long":           {0, 503, "3600", 1, false},
		"no retries":              {-1, 503, "", 1, false},
		"busier than the retries": {1, -503, "", 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				keys = append(keys, r.Header.Get("Idempotency-Key"))
				if len(keys) == 1 || tc.status < 0 {
					w.Header().Set("Retry-After", tc.retryAfter)
					w.WriteHeader(max(tc.status, -tc.status))
					return
				}
				_, _ = io.WriteString(w, requestJSON)
			})
			_, err := client(t, url, api.Options{Retries: tc.retries}).Create(t.Context(), api.CreateInput{Flow: "f"})
			if (err == nil) != tc.ok || len(keys) != tc.calls || keys[0] == "" || len(slices.Compact(keys)) != 1 {
				t.Errorf("got %v after calls with %q, want %d calls with one key", err, keys, tc.calls)
			}
		})
	}
}

// A call without a response is retried, and then an error that names the API.
func TestNoResponse(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		calls++
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	_, err := client(t, server.URL, api.Options{}).Get(t.Context(), "r")
	var c *api.ConnectionError
	if !errors.As(err, &c) || c.URL != server.URL || calls < 3 {
		t.Errorf("got %v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, server.URL, api.Options{}).Get(ctx, "r"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it canceled", err)
	}
}

// What can't be signed is not sent.
func TestNothingToSignWith(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	none := errors.New("no credentials")
	c, err := api.New(url, api.SignerFunc(func(context.Context, *http.Request, []byte) error { return none }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Flows(t.Context()); !errors.Is(err, none) {
		t.Error(err)
	}
}

// All reads all pages, empty ones too, and ends with the first error.
func TestAll(t *testing.T) {
	pages := map[string]string{"": `{"runs":[` + requestJSON + `],"next_cursor":"b"}`, "b": `{"runs":[],"next_cursor":"c"}`, "c": `{"runs":[` + requestJSON + `]}`}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, pages[r.URL.Query().Get("cursor")])
	})
	count := func() (n int, err error) {
		for r, err := range client(t, url, api.Options{}).All(t.Context(), api.ListInput{}) {
			if err != nil {
				return n, err
			}
			if r.ID == "" {
				t.Error("no request")
			}
			n++
		}
		return n, nil
	}
	if n, err := count(); n != 2 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	pages["c"] = `{"runs":[],"next_cursor":"c"}`
	if n, err := count(); n != 1 || err == nil {
		t.Errorf("a cursor of the page itself: %d, %v", n, err)
	}
	for range client(t, url, api.Options{}).All(t.Context(), api.ListInput{}) {
		break
	}
}

// Await reads until it is done, and returns the last state with an error.
func TestAwait(t *testing.T) {
	histories := []int{1, 1, 2, 3}
	reads := 0
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := histories[min(reads, len(histories)-1)]
		if want := ""; reads > 0 {
			if want = fmt.Sprint(histories[reads-1]); r.URL.Query().Get("after") != want || r.Header.Get("Prefer") != "wait=20" {
				t.Errorf("read %d is %s, %v", reads, r.URL, r.Header)
			}
		}
		reads++
		var v api.Request
		if err := json.Unmarshal([]byte(requestJSON), &v); err != nil {
			t.Error(err)
		}
		v.History = make([]api.Entry, n)
		_ = json.NewEncoder(w).Encode(v)
	})
	v, err := client(t, url, api.Options{}).Await(t.Context(), "r", func(r *api.Request) bool { return len(r.History) == 3 })
	if err != nil || len(v.History) != 3 || reads != 4 {
		t.Errorf("got %+v, %v after %d reads", v, err, reads)
	}
}

func TestWaitIsBounded(t *testing.T) {
	c := client(t, "http://127.0.0.1:1", api.Options{})
	for _, wait := range []time.Duration{-1, api.MaxWait + 1} {
		if _, err := c.GetAfter(t.Context(), "r", 0, wait); err == nil || !strings.Contains(err.Error(), "wait must be between") {
			t.Errorf("%s: %v", wait, err)
		}
	}
}

// Credentials go to the API's host alone: over TLS, or on this machine.
func TestCheckURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://abc123.execute-api.eu-west-1.amazonaws.com": "",
		"https://approvals.example.com/base/":                "",
		"http://127.0.0.1:8080":                              "",
		"http://localhost:8080":                              "",
		"http://[::1]:8080":                                  "",
		"approvals.example.com":                              "did you mean https://approvals.example.com?",
		"localhost:8080":                                     "did you mean http://localhost:8080?",
		"127.0.0.1:8080":                                     "did you mean http://127.0.0.1:8080?",
		"http://approvals.example.com":                       "must start with https://",
		"http://127.0.0.1.example.com":                       "must start with https://",
		"http://10.0.0.1:8080":                               "must start with https://",
		"http://localhost@approvals.example.com":             "must have no user",
		"https://approvals.example.com/?a=b":                 "must have no user, query or fragment",
		"ftp://approvals.example.com":                        "must be like https://",
		"https://":                                           "must be like https://",
		"":                                                   "has no scheme",
	} {
		_, err := api.New(url, api.Bearer("secret"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
}
