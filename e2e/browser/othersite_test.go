package browser

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// otherSite serves a page of another origin, and returns its address.
func otherSite(t *testing.T, page string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>evil</title>"+page)
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "evil.example.com", 1)
}

// A page of another origin can't act for the person who uses the browser: its form is
// refused, it may not frame a page of the console, and it reads nothing.
func TestOtherSites(t *testing.T) {
	c := &canned{responses: everyday()}
	own := serve(t, c)
	act := own + "/console/requests/" + requestID(1) + "/approve"
	b := newTab(t)

	for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"} {
		b.expect("403")
		b.open(otherSite(t, `<form method="post" enctype="`+kind+`" action="`+html.EscapeString(act)+`"><input name="reason" value="x"><button>Win</button></form>`))
		b.run(chromedp.Click("button", chromedp.ByQuery))
		b.until("the form is refused", `location.href === `+fmt.Sprintf("%q", act))
	}
	if made := c.made(); len(made) > 0 {
		t.Errorf("a form of another origin made the calls %v", made)
	}

	b.expect("Refused to frame", "frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "net::ERR", "Access-Control", "CORS", "blocked")
	b.open(otherSite(t, `<iframe src="`+own+`/console/"></iframe>`))
	b.until("the frame is empty", `(() => { const f = document.querySelector("iframe"); try { return f.contentDocument === null; } catch { return true; } })()`)
	if framed := b.js(`(() => { try { return document.querySelector("iframe").contentWindow.location.href; } catch (e) { return e.name; } })()`); framed != "SecurityError" {
		t.Errorf("the frame shows %s", framed)
	}
	for _, script := range []string{
		`fetch(` + quote(own+"/console/") + `, {credentials: "include"}).then(r => r.text()).then(() => "read", () => "refused")`,
		`fetch(` + quote(act) + `, {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({reason: "x"})}).then(() => "sent", () => "refused")`,
	} {
		b.open(otherSite(t, `<body><script>`+script+`.then(t => document.title = t)</script>`))
		b.until("the script ends", `document.title !== "evil"`)
		if got := b.js(`document.title`); got == "read" {
			t.Errorf("%s reads a page of the console", script)
		}
	}
	if made := c.made(); len(made) > 0 {
		t.Errorf("a script of another origin made the calls %v", made)
	}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// What people write is text, in a browser too.
func TestTextOfPeopleIsText(t *testing.T) {
	const payload = `"><img src=x onerror="document.title='run'"><script>document.title='run'</script>{{7*7}}`
	responses := everyday()
	r := pending(1)
	r.Reason, r.Title, r.FieldsShown[0].Shown, r.Requester.Name = payload, payload, payload, payload
	r.Review.Checks[0].Name, r.Review.Checks[0].Detail = payload, payload
	r.History[0].Reason = payload
	responses["GET /requests/"+requestID(1)] = r
	b := newTab(t)
	b.open(serve(t, &canned{responses: responses}) + "/console/requests/" + requestID(1))
	if title := b.js(`document.title`); title == "run" || !strings.Contains(title, "<img") {
		t.Errorf("the title is %q", title)
	}
	if n := b.js(`document.querySelectorAll("img, main script").length`); n != "0" {
		t.Errorf("%s elements come from the text", n)
	}
	if text := b.js(`document.querySelector("main").innerText`); !strings.Contains(text, payload) {
		t.Errorf("the text is not shown as it is: %s", text)
	}
}
