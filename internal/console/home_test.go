package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

// as serves the pages of somebody whom change makes of Ada, with empty lists.
func as(t *testing.T, change func(*api.Me)) http.Handler {
	t.Helper()
	return (&fakeAPI{t: t, respond: func(r *http.Request) any {
		switch r.URL.Path {
		case "/me":
			me := answers(r).(api.Me)
			me.Live = nil
			change(&me)
			return me
		case "/flows":
			return api.FlowList{Flows: []api.Flow{}}
		}
		return api.RequestList{Requests: []api.Request{}}
	}}).serve()
}

func TestWhoHasNoFlow(t *testing.T) {
	h := as(t, func(me *api.Me) { me.Flows, me.Flow, me.Groups = nil, nil, []string{"interns"} })
	for _, path := range []string{"/console/", "/console/flows"} {
		if status, _, body := get(t, h, path); status != 200 || !strings.Contains(body, "No flow is open to you") || !strings.Contains(body, "Your groups are interns.") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _, body := get(t, h, "/console/flows/aws-access"); status != 404 || !strings.Contains(body, "Unknown flow") {
		t.Errorf("%d %s", status, body)
	}
	if _, _, body := get(t, h, "/console/access"); strings.Contains(body, "Everybody else") {
		t.Error("nobody else's access can be listed")
	}
}

func TestMachine(t *testing.T) {
	h := as(t, func(me *api.Me) {
		me.Machine, me.ID, me.Name, me.Email = true, "arn:aws:iam::111122223333:role/ci", "", ""
	})
	_, _, body := get(t, h, "/console/inbox")
	for _, want := range []string{"You are signed in as a machine", "A machine decides nothing", "IAM role ci"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if strings.Contains(body, "111122223333") {
		t.Error("an ARN is shown")
	}
}

func TestCountsOfTheFrame(t *testing.T) {
	n := func(n int) *int { return &n }
	for _, tc := range []struct {
		counts api.Counts
		want   []string
	}{
		{api.Counts{Inbox: n(100), More: []string{"inbox"}, Live: n(0)}, []string{`<b class="count">100&#43;`, `data-news="100&#43; requests wait for you."`, "You hold no access now."}},
		{api.Counts{Inbox: n(1), Live: n(2)}, []string{`<b class="count">1<`, `<b class="count live">2<`, `data-news="1 request waits for you."`}},
		{api.Counts{Inbox: n(0), Live: n(0)}, []string{`data-news="Nothing waits for you."`}},
		{api.Counts{Failed: []string{"inbox", "live"}}, []string{`data-news=""`, "Your live access could not be read."}},
	} {
		_, _, body := get(t, as(t, func(me *api.Me) { me.Counts = tc.counts }), "/console/")
		for _, want := range tc.want {
			if !strings.Contains(body, want) {
				t.Errorf("%+v: no %s in %s", tc.counts, want, body)
			}
		}
	}
}

// A part of a page that fails is shown as such, beside the others.
func TestPartThatFails(t *testing.T) {
	for path, refused := range map[string]string{"/console/": "view=inbox", "/console/flows/aws-access": "view=flow"} {
		h := (&fakeAPI{t: t, respond: func(r *http.Request) any {
			if strings.Contains(r.URL.RawQuery, refused) {
				return &api.Problem{Status: 503, Title: "Unavailable", Detail: "The table is away.", Instance: "i-1", Type: api.ProblemInternal}
			}
			return answers(r)
		}}).serve()
		status, _, body := get(t, h, path)
		if status != 200 || !strings.Contains(body, "This part could not be read") || !strings.Contains(body, "i-1") || !strings.Contains(body, "AWS access") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// The statistics of a flow are for those who may list it, and only then read.
func TestFlowOfWhoMayNotListIt(t *testing.T) {
	f := &fakeAPI{t: t}
	f.respond = func(r *http.Request) any {
		v := answers(r)
		if me, is := v.(api.Me); is && me.Flow != nil {
			me.Flow.May = []string{api.MayRequest}
			return me
		}
		return v
	}
	status, _, body := get(t, f.serve(), "/console/flows/aws-access")
	if status != 200 || strings.Contains(body, "Decided by code") || !strings.Contains(body, "Everyone may make requests.") || len(f.made()) != 1 {
		t.Errorf("%d %s", status, body)
	}
}

func TestPeriodOfStatistics(t *testing.T) {
	f := &fakeAPI{t: t, respond: answers}
	h := f.serve()
	for query, want := range map[string]string{"": "2026-10-29T14:02:00Z", "?days=7": "2026-11-21T14:02:00Z", "?days=90": "2026-08-30T14:02:00Z", "?days=12": "2026-10-29T14:02:00Z", "?days=x": "2026-10-29T14:02:00Z"} {
		get(t, h, "/console/flows/aws-access"+query)
		if got := asked(t, f.made(), "/flows/aws-access/stats")["since"]; got != want {
			t.Errorf("%q: since %s, want %s", query, got, want)
		}
	}
}
