package console_test

import (
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// lists are the pages of this file, with a text that each shows of [answers].
var lists = map[string][]string{
	"/console/":                 {"Hello, Ada", "Production read-only", "1 of 3 checks passed", "56 min</time> left", "Your live access", "40 min", "Time-boxed access", "decided by code"},
	"/console/inbox":            {"The error rate of checkout is up.", "linus@example.com", "1 h"},
	"/console/inbox/unreviewed": {"Unreviewed emergencies", "The error rate of checkout is up."},
	"/console/access":           {"Yours", "Everybody else's", "grace@example.com", `value="66"`},
	"/console/activity":         {"All that I may read", "CSV of this list", `href="/console/activity.csv"`},
	"/console/slack":            {"T0123ABCD-U0456EFGH", "ada@slack.example.com", "Acme", "<code>/fasttrack link</code> in Slack", "no longer acts as you"},
	"/console/flows":            {"AWS access", "you may request", "you decide", "you see all requests"},
	"/console/flows/aws-access": {"Everyone may make requests.", "Not at full moon.", "25 %", "about 7 min 10 s", "about 1 h 25 min", "100+", "95 %", "on_request", "PagerDuty responded 503.", "fasttrack backtest aws-access --since 30d", "7 approvals by code went to people", "1 person reached it", "3f9a0c11d2e4", "Approved by people 59", `<th scope="row">10 min</th>`, `<td class="num">30</td>`},
}

func TestPagesShowWhatTheAPIResponds(t *testing.T) {
	h := (&fakeAPI{t: t, respond: answers}).serve()
	for path, texts := range lists {
		status, _, body := get(t, h, path)
		body = html.UnescapeString(body)
		if status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q: %s", path, text, body)
			}
		}
		for _, never := range []string{"fast_track", "24h0m0s", "arn:aws", "<no value>", "%!", "ZgotmplZ"} {
			if strings.Contains(body, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
	}
}

func TestPagesMakeFewCallsThatChangeNothing(t *testing.T) {
	f := &fakeAPI{t: t, respond: answers}
	h := f.serve()
	for path := range lists {
		get(t, h, path)
		calls := f.made()
		if len(calls) == 0 || len(calls) > 3 {
			t.Errorf("%s makes %d calls: %v", path, len(calls), calls)
		}
		for _, call := range calls {
			if !strings.HasPrefix(call, "GET ") {
				t.Errorf("%s changes something: %s", path, call)
			}
		}
	}
}

// TestEveryPageOfEveryProblem has the API refuse each call of each page in turn.
func TestEveryPageOfEveryProblem(t *testing.T) {
	f := &fakeAPI{t: t}
	h := f.serve()
	for path := range lists {
		f.respond = answers
		f.made()
		get(t, h, path)
		for _, refused := range f.made() {
			at := strings.SplitN(refused, " ", 2)[1]
			for _, status := range []int{400, 403, 404, 409, 412, 422, 429, 500, 502, 503} {
				f.respond = func(r *http.Request) any {
					if r.URL.RequestURI() != at {
						return answers(r)
					}
					return &api.Problem{Status: status, Title: "No", Detail: "The detail of <this> problem.", Instance: "1-5f-instance", Type: "about:blank"}
				}
				got, _, body := get(t, h, path)
				if got != status && got != 200 {
					t.Errorf("%s with %d of %s responds %d", path, status, at, got)
				}
				if !strings.Contains(body, "The detail of &lt;this&gt; problem.") {
					t.Errorf("%s with %d of %s does not say why: %s", path, status, at, body)
				}
				if !strings.Contains(body, "1-5f-instance") && status != 400 {
					t.Errorf("%s with %d of %s does not name the instance", path, status, at)
				}
			}
		}
	}
}

// A response of something before the API says nothing of where the API is.
func TestForeignProblems(t *testing.T) {
	for status, want := range map[int]string{403: "does not let you", 404: "older release", 429: "Wait a moment", 500: "does not respond", 302: "cannot read"} {
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.example.com/")
			w.WriteHeader(status)
		}))
		t.Cleanup(upstream.Close)
		c, err := console.New(console.Options{API: upstream.URL, Sessions: door{}, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		got, _, body := get(t, c.Handler(), "/console/")
		if got < 400 || !strings.Contains(body, want) || strings.Contains(body, "127.0.0.1") || strings.Contains(body, "evil") {
			t.Errorf("%d becomes %d: %s", status, got, body)
		}
	}
}

func TestExpiredSession(t *testing.T) {
	h := (&fakeAPI{t: t, respond: func(*http.Request) any { return &api.Problem{Status: 401, Detail: "Authentication required."} }}).serve()
	for path := range lists {
		r := httptest.NewRequest("GET", "http://console.example.com"+path, nil)
		r.AddCookie(&http.Cookie{Name: "who", Value: "ada@example.com"})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/console/sign-in?to=") {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
		r.Header.Set("Fasttrack-Poll", "1")
		w = httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 401 || w.Body.Len() > 0 {
			t.Errorf("a poll of %s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestSlowAndBrokenAPI(t *testing.T) {
	slow := make(chan struct{})
	h := (&fakeAPI{t: t, respond: func(*http.Request) any { <-slow; return nil }}).serve(func(o *console.Options) {
		o.HTTPClient = &http.Client{Timeout: 20 * time.Millisecond}
	})
	t.Cleanup(func() { close(slow) })
	broken := (&fakeAPI{t: t, respond: func(*http.Request) any { return json.RawMessage(`{"runs": 7, "id": {}}`) }}).serve()
	gone := (&fakeAPI{t: t, respond: answers}).serve(func(o *console.Options) { o.API = "http://127.0.0.1:1" })
	for path := range lists {
		if status, _, body := get(t, h, path); status != 504 || !strings.Contains(body, "did not respond in time") || !strings.Contains(body, "Try again") {
			t.Errorf("%s of a slow API: %d %s", path, status, body)
		}
		if status, _, body := get(t, broken, path); status != 502 || !strings.Contains(body, "cannot read") {
			t.Errorf("%s of a broken API: %d %s", path, status, body)
		}
		if status, _, body := get(t, gone, path); status != 502 || !strings.Contains(body, "does not respond") || strings.Contains(body, "127.0.0.1") {
			t.Errorf("%s without an API: %d %s", path, status, body)
		}
	}
}

// payloads are texts that do harm where they are not taken as text.
var payloads = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg onload=alert(1)>`, `</title><script>alert(1)</script>`,
	`{{.}}`, `{{template "layout" .}}`, `${7*7}`, `javascript:alert(1)`, "java\tscript:alert(1)", `data:text/html,<script>alert(1)</script>`,
	"\u202etxt.exe", "a\x00b", "</textarea><b onclick=alert(1)>", `" autofocus onfocus="alert(1)`, "&lt;script&gt;", "]]>", "<!--", "//evil.example.com/", `\`, " ",
}

// TestTextsAreNeverMarkup fills every member of every response with harmful texts, and
// with harmless ones: the pages must differ in their texts alone.
func TestTextsAreNeverMarkup(t *testing.T) {
	shown := 0
	var seed uint64
	serve := func(texts []string) http.Handler {
		return (&fakeAPI{t: t, respond: func(r *http.Request) any { return generated(r, seed, texts) }}).serve()
	}
	bad, good := serve(payloads), serve(harmless())
	for seed = range uint64(16) {
		for path := range lists {
			status, _, evil := get(t, bad, path)
			goodStatus, _, kind := get(t, good, path)
			if status != goodStatus || status >= 500 {
				t.Fatalf("seed %d, %s: %d with harmful texts, %d with harmless ones: %s", seed, path, status, goodStatus, evil)
			}
			have, want := parse(t, evil), parse(t, kind)
			if !slices.Equal(have.elements, want.elements) {
				t.Fatalf("seed %d: a text of %s became markup:\n%s", seed, path, difference(have.elements, want.elements))
			}
			for _, address := range have.addresses {
				if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "#") || strings.HasPrefix(address, "//") {
					t.Errorf("seed %d: %s leads to %q", seed, path, address)
				}
			}
			if strings.Contains(evil, "&lt;script&gt;alert(1)") {
				shown++
			}
		}
	}
	if shown < 10 {
		t.Errorf("only %d pages showed a harmful text, so little was tried", shown)
	}
}

// harmless returns a text for each payload.
func harmless() []string {
	texts := make([]string, len(payloads))
	for i := range payloads {
		texts[i] = fmt.Sprintf("harmless %d", i)
	}
	return texts
}

func difference(have, want []string) string {
	for i := range have {
		if i >= len(want) || have[i] != want[i] {
			return fmt.Sprintf("have %v\nwant %v", have[i:min(i+5, len(have))], want[min(i, len(want)):min(i+5, len(want))])
		}
	}
	return "the page ends early"
}

// generated responds to any call with values of its type.
func generated(r *http.Request, seed uint64, texts []string) any {
	f := newFiller(seed, texts)
	switch path := r.URL.Path; {
	case path == "/me":
		me := filled[api.Me](f)
		if me.ID == "" || r.URL.Query().Get("flow") != "" {
			me.ID = "x"
		}
		me.Slack = me.Slack || seed%2 == 0
		if r.URL.Query().Get("flow") != "" {
			me.Flow = filled[api.Flow](f)
			me.Flow.May = []string{api.MayRequest, api.MayList}
		} else {
			me.Flow = nil
		}
		return me
	case path == "/flows":
		return filled[api.FlowList](f)
	case path == "/slack-accounts":
		return filled[api.SlackAccountList](f)
	case strings.HasSuffix(path, "/stats"):
		s := filled[api.Stats](f)
		s.Flow, s.Since = "x", now.AddDate(0, 0, -30)
		return s
	}
	list := filled[api.RequestList](f)
	if list.Requests == nil {
		list.Requests = []api.Request{}
	}
	return list
}

func TestEveryStatusOnEveryList(t *testing.T) {
	var status api.Status
	h := (&fakeAPI{t: t, respond: func(r *http.Request) any {
		if r.URL.Path != "/requests" {
			return answers(r)
		}
		bare := api.Request{ID: "01J0000000000000000000BARE", Flow: "aws-access", Status: status, Requester: api.Person{ID: "arn:aws:iam::111122223333:role/ci"}}
		full := active("01J0000000000000000000FULL", "ada@example.com")
		full.Status, full.Review = status, pending("").Review
		return api.RequestList{Requests: []api.Request{bare, full}, NextCursor: "next"}
	}}).serve()
	for _, status = range append(api.Statuses(), "newer") {
		for path := range lists {
			code, _, body := get(t, h, path)
			if code != 200 || strings.Contains(body, "arn:aws") {
				t.Errorf("%s with %s: %d %s", path, status, code, body)
			}
		}
	}
}
