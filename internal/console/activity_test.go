package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// asked returns the query of a call of the API that a page made.
func asked(t *testing.T, calls []string, path string) map[string]string {
	t.Helper()
	for _, call := range calls {
		u, err := url.Parse(strings.SplitN(call, " ", 2)[1])
		if err != nil {
			t.Fatal(err)
		}
		if u.Path == path {
			q := map[string]string{}
			for name := range u.Query() {
				q[name] = u.Query().Get(name)
			}
			return q
		}
	}
	t.Fatalf("no call of %s in %v", path, calls)
	return nil
}

func TestFiltersReachTheAPI(t *testing.T) {
	f := &fakeAPI{t: t, respond: answers}
	h := f.serve()
	for in, want := range map[string]map[string]string{
		"":                      {"view": "all"},
		"view=mine&status=":     {"view": "mine"},
		"flow=aws-access":       {"view": "all", "flow": "aws-access"},
		"requester=+ada+":       {"view": "all", "requester": "ada"},
		"decided_by=code":       {"view": "all", "decided_by": "code"},
		"q=checkout":            {"view": "all", "q": "checkout", "flow": "aws-access"}, // her only flow
		"status=denied&x=1":     {"view": "all", "status": "denied"},
		"from=2026-11-01":       {"view": "all", "from": "2026-11-01T00:00:00Z"},
		"to=2026-11-28":         {"view": "all", "to": "2026-11-29T00:00:00Z"}, // the day itself is in
		"view=flow&flow=a%26b":  {"view": "flow", "flow": "a&b"},
		"cursor=abc&view=inbox": {"view": "inbox", "cursor": "abc"},
	} {
		if status, _, body := get(t, h, "/console/activity?"+in); status != 200 {
			t.Errorf("%q: %d %s", in, status, body)
		}
		page := asked(t, f.made(), "/requests")
		if page["limit"] != "20" {
			t.Errorf("%q: the page has %s", in, page["limit"])
		}
		delete(page, "limit")
		if diff := cmp.Diff(want, page); diff != "" {
			t.Errorf("%q: -want +got:\n%s", in, diff)
		}
		status, header, body := get(t, h, "/console/activity.csv?"+in)
		calls := f.made()
		if status != 200 || header.Get("Content-Type") != "text/csv; charset=utf-8" || body != "id,flow\r\n01J,aws-access\r\n" ||
			header.Get("Content-Disposition") != `attachment; filename="fasttrack-activity-2026-11-28.csv"` || len(calls) != 1 {
			t.Errorf("%q: %d %v %q after %v", in, status, header, body, calls)
		}
		if strings.HasPrefix(in, "q=") {
			delete(want, "flow") // the page's link has it; the file takes what it gets
		}
		if diff := cmp.Diff(want, asked(t, calls, "/activity.csv")); diff != "" {
			t.Errorf("the file of %q: -want +got:\n%s", in, diff)
		}
	}
}

func TestActivityKeepsWhatWasChosen(t *testing.T) {
	h := (&fakeAPI{t: t, respond: func(r *http.Request) any {
		if r.URL.Path != "/requests" {
			return answers(r)
		}
		return api.RequestList{Requests: []api.Request{}, NextCursor: "next/+", Looked: &api.Looked{Requests: 500, BackTo: time.Date(2026, 11, 3, 14, 2, 0, 0, time.UTC)}, Missing: "Older requests are not indexed yet."}
	}}).serve()
	_, _, body := get(t, h, "/console/activity?view=reviewed&status=denied&q=%22x&flow=aws-access&decided_by=grace%40example.com&cursor=c")
	for _, want := range []string{
		`<option value="reviewed" selected>`, `<option value="denied" selected>`, `<option value="aws-access" selected>`, `value="&#34;x"`, `value="grace@example.com"`,
		`<details class="more" open>`, "Older requests may fit.", "Looked at 500 requests, back to", "3 Nov 2026, 14:02 UTC", "Older requests are not indexed yet.",
		`href="/console/activity?cursor=next%2F%2B&amp;decided_by=grace%40example.com&amp;flow=aws-access&amp;q=%22x&amp;status=denied&amp;view=reviewed"`,
		`href="/console/activity?decided_by=grace%40example.com&amp;flow=aws-access&amp;q=%22x&amp;status=denied&amp;view=reviewed">Newest`,
		`href="/console/activity.csv?decided_by=grace%40example.com`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, "Look further back") || strings.Contains(body, `id="results" data-poll`) {
		t.Error("a search that goes on has links to what is older, and does not refresh itself")
	}
}

func TestSearchThatEndedGoesOnBefore(t *testing.T) {
	h := (&fakeAPI{t: t, respond: func(r *http.Request) any {
		if r.URL.Path != "/requests" {
			return answers(r)
		}
		return api.RequestList{Requests: []api.Request{}, Looked: &api.Looked{Requests: 12, BackTo: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}
	}}).serve()
	_, _, body := get(t, h, "/console/activity?flow=aws-access&q=x")
	if !strings.Contains(body, `href="/console/activity?flow=aws-access&amp;q=x&amp;to=2026-10-31">Look further back`) {
		t.Error(body)
	}
	if _, _, body := get(t, h, "/console/activity?flow=aws-access&q=x&from=2026-11-01"); strings.Contains(body, "Look further back") {
		t.Error("nothing before the period is wanted")
	}
}

func TestRefusedFilters(t *testing.T) {
	f := &fakeAPI{t: t, respond: func(r *http.Request) any {
		if r.URL.Path == "/requests" || r.URL.Path == "/activity.csv" {
			return &api.Problem{Status: 400, Detail: "Invalid.", Errors: []api.FieldError{{Field: "q", Detail: "needs flow"}}}
		}
		return answers(r)
	}}
	h := f.serve()
	status, _, body := get(t, h, "/console/activity?q=kept&from=2026-11-01")
	if status != 400 || !strings.Contains(body, "q: needs flow") || !strings.Contains(body, `value="kept"`) || !strings.Contains(body, `value="2026-11-01"`) {
		t.Errorf("%d %s", status, body)
	}
	f.made()
	status, _, body = get(t, h, "/console/activity?from=yesterday")
	if status != 400 || !strings.Contains(body, "From must be a day such as 2026-11-28.") || len(f.made()) != 1 {
		t.Errorf("%d %s", status, body)
	}
	for _, query := range []string{"q=x", "to=tomorrow"} {
		if status, header, body := get(t, h, "/console/activity.csv?"+query); status != 400 || !strings.Contains(header.Get("Content-Type"), "text/html") {
			t.Errorf("%d %v %s", status, header, body)
		}
	}
}

// A poll of a page is the page: the script takes the marked parts out of it.
func TestPollIsThePage(t *testing.T) {
	h := (&fakeAPI{t: t, respond: answers}).serve()
	for path, part := range map[string]string{"/console/": `id="inbox" data-poll`, "/console/inbox": `id="inbox"`, "/console/access": `id="live" data-poll`, "/console/activity": `id="results" data-poll`} {
		r := httptest.NewRequest("GET", "http://console.example.com"+path, nil)
		r.AddCookie(&http.Cookie{Name: "who", Value: "ada@example.com"})
		r.Header.Set("Fasttrack-Poll", "1")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Body.String(), part) || !strings.Contains(w.Body.String(), `data-news="3 requests wait for you."`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
