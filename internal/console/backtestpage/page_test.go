package backtestpage_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/backtestpage"
)

// door lets everybody in as one person.
type door struct{}

func (door) Signer(_ http.ResponseWriter, r *http.Request) (api.Signer, error) {
	if r.Header.Get("Cookie") == "" {
		return nil, nil
	}
	return api.Bearer("root@example.com"), nil
}
func (door) Mount(*http.ServeMux, *console.Console) {}
func (door) SignIn(*http.Request) string            { return "" }
func (door) SignOut() string                        { return "" }

// runs is a backtest that a test lets go on.
type runs struct {
	begun chan backtestpage.Wanted
	end   chan error
}

func (r runs) run(ctx context.Context, w backtestpage.Wanted, p backtest.Progress) (backtest.Report, error) {
	p.Start("calling the hooks", 0, 40)
	p.At(7)
	r.begun <- w
	select {
	case <-ctx.Done():
		return backtest.Report{}, backtest.Stopped{Done: 7, All: 40, Err: ctx.Err()}
	case err := <-r.end:
		return backtest.Compare([]backtest.Case{flipped("01JD0000000000000000000000")}), err
	}
}

// site is a console with the page.
func site(t *testing.T, flows func() ([]string, error)) (http.Handler, runs) {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"flows":[],"runs":[],"id":"root@example.com","groups":[],"counts":{}}`)
	}))
	t.Cleanup(upstream.Close)
	r := runs{make(chan backtestpage.Wanted, 1), make(chan error, 1)}
	page := backtestpage.New(backtestpage.Options{
		Flows: flows, Run: r.run, Context: t.Context(), Source: "the table", Hooks: "the hooks", Rights: "yours", Needs: "It needs rights.",
		Now: func() time.Time { return at },
	})
	c, err := console.New(console.Options{API: upstream.URL, Sessions: door{}, Extras: []console.Extra{page}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Handler(), r
}

func twoFlows() ([]string, error) { return []string{"low-risk", "aws-access"}, nil }

// visit sends a request, and returns the page.
func visit(t *testing.T, h http.Handler, method, path string, form url.Values, header ...string) (status int, location, body string) {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:1"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "a=b")
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// await reads the page of a backtest until it has ended.
func await(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	for {
		if _, _, body := visit(t, h, "GET", path, nil); !strings.Contains(body, "<h2>Running</h2>") {
			return body
		}
		select {
		case <-t.Context().Done():
			t.Fatal("it does not end")
		case <-time.After(time.Millisecond):
		}
	}
}

func contains(t *testing.T, body string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
}

// A backtest begins by a form, shows how far it is, and ends with the flips, which link
// to their requests.
func TestPage(t *testing.T) {
	h, r := site(t, twoFlows)
	status, _, body := visit(t, h, "GET", "/console/backtest", nil)
	contains(t, body, `value="low-risk"`, `value="aws-access"`, "the hooks", "the table, at most 2000", ">Backtest</span>")
	if status != 200 {
		t.Errorf("the form: %d", status)
	}
	form := url.Values{"days": {"7"}, "flow": {"low-risk"}, "guards": {"yes"}}
	status, path, _ := visit(t, h, "POST", "/console/backtest", form)
	if status != 303 || !strings.HasPrefix(path, "/console/backtest/") {
		t.Fatalf("started: %d to %q", status, path)
	}
	w := <-r.begun
	if !w.Guards || len(w.Flows) != 1 || w.Flows[0] != "low-risk" || !w.Period.From.Equal(at.AddDate(0, 0, -7)) || !w.Period.To.IsZero() {
		t.Errorf("it runs %+v", w)
	}
	_, _, body = visit(t, h, "GET", path, nil)
	contains(t, body, "calling the hooks: 7 of 40", `<progress max="40" value="7"`, `<noscript><meta http-equiv="refresh" content="2"></noscript>`, `action="`+path+`/stop"`)
	// Pressing twice runs one.
	if _, again, _ := visit(t, h, "POST", "/console/backtest", form); again != path {
		t.Errorf("a second one runs at %q", again)
	}
	r.end <- nil
	body = await(t, h, path)
	contains(t, body, "People denied, and the hooks would approve: 1", `href="/console/requests/01JD0000000000000000000000"`, "&lt;script&gt;alert", "no ticket", "version 7")
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "http-equiv") {
		t.Error("the page runs what a requester wrote, or still refreshes itself")
	}
	_, _, body = visit(t, h, "GET", "/console/backtest", nil)
	contains(t, body, `href="`+path+`"`, "done, started")
}

// A backtest that is stopped ends, and another may begin.
func TestPage_Stop(t *testing.T) {
	h, r := site(t, twoFlows)
	_, path, _ := visit(t, h, "POST", "/console/backtest", url.Values{"days": {"30"}})
	<-r.begun
	if status, _, _ := visit(t, h, "POST", path+"/stop", nil, "Sec-Fetch-Site: cross-site"); status != 403 {
		t.Errorf("another site stops it: %d", status)
	}
	if status, _, _ := visit(t, h, "GET", path+"/stop", nil); status != 404 {
		t.Errorf("a GET stops it: %d", status)
	}
	if status, to, _ := visit(t, h, "POST", path+"/stop", nil); status != 303 || to != path {
		t.Errorf("stopped: %d to %q", status, to)
	}
	contains(t, await(t, h, path), "You stopped this backtest after 7 of 40 requests.")
	if _, next, _ := visit(t, h, "POST", "/console/backtest", url.Values{"days": {"30"}}); next == path {
		t.Error("no other begins")
	}
	<-r.begun
}

// What is wrong is said, with what to do.
func TestPage_Failures(t *testing.T) {
	h, r := site(t, twoFlows)
	for name, form := range map[string]url.Values{
		"no period": {}, "another period": {"days": {"100000"}}, "no number": {"days": {"x"}}, "an unknown flow": {"days": {"7"}, "flow": {"other"}},
	} {
		if status, _, body := visit(t, h, "POST", "/console/backtest", form); status != 422 || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d", name, status)
		}
	}
	for path, want := range map[string]int{"/console/backtest/nothing": 404, "/console/backtest/nothing/stop": 404} {
		if status, _, _ := visit(t, h, "POST", path, nil); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	if status, _, _ := visit(t, h, "POST", "/console/backtest", url.Values{"days": {"7"}}, "Cookie: "); status != 401 {
		t.Errorf("nobody is signed in, and it starts: %d", status)
	}
	_, path, _ := visit(t, h, "POST", "/console/backtest", url.Values{"days": {"7"}})
	<-r.begun
	r.end <- errors.New("read the table: AccessDeniedException")
	contains(t, await(t, h, path), "AccessDeniedException", "It needs rights.")

	lacking, _ := site(t, func() ([]string, error) { return nil, errors.New("no table: give --table NAME") })
	_, _, body := visit(t, lacking, "GET", "/console/backtest", nil)
	contains(t, body, "no table: give --table NAME")
	if strings.Contains(body, `action="/console/backtest"`) {
		t.Error("a form that can't work is shown")
	}
	if status, _, _ := visit(t, lacking, "POST", "/console/backtest", url.Values{"days": {"7"}}); status != 422 {
		t.Errorf("without what it needs: %d", status)
	}
}
