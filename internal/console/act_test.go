package console_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

const waitAt = "/console/requests/WAIT"

// TestActions presses each button of the pages that have it.
func TestActions(t *testing.T) {
	for name, tc := range map[string]struct {
		page, action string
		typed        url.Values
		body         string
	}{
		"approve":             {waitAt, "approve", url.Values{"reason": {" Fine.\r\nGo "}}, `{"reason":"Fine.\nGo"}`},
		"approve for shorter": {waitAt, "approve", url.Values{"duration": {"900"}}, `{"duration_seconds":900}`},
		"deny":                {waitAt, "deny", url.Values{"reason": {"No."}, "duration": {"900"}}, `{"reason":"No."}`},
		"revoke":              {"/console/requests/LIVE", "revoke", nil, `{}`},
		"override":            {waitAt, "deny", url.Values{"reason": {"No."}, "override": {"true"}}, `{"reason":"No.","override":true}`},
		"withdraw":            {waitAt, "withdraw", url.Values{"reason": {"Wrong one."}}, `{"reason":"Wrong one."}`},
		"cancel":              {"/console/requests/MINE", "cancel", url.Values{"reason": {"Found it."}}, `{"reason":"Found it."}`},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPosting(t)
			reads := p.respond
			p.respond = func(r *http.Request) any {
				if v, is := reads(r).(api.Request); is && strings.HasPrefix(r.URL.Path, "/requests/MINE") {
					v.You.Cancel.May = true
					return v
				} else if is {
					if tc.action == "withdraw" {
						v.You.Withdraw = &api.Allowed{May: true, Why: "You have approved this request, and more approvals are required."}
					}
					return v
				}
				return requestAnswers(r)
			}
			_, _, body := get(t, p.handler, tc.page)
			at := tc.page + "/" + tc.action
			form := at
			if tc.action == "deny" {
				form = tc.page + "/approve" // its second button
				if !strings.Contains(body, `formaction="`+at+`"`) {
					t.Errorf("the page has no button for %s", at)
				}
			}
			in := formOn(t, body, form)
			key := in.Get("key")
			for name, values := range tc.typed {
				in[name] = values
			}
			res, body := post(t, p.handler, at, ada, in)
			if to := res.Header.Get("Location"); res.StatusCode != 303 || to != tc.page+"?done="+tc.action {
				t.Fatalf("%d to %q: %s", res.StatusCode, to, body)
			}
			call, sent := p.last()
			if call.URL.Path != strings.TrimPrefix(at, "/console") || call.Header.Get("If-Match") != `"`+seen+`"` || call.Header.Get("Idempotency-Key") != key || key == "" || call.Header.Get("Fasttrack-Channel") != "web" {
				t.Errorf("%s with %v", call.URL, call.Header)
			}
			if sent != tc.body {
				t.Errorf("sent %s, want %s", sent, tc.body)
			}
		})
	}
}

// A duration that is none never becomes the requested one, which is longer than any
// choice.
func TestApproveForNoDuration(t *testing.T) {
	for _, typed := range []string{"x", "0", "-1", "9e2", "900.5", " 900"} {
		p := newPosting(t)
		res, body := post(t, p.handler, waitAt+"/approve", ada, url.Values{"key": {"KEY1"}, "seen": {seen}, "duration": {typed}})
		if res.StatusCode != 400 || len(p.sent) > 0 || !strings.Contains(body, "Choose how long access lasts.") {
			t.Errorf("%q: %d after %d calls: %s", typed, res.StatusCode, len(p.sent), body)
		}
	}
}

func TestStoredAction(t *testing.T) {
	p := newPosting(t)
	upstream := p.respond
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := upstream(r)
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
		}
		_ = json.NewEncoder(w).Encode(v)
	}))
	t.Cleanup(server.Close)
	h := p.serve(func(o *console.Options) { o.API = server.URL })
	res, _ := post(t, h, waitAt+"/approve", ada, url.Values{"key": {"k"}})
	if to := res.Header.Get("Location"); to != waitAt+"?done=stored" {
		t.Errorf("to %q", to)
	}
	if _, _, body := get(t, h, waitAt+"?done=stored"); !strings.Contains(body, "It is stored, and takes effect shortly.") {
		t.Error(body)
	}
}

// TestActionRefused has each status of the API at each action: nothing is done, what was
// typed stays, and the key stays where nobody knows whether it was done.
func TestActionRefused(t *testing.T) {
	for _, action := range []string{"approve", "deny"} {
		for status, want := range map[int]string{
			400: "Nothing was done", 403: "That is not yours to do", 409: "Somebody was first", 412: "The request has changed since you opened this page", 415: "That did not work",
			422: "Nothing was done this time", 429: "Too many actions at once", 500: "Nobody knows whether this was done", 502: "Nobody knows whether this was done", 503: "Nobody knows whether this was done",
		} {
			p := newPosting(t)
			p.refuse = problem(status)
			in := url.Values{"key": {"KEY1"}, "seen": {strings.Repeat("1a", 32)}, "reason": {"I <i>looked</i>."}, "duration": {"900"}, "shorter": {"900,1800"}, "about": {"Production read-only, for Linus"}}
			res, body := post(t, p.handler, waitAt+"/"+action, ada, in)
			if calls := p.made(); res.StatusCode != status || !strings.Contains(body, want) || len(calls) > 3 {
				t.Errorf("%s, %d: %d after %v: %s", action, status, res.StatusCode, calls, body)
			}
			at := waitAt + "/approve" // whose form has both buttons
			if status >= 500 {
				at = waitAt + "/" + action
			}
			again := formOn(t, body, at)
			if again.Get("reason") != "I <i>looked</i>." || again.Get("duration") != "900" {
				t.Errorf("%s, %d: the form has %v", action, status, again)
			}
			if kept := again.Get("key") == "KEY1"; kept != (status >= 500) {
				t.Errorf("%s, %d: the key is %q", action, status, again.Get("key"))
			}
			if strings.Contains(body, "data-poll=") {
				t.Errorf("%s, %d: a page that refreshes would lose what was typed", action, status)
			}
		}
	}
}

// TestStaleAction says what has happened since the page was opened.
func TestStaleAction(t *testing.T) {
	p := newPosting(t)
	p.refuse = problem(412)
	_, body := post(t, p.handler, waitAt+"/approve", ada, url.Values{"key": {"k"}, "seen": {strings.Repeat("1a", 32)}, "reason": {"Fine."}})
	if !strings.Contains(body, "Since then:") || !strings.Contains(body, "<li>Code left it to people. Notified: the group sre.</li>") || strings.Contains(body, "<li>linus@example.com made") {
		t.Error(body)
	}
	if again := formOn(t, body, waitAt+"/approve"); again.Get("seen") != seen || again.Get("reason") != "Fine." {
		t.Errorf("the form has %v", again)
	}
	if _, body = post(t, p.handler, waitAt+"/approve", ada, url.Values{"seen": {"nonsense"}}); strings.Contains(body, "Since then:") {
		t.Error("the page says what happened since something unknown")
	}
}

// TestLateAction keeps what was typed although its form has disappeared.
func TestLateAction(t *testing.T) {
	p := newPosting(t)
	p.refuse = problem(409)
	_, body := post(t, p.handler, "/console/requests/DECIDED/deny", ada, url.Values{"key": {"k"}, "reason": {"I was going to say no."}})
	if !strings.Contains(body, "Somebody was first") || !strings.Contains(body, "Decided by code") || !strings.Contains(body, "You had typed:") || !strings.Contains(body, "I was going to say no.") {
		t.Error(body)
	}
}

func TestActionOnWhatIsHidden(t *testing.T) {
	p := newPosting(t)
	p.refuse = problem(404)
	if res, body := post(t, p.handler, waitAt+"/approve", ada, url.Values{}); res.StatusCode != 404 || !strings.Contains(body, "Not here") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	p.refuse = nil
	for _, act := range []string{"escalate", "explain", "verify", "APPROVE", ".."} {
		if res, _ := post(t, p.handler, waitAt+"/"+act, ada, url.Values{}); res.StatusCode < 300 {
			t.Errorf("%s: %d", act, res.StatusCode)
		}
	}
	if len(p.sent) > 1 {
		t.Errorf("%d were sent", len(p.sent))
	}
}

// TestSessionThatEndsDuringAnAction keeps the reason, and the button works after.
func TestSessionThatEndsDuringAnAction(t *testing.T) {
	p := newPosting(t)
	for name, who := range map[string]string{"the cookie is gone": "", "the API says so": ada} {
		p.refuse, p.lost = problem(401), func(string) bool { return true }
		in := url.Values{"key": {"KEY1"}, "seen": {seen}, "reason": {"I <i>looked</i>."}, "duration": {"900"}, "shorter": {"900"}, "about": {"Production <read-only>, for Linus"}}
		res, body := post(t, p.handler, waitAt+"/approve", who, in)
		if res.StatusCode != 401 || !strings.Contains(body, "Your session has ended") || !strings.Contains(body, `target="_blank" rel="noopener"`) || !strings.Contains(body, "Production &lt;read-only&gt;, for Linus") || !strings.Contains(body, "Access for 15 min only.") {
			t.Fatalf("%s: %d %s", name, res.StatusCode, body)
		}
		p.refuse, p.lost = nil, nil
		if res, body = post(t, p.handler, waitAt+"/approve", ada, formOn(t, body, waitAt+"/approve")); res.StatusCode != 303 {
			t.Fatalf("%s: %d %s", name, res.StatusCode, body)
		}
		call, sent := p.last()
		if call.Header.Get("Idempotency-Key") != "KEY1" || call.Header.Get("If-Match") != `"`+seen+`"` || sent != `{"reason":"I \u003ci\u003elooked\u003c/i\u003e.","duration_seconds":900}` {
			t.Errorf("%s: %v %s", name, call.Header, sent)
		}
	}
}

// TestSlowAction says that nobody knows, and keeps the form with its key.
func TestSlowAction(t *testing.T) {
	slow := make(chan struct{})
	p := newPosting(t)
	p.respond = func(*http.Request) any { <-slow; return nil }
	h := p.serve(func(o *console.Options) { o.HTTPClient = &http.Client{Timeout: 20 * time.Millisecond} })
	t.Cleanup(func() { close(slow) }) // before the server closes
	res, body := post(t, h, waitAt+"/approve", ada, url.Values{"key": {"KEY1"}, "reason": {"Fine."}})
	if again := formOn(t, body, waitAt+"/approve"); res.StatusCode != 504 || again.Get("key") != "KEY1" || again.Get("reason") != "Fine." {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	in := filledForm()
	res, body = post(t, h, formAt, ada, in)
	if again := formOn(t, body, formAt); res.StatusCode != 504 || again.Get("key") != "KEY1" || again.Get("f.target") != "crm" || strings.Contains(body, secret) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestAddressOfAnActionOpened(t *testing.T) {
	status, header, _ := get(t, newPosting(t).handler, waitAt+"/approve")
	if status != 303 || header.Get("Location") != waitAt {
		t.Errorf("%d to %q", status, header.Get("Location"))
	}
}

func TestActionFromAnotherSite(t *testing.T) {
	p := newPosting(t)
	r := httptest.NewRequest("POST", "http://console.example.com"+waitAt+"/approve", strings.NewReader("key=k"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example.com")
	r.AddCookie(&http.Cookie{Name: "who", Value: ada})
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if w.Code != 403 || len(p.made()) > 0 {
		t.Errorf("%d", w.Code)
	}
}

// TestTooMany says when the form or the action may be sent again.
func TestTooMany(t *testing.T) {
	p := newPosting(t)
	refused := problem(429)
	refused.RetryAfter = 90 * time.Second
	p.refuse = refused
	for at, in := range map[string]url.Values{waitAt + "/approve": {"key": {"k"}}, formAt: filledForm()} {
		if _, body := post(t, p.handler, at, ada, in); !strings.Contains(body, "Try again in 1 min 30 s.") {
			t.Errorf("%s: %s", at, body)
		}
	}
}
