package browser

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// shown is a page in a state.
type shown struct {
	name, path string
	// responses are those in which the state differs from [everyday].
	responses map[string]any
	// then is a script that leads on to the page, by a form; "" for none.
	then string
	// complaints are what the browser rightly says, such as of a 404.
	complaints []string
}

// everyday is what the API responds in most states.
func everyday() map[string]any {
	return map[string]any{
		"GET /me":                     me(),
		"GET /flows":                  api.FlowList{Flows: flows},
		"GET /flows/aws-access/stats": stats(),
		"GET /flows/deploy/stats":     stats(),
		"GET /flows/customer-data/fields/customer/options": api.OptionList{Options: []api.Option{
			{Value: "C-1001", Label: "Acme Logistics (C-1001)"}, {Value: "C-1002", Label: "Borealis Bank (C-1002)"}, {Value: "C-1003", Label: "Contoso Health (C-1003)"},
		}},
		"GET /requests":                 api.RequestList{Requests: []api.Request{}},
		"GET /requests?view=inbox":      api.RequestList{Requests: []api.Request{pending(1), threshold(2)}},
		"GET /requests?view=mine":       api.RequestList{Requests: []api.Request{own(3), active(4, true), denied(5)}, NextCursor: "more"},
		"GET /requests?view=live":       api.RequestList{Requests: []api.Request{active(4, true), active(6, false), stuck(7)}},
		"GET /requests?view=all":        api.RequestList{Requests: []api.Request{pending(1), threshold(2), own(3), active(4, true), denied(5), ended(8)}, NextCursor: "more"},
		"GET /requests?view=flow":       api.RequestList{Requests: []api.Request{pending(1), active(4, true), denied(5), ended(8)}},
		"GET /requests/" + requestID(1): pending(1),
	}
}

// pages are all pages, in the states that look different.
var pages = []shown{
	{name: "home", path: "/"},
	{name: "home-empty", path: "/", responses: empty()},
	{name: "inbox", path: "/inbox"},
	{name: "inbox-empty", path: "/inbox", responses: empty()},
	{name: "live", path: "/access"},
	{name: "live-empty", path: "/access", responses: empty()},
	{name: "activity", path: "/activity"},
	{name: "activity-empty", path: "/activity?flow=aws-access&q=lag&from=2026-11-01", responses: empty()},
	{name: "flows", path: "/flows"},
	{name: "flow", path: "/flows/aws-access"},
	{name: "flow-on-trial", path: "/flows/deploy"},
	{name: "request-decide", path: "/requests/" + requestID(1)},
	{name: "request-checking", path: "/requests/" + requestID(1), responses: one(checking(1))},
	{name: "request-threshold", path: "/requests/" + requestID(1), responses: one(threshold(1))},
	{name: "request-own", path: "/requests/" + requestID(1) + "?done=ask", responses: one(own(1))},
	{name: "request-for-another", path: "/requests/" + requestID(1), responses: one(forAda(1))},
	{name: "request-starts-later", path: "/requests/" + requestID(1), responses: one(startsLater(1))},
	{name: "request-denied", path: "/requests/" + requestID(1), responses: one(denied(1))},
	{name: "request-live", path: "/requests/" + requestID(1), responses: one(active(1, true))},
	{name: "request-stuck", path: "/requests/" + requestID(1), responses: one(stuck(1))},
	{name: "request-ended", path: "/requests/" + requestID(1), responses: one(ended(1))},
	{name: "request-looked-at", path: "/requests/" + requestID(1), responses: one(lookedAt(1))},
	{name: "request-revoked-by-a-look", path: "/requests/" + requestID(1), responses: one(revokedByALook(1))},
	{name: "request-extend-refused", path: "/requests/" + requestID(1), responses: refusedExtension(), then: extend, complaints: []string{"409"}},
	{name: "request-extension", path: "/requests/" + requestID(1), responses: one(extension(1))},
	{name: "request-glass-review", path: "/requests/" + requestID(1), responses: one(unreviewed(1))},
	{name: "request-confirmed", path: "/requests/" + requestID(1), responses: one(confirmedOnce(1))},
	{name: "request-may-confirm", path: "/requests/" + requestID(1), responses: one(endless(1, 40*24*time.Hour))},
	{name: "request-must-confirm", path: "/requests/" + requestID(1), responses: one(unconfirmed(1))},
	{name: "rules-proposed", path: "/requests/" + requestID(1), responses: one(proposedRules(1))},
	{name: "rules-applied", path: "/requests/" + requestID(1), responses: one(appliedRules(1))},
	{name: "rules-refused", path: "/requests/" + requestID(1), responses: one(refusedRules(1))},
	{name: "rules-stuck", path: "/requests/" + requestID(1), responses: one(stuckRules(1))},
	{name: "request-explained", path: "/requests/" + requestID(1) + "/explain", responses: one(threshold(1))},
	{name: "request-verified", path: "/requests/" + requestID(1) + "/verify", responses: one(ended(1))},
	{name: "request-broken", path: "/requests/" + requestID(1) + "/verify", responses: broken()},
	{name: "request-on-paper", path: "/requests/" + requestID(1) + "/verify?print", responses: one(ended(1))},
	{name: "new", path: "/new"},
	{name: "new-empty", path: "/new", responses: empty()},
	{name: "form", path: "/new/aws-access"},
	{name: "form-all-fields", path: "/new/customer-data?f.customer=C-1001&reason=The+invoice+was+charged+twice"},
	{name: "form-that-depends", path: "/new/software", responses: withSoftware()},
	{name: "form-with-all-shown", path: "/new/software?f.urgency=High&f.department=Finance&f.owner=ada@example.com", responses: withSoftware()},
	{name: "form-starts-later", path: "/new/db-maintenance?zone=Europe/Berlin", responses: startingLater()},
	{name: "form-for-others", path: "/new/laptop", responses: forOthers()},
	{name: "form-break-glass", path: "/new/prod-admin", responses: breakingGlass()},
	{name: "form-no-end", path: "/new/team", responses: withoutEnd()},
	{name: "inbox-unreviewed", path: "/inbox/unreviewed", responses: withUnreviewed()},
	{name: "home-unreviewed", path: "/", responses: withMyEmergency()},
	{name: "activity-unreviewed", path: "/activity", responses: withMyEmergency()},
	{name: "slack", path: "/slack", responses: withSlack(false, slackAccount(0, "grace@example.com", "Grace"), slackAccount(1, "grace@example.com", "grace.hopper.the.first.of.her.name"))},
	{name: "slack-empty", path: "/slack", responses: withSlack(false)},
	{name: "slack-everybody", path: "/slack?all=true&done=unlinked", responses: withSlack(true, slackAccount(2, "ada@example.com", "Ada"), slackAccount(0, "grace@example.com", "Grace"))},
	{name: "slack-link", path: "/slack", responses: withSlack(false), then: enterCode},
	{name: "slack-refused", path: "/slack", responses: refusedCode(), then: enterCode, complaints: []string{"404"}},
	{name: "not-found", path: "/nothing", complaints: []string{"404"}},
	{name: "refused", path: "/inbox", responses: problem("GET /requests", 403, "you may not do this"), complaints: []string{"403"}},
	{name: "too-many", path: "/inbox", responses: problem("GET /requests", 429, "too many requests; try again in 30 s"), complaints: []string{"429"}},
	{name: "failed", path: "/inbox", responses: problem("GET /requests", 500, "internal error"), complaints: []string{"500"}},
}

// one is an API that responds with this request, explains it, and finds its history in
// order.
func one(r api.Request) map[string]any {
	path := "GET /requests/" + requestID(1)
	v := api.Verification{ID: r.ID, OK: true, CheckedAt: now, Head: r.ETag, Entries: []api.VerifiedEntry{}}
	e := api.Explanation{ID: r.ID, Flow: r.Flow, Status: r.Status, Answer: "Margaret approved. It waits for somebody of the group sre.", Errors: []string{}, HooksVersions: []string{"17"}, FlowVersion: "5d0c7c9a1b2e"}
	for _, h := range r.History {
		v.Entries = append(v.Entries, api.VerifiedEntry{Seq: h.Seq, Event: h.Event, At: h.At, Hash: h.Hash, OK: true})
		e.Steps = append(e.Steps, api.ExplainedStep{At: h.At, AfterMS: h.At.Sub(r.CreatedAt).Milliseconds(), Event: h.Event, Actor: &h.Actor, Text: "In words: " + string(h.Event) + ".", Checks: h.Checks})
	}
	return map[string]any{path: r, path + "/verify": v, path + "/explain": e}
}

// broken is an API that finds a changed entry in a history.
func broken() map[string]any {
	all := one(ended(1))
	path := "GET /requests/" + requestID(1) + "/verify"
	v := all[path].(api.Verification)
	v.OK, v.Entries[1].OK, v.Entries[1].Problem = false, false, "the hash is not that of the entry"
	all[path] = v
	return all
}

// empty is what the API responds to somebody whom nothing concerns.
func empty() map[string]any {
	none := api.RequestList{Requests: []api.Request{}}
	return map[string]any{
		"GET /me": nobody(), "GET /flows": api.FlowList{Flows: []api.Flow{}}, "GET /requests": none,
		"GET /requests?view=inbox": none, "GET /requests?view=mine": none, "GET /requests?view=live": none, "GET /requests?view=all": none,
	}
}

// problem is an API that responds to lists with an error.
func problem(call string, status int, detail string) map[string]any {
	p := &api.Problem{Type: api.ProblemInternal, Status: status, Title: http.StatusText(status), Detail: detail, Instance: "0b6a3f3e-6d0e-4a51-9a0f-1f2f0a8f5a11"}
	all := map[string]any{}
	for _, view := range []string{"", "?view=inbox", "?view=mine", "?view=live", "?view=all"} {
		all[call+view] = p
	}
	return all
}

// url serves a page in its state, and returns its address.
func (p shown) url(t *testing.T) string {
	t.Helper()
	responses := everyday()
	maps.Copy(responses, p.responses)
	return serve(t, &canned{responses: responses}) + "/console" + p.path
}

// show opens a page in its state.
func (b *tab) show(p shown, url string) {
	b.t.Helper()
	b.open(url)
	if p.then != "" {
		b.run(chromedp.Evaluate("window.before = true; "+p.then, nil))
		b.until("the page that follows", `!window.before && document.readyState === "complete"`)
	}
}

// Every page, in every state that looks different, is right for everybody: by the rules
// of WCAG 2.2 AA, light and dark, on a desk and on a phone, at 400 % zoom, in the
// person's own colours, with reduced motion, and as a screen reader speaks it. Without
// FASTTRACK_BROWSER=full most pages are shown on two of the four screens.
func TestPages(t *testing.T) {
	needAxe(t)
	every := os.Getenv("FASTTRACK_BROWSER") == "full"
	for i, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			url := p.url(t)
			b := newTab(t)
			b.expect(p.complaints...)
			b.stopClock()
			screens := map[string]screen{"light, 1280": desk, "dark, 375": dusk}
			if every || i%4 == 0 {
				screens["dark, 1280"], screens["light, 375"] = night, phone
			}
			for name, s := range screens {
				b.hold(s)
				b.show(p, url)
				for _, v := range b.violations() {
					t.Errorf("%s: %s", name, v)
				}
				if wide := b.overflows(); wide != "" {
					t.Errorf("%s: too wide: %s", name, wide)
				}
				if small := b.small(); small != "" {
					t.Errorf("%s: too small to hit: %s", name, small)
				}
				switch name {
				case "light, 1280":
					b.compare(p.name+"-light-1280", s)
					b.compareOutline(p.name)
					for _, line := range unnamed(b.outline()) {
						t.Errorf("has no name: %s", line)
					}
				case "dark, 375":
					b.compare(p.name+"-dark-375", s)
				}
			}
			// 1,280 points at 400 % are 320.
			b.hold(screen{scheme: "light", width: 320, height: 256})
			b.show(p, url)
			if wide := b.overflows(); wide != "" {
				t.Errorf("at 400 %%: too wide: %s", wide)
			}
			b.hold(screen{scheme: "light", width: 1280, height: 800, features: map[string]string{"forced-colors": "active", "prefers-reduced-motion": "reduce"}})
			b.show(p, url)
			if blends := b.blends(); blends != "" {
				t.Errorf("in forced colours: no edge: %s", blends)
			}
			if moves := b.moves(); moves != "" {
				t.Errorf("with reduced motion: moves: %s", moves)
			}
		})
	}
}

// The pages that only a console on one's own machine has are as accessible.
func TestPagesOfThisMachine(t *testing.T) {
	needAxe(t)
	url := makeRun(t)
	b := newTab(t)
	b.run(network.SetCookie("fasttrack-who", "grace@example.com").WithURL(url).WithPath(console.Base))
	ask := mailed(t, url)
	// Its frame runs no script, not even that of axe-core: so the mail is also looked at alone.
	mail := alone(t, ask)
	for _, page := range []string{url + console.Base + "/who", url + console.Base + "/backtest", url + local.MailPath, url + local.MailPath + "/" + ask.ID, mail} {
		for _, s := range []screen{desk, night, phone, dusk, {scheme: "light", width: 320, height: 256}} {
			b.hold(s)
			b.open(page)
			if page == mail { // a mail has no landmarks: it is a part of another page
				for _, v := range b.violate(`[` + wcag + `]`) {
					t.Errorf("the mail: %s", v)
				}
			} else {
				b.accessible()
			}
			if wide := b.overflows(); wide != "" {
				t.Errorf("%s, %d wide: too wide: %s", page, s.width, wide)
			}
			if small := b.small(); small != "" {
				t.Errorf("%s, %d wide: too small to hit: %s", page, s.width, small)
			}
		}
	}
}

// mailed has Ada request what Grace decides, and returns the mail that Grace gets.
func mailed(t *testing.T, url string) ses.Mail {
	t.Helper()
	ada, err := api.New(url, api.Bearer("ada@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ada.Create(t.Context(), api.CreateInput{Flow: "aws-access", Fields: map[string]any{"target": "prod-admin"}, Reason: "Checkout fails."}); err != nil {
		t.Fatal(err)
	}
	return mailTo(t, url, "grace@example.com", "Waits for your decision")
}

// mailTo waits for a mail to somebody that says something.
func mailTo(t *testing.T, url, to, says string) ses.Mail {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+local.MailPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var sent struct{ Mails []ses.Mail }
		err = json.NewDecoder(res.Body).Decode(&sent)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sent.Mails {
			if slices.Contains(m.To, to) && strings.Contains(m.HTML, says) {
				return m
			}
		}
		if time.Now().After(end) {
			t.Fatalf("no mail to %s says %q among %d", to, says, len(sent.Mails))
		}
	}
}

// alone serves the HTML of a mail by itself, and returns its address.
func alone(t *testing.T, m ses.Mail) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, m.HTML) // to a browser that waits for it
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}
