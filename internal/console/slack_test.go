package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

const slackAt = "/console/slack"

// slackAccount is Ada's account in Slack.
func slackAccount(linked bool) api.SlackAccount {
	a := api.SlackAccount{
		ID: "T0123ABCD-U0456EFGH", Team: "T0123ABCD", User: "U0456EFGH", Workspace: "Acme", Name: "Ada L.", Email: "ada@slack.example.com",
		Person: api.Person{ID: ada, Email: ada, Name: "Ada"}, Linked: linked,
	}
	if linked {
		a.LinkedAt = now.Add(-time.Hour)
	}
	return a
}

// slackAPI is an API with codes: it links an account by ABCD-EFGH, once.
type slackAPI struct {
	*posting
	// me changes who is signed in, list the accounts.
	me   func(*api.Me)
	list func() any
}

func newSlackAPI(t testing.TB) *slackAPI {
	s := &slackAPI{posting: newPosting(t)}
	s.me, s.list = func(*api.Me) {}, func() any { return api.SlackAccountList{Accounts: []api.SlackAccount{}} }
	others := s.respond
	s.respond = func(r *http.Request) any {
		path := r.URL.Path
		switch {
		case path == "/me":
			me := answers(r).(api.Me)
			s.me(&me)
			return me
		case path == "/slack-accounts" && r.Method == http.MethodGet:
			return s.list()
		}
		v := others(r)
		switch {
		case s.refuse != nil || r.Method == http.MethodGet:
			return v
		case path == "/slack-accounts":
			_, body := s.last()
			return slackAccount(strings.Contains(body, `"confirm":true`))
		case strings.HasSuffix(path, "/unlink"):
			return slackAccount(false)
		}
		return v
	}
	return s
}

// A person enters the code, sees whose account it is, and links it. Until then nothing is
// linked, and no address has the code.
func TestSlackLink(t *testing.T) {
	s := newSlackAPI(t)
	_, _, page := get(t, s.handler, slackAt)
	if !strings.Contains(page, "No Slack account is linked to you") || !strings.Contains(page, `href="/console/slack"`) {
		t.Error(page)
	}
	in := formOn(t, page, slackAt)
	in.Set("code", " abcd-efgh ")
	s.made()
	res, page := post(t, s.handler, slackAt, ada, in)
	if calls := s.made(); res.StatusCode != 200 || len(calls) > 3 {
		t.Fatalf("%d after %v: %s", res.StatusCode, calls, page)
	}
	if _, body := s.last(); body != `{"code":"abcd-efgh"}` {
		t.Errorf("sent %s", body)
	}
	for _, fact := range []string{"Acme", "T0123ABCD", "Ada L.", "U0456EFGH", "ada@slack.example.com", ">Ada<", "inform an admin"} {
		if !strings.Contains(page, fact) {
			t.Errorf("the page does not say %q: %s", fact, page)
		}
	}
	res, _ = post(t, s.handler, slackAt+"/link", ada, formOn(t, page, slackAt+"/link"))
	if to := res.Header.Get("Location"); res.StatusCode != 303 || to != slackAt+"?done=linked" {
		t.Errorf("%d to %q", res.StatusCode, to)
	}
	if _, body := s.last(); body != `{"code":"abcd-efgh","confirm":true}` {
		t.Errorf("sent %s", body)
	}
	s.list = func() any { return api.SlackAccountList{Accounts: []api.SlackAccount{slackAccount(true)}} }
	if _, _, page = get(t, s.handler, slackAt+"?done=linked"); !strings.Contains(page, "is linked to you.") || !strings.Contains(page, "T0123ABCD-U0456EFGH") {
		t.Error(page)
	}
	if _, _, page = get(t, s.handler, slackAt+"?done=<script>"); strings.Contains(page, "script>") && strings.Contains(page, `class="note good"`) {
		t.Error(page)
	}
}

func TestSlackUnlink(t *testing.T) {
	for name, all := range map[string]string{"mine": "", "somebody else's": "?all=true"} {
		s := newSlackAPI(t)
		s.me = func(me *api.Me) { me.Admin = true }
		s.list = func() any { return api.SlackAccountList{Accounts: []api.SlackAccount{slackAccount(true)}, More: true} }
		_, _, page := get(t, s.handler, slackAt+all)
		if calls := s.made(); len(calls) != 2 || !strings.HasSuffix(calls[1], "/slack-accounts"+all) {
			t.Errorf("%s: %v", name, calls)
		}
		if !strings.Contains(page, "There are more than these 1") || strings.Contains(page, `name="code"`) != (all == "") {
			t.Errorf("%s: %s", name, page)
		}
		at := slackAt + "/T0123ABCD-U0456EFGH/unlink"
		res, _ := post(t, s.handler, at, ada, formOn(t, page, at))
		want := slackAt + "?done=unlinked"
		if all != "" {
			want = slackAt + "?all=true&done=unlinked"
		}
		if call, _ := s.last(); res.StatusCode != 303 || res.Header.Get("Location") != want || call.URL.Path != "/slack-accounts/T0123ABCD-U0456EFGH/unlink" {
			t.Errorf("%s: %d to %q by %s", name, res.StatusCode, res.Header.Get("Location"), call.URL)
		}
		s.refuse = problem(404)
		s.made()
		if res, page := post(t, s.handler, at, ada, url.Values{}); res.StatusCode != 404 || !strings.Contains(page, "Nothing was unlinked") || len(s.made()) > 3 {
			t.Errorf("%s, once more: %d %s", name, res.StatusCode, page)
		}
		s.refuse = problem(403)
		if res, body := post(t, s.handler, at, ada, url.Values{}); res.StatusCode != 403 || !strings.Contains(body, "The detail of") {
			t.Errorf("%s, refused: %d %s", name, res.StatusCode, body)
		}
	}
}

// Each refusal of a code, when it is entered and when it is confirmed: the page says why,
// links nothing and keeps what was typed.
func TestSlackCodeRefused(t *testing.T) {
	wrong := problem(400, api.FieldError{Field: "code", Detail: "must be the code that /fasttrack link shows in Slack"})
	for _, at := range []string{slackAt, slackAt + "/link"} {
		for status, p := range map[int]*api.Problem{400: wrong, 403: problem(403), 404: problem(404), 429: problem(429)} {
			s := newSlackAPI(t)
			s.refuse = p
			res, page := post(t, s.handler, at, ada, url.Values{"code": {"ABCD-EFGH"}, "account": {"T0123ABCD-U0456EFGH"}})
			if calls := s.made(); res.StatusCode != status || len(calls) > 3 {
				t.Errorf("%s, %d: %d after %v", at, status, res.StatusCode, calls)
			}
			if said := html.UnescapeString(page); !strings.Contains(said, "Nothing was linked") || !strings.Contains(said, "The detail of <this> problem.") {
				t.Errorf("%s, %d: %s", at, status, page)
			}
			if in := formOn(t, page, slackAt); in.Get("code") != "ABCD-EFGH" {
				t.Errorf("%s, %d: the form has %v", at, status, in)
			}
			if marked := strings.Contains(page, `aria-invalid="true"`); marked != (status == 400 || status == 404) {
				t.Errorf("%s, %d: the field is marked: %v", at, status, marked)
			}
		}
	}
}

// Who presses again where nobody knew whether the account was linked learns that it was:
// the code is used, and the account in the list. Another account is not the one.
func TestSlackLinkPressedAgain(t *testing.T) {
	for _, status := range []int{500, 502, 503} {
		s := newSlackAPI(t)
		s.refuse = problem(status)
		_, page := post(t, s.handler, slackAt+"/link", ada, url.Values{"code": {"ABCD-EFGH"}, "account": {"T0123ABCD-U0456EFGH"}, "about": {"Ada L. <i>"}})
		if !strings.Contains(page, "Nobody knows whether this was done") || !strings.Contains(page, "Ada L. &lt;i&gt;") {
			t.Fatal(page)
		}
		again := formOn(t, page, slackAt+"/link")
		s.refuse = problem(404)
		for account, done := range map[string]bool{"T0123ABCD-U0456EFGH": true, "T0123ABCD-U0OTHER": false} {
			s.list = func() any {
				a := slackAccount(true)
				a.ID = account
				return api.SlackAccountList{Accounts: []api.SlackAccount{a}}
			}
			s.made()
			res, page := post(t, s.handler, slackAt+"/link", ada, again)
			if linked := res.Header.Get("Location") == slackAt+"?done=linked"; linked != done || len(s.made()) > 3 {
				t.Errorf("with the account %s: %d %s", account, res.StatusCode, page)
			}
		}
	}
}

// A session that ends between two pages loses nothing that was typed, and does nothing.
func TestSessionThatEndsDuringASlackLink(t *testing.T) {
	for at, in := range map[string]url.Values{
		slackAt:                                 {"code": {"ABCD-EFGH"}},
		slackAt + "/link":                       {"code": {"ABCD-EFGH"}, "account": {"T0123ABCD-U0456EFGH"}, "about": {"Ada L."}},
		slackAt + "/T0123ABCD-U0456EFGH/unlink": {"about": {"Ada L."}, "all": {"true"}},
	} {
		s := newSlackAPI(t)
		s.refuse = problem(401)
		for _, who := range []string{"", ada} {
			res, page := post(t, s.handler, at, who, in)
			if res.StatusCode != 401 || !strings.Contains(page, "Your session has ended") {
				t.Errorf("%s: %d %s", at, res.StatusCode, page)
			}
			if again := formOn(t, page, at); fmt.Sprint(again) != fmt.Sprint(in) {
				t.Errorf("%s: the form has %v, want %v", at, again, in)
			}
		}
		s.refuse = problem(503)
		if _, page := post(t, s.handler, at, ada, in); fmt.Sprint(formOn(t, page, at)) != fmt.Sprint(in) || strings.Contains(page, "could not be checked") != (at == slackAt) {
			t.Errorf("%s: %s", at, page)
		}
	}
}

// Without Slack the page is missing, and so is its link. The API is not called
// for what it does not have.
func TestSlackIsNotSetUp(t *testing.T) {
	s := newSlackAPI(t)
	s.me = func(me *api.Me) { me.Slack = false }
	s.refuse = problem(404)
	status, _, page := get(t, s.handler, slackAt)
	if calls := s.made(); status != 404 || !strings.Contains(page, "Slack is not set up here.") || strings.Contains(page, `href="/console/slack"`) || len(calls) != 1 {
		t.Errorf("%d after %v: %s", status, calls, page)
	}
	for _, at := range []string{slackAt, slackAt + "/link"} {
		if res, page := post(t, s.handler, at, ada, url.Values{"code": {"ABCD-EFGH"}}); res.StatusCode != 404 || !strings.Contains(page, "Slack is not set up here.") {
			t.Errorf("%s: %d %s", at, res.StatusCode, page)
		}
	}
}

func TestWhoCannotLinkASlackAccount(t *testing.T) {
	for want, change := range map[string]func(*api.Me){
		"A machine has no Slack account":              func(me *api.Me) { me.Machine = true },
		"You are signed in without an e-mail address": func(me *api.Me) { me.Email = "" },
	} {
		s := newSlackAPI(t)
		s.me = change
		if _, _, page := get(t, s.handler, slackAt); !strings.Contains(page, want) || strings.Contains(page, `name="code"`) {
			t.Errorf("%s: %s", want, page)
		}
	}
}

func TestSlackFromAnotherSite(t *testing.T) {
	s := newSlackAPI(t)
	for _, path := range []string{slackAt, slackAt + "/link", slackAt + "/T0123ABCD-U0456EFGH/unlink"} {
		r := httptest.NewRequest("POST", "http://console.example.com"+path, strings.NewReader("code=ABCD-EFGH"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://evil.example.com")
		r.AddCookie(&http.Cookie{Name: "who", Value: ada})
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code != 403 || len(s.made()) > 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{slackAt + "/link", slackAt + "/T0123ABCD-U0456EFGH/unlink"} {
		if status, header, _ := get(t, s.handler, path); status != 303 || header.Get("Location") != slackAt || len(s.made()) > 0 {
			t.Errorf("%s opened: %d to %q", path, status, header.Get("Location"))
		}
	}
}

// Texts of Slack's profiles are never markup, not on the page that asks either.
func TestSlackTextsAreNeverMarkup(t *testing.T) {
	pageOf := func(text string) markup {
		s := newSlackAPI(t)
		others := s.respond
		s.respond = func(r *http.Request) any {
			if v, is := others(r).(api.SlackAccount); is {
				v.Workspace, v.Name, v.Email, v.Person.Name = text, text, text, text
				return v
			}
			return others(r)
		}
		s.handler = s.serve(func(*console.Options) {})
		res, page := post(t, s.handler, slackAt, ada, url.Values{"code": {text}})
		if res.StatusCode != 200 {
			t.Fatalf("%q: %d %s", text, res.StatusCode, page)
		}
		return parse(t, page)
	}
	want := pageOf("harmless").elements
	for _, text := range payloads {
		if got := pageOf(text).elements; !slices.Equal(got, want) {
			t.Errorf("%q became markup:\n%s", text, difference(got, want))
		}
	}
}

// One day is a day: a link that was made yesterday says so.
func TestSlackAccountLinkedOneDayAgo(t *testing.T) {
	for since, want := range map[time.Duration]string{24 * time.Hour: ">1 day ago<", 35 * time.Hour: ">1 day ago<", 36 * time.Hour: ">2 days ago<"} {
		s := newSlackAPI(t)
		s.list = func() any {
			a := slackAccount(true)
			a.LinkedAt = now.Add(-since)
			return api.SlackAccountList{Accounts: []api.SlackAccount{a}}
		}
		if _, _, page := get(t, s.handler, slackAt); !strings.Contains(page, want) {
			t.Errorf("%s: the page does not say %q", since, want)
		}
	}
}
