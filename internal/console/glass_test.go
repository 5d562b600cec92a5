package console_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// emergency is an emergency of Linus' whose access has ended, and that Ada may review.
func emergency(id string) api.Request {
	r := active(id, "linus@example.com")
	r.Status, r.ETag, r.Reason = api.StatusEnded, seen, "Checkout is down."
	r.Access.GoneAt = now
	r.BreakGlass = &api.BreakGlass{State: api.GlassUnreviewed, ReviewWithinSeconds: 24 * 3600, ReviewBy: now.Add(23 * time.Hour)}
	r.Decision.By = api.Actor{Type: api.ActorEngine, ID: "break_glass"}
	r.You = &api.You{Review: &api.Allowed{May: true, Why: "You may review this emergency."}}
	r.History = waiting(id).History
	return r
}

// newEmergency is newPosting, where every request that is read is an emergency.
func newEmergency(t *testing.T, change func(*api.Request)) *posting {
	p := newPosting(t)
	reads := p.respond
	p.respond = func(r *http.Request) any {
		v := reads(r)
		if was, is := v.(api.Request); is {
			is := emergency(was.ID)
			change(&is)
			return is
		}
		return v
	}
	return p
}

// TestReviewForm reviews an emergency. What is wrong is said below its field, and what was
// typed stays.
func TestReviewForm(t *testing.T) {
	p := newEmergency(t, func(*api.Request) {})
	const at = waitAt + "/review"
	_, _, body := get(t, p.handler, waitAt)
	in := formOn(t, body, at)
	in.Set("verdict", "unjustified")
	in.Set("reason", " A ticket would\r\nhave done. ")
	res, body := post(t, p.handler, at, ada, in)
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != waitAt+"?done=review" {
		t.Fatalf("%d to %q: %s", res.StatusCode, to, body)
	}
	call, sent := p.last()
	if call.URL.Path != "/requests/WAIT/review" || call.Header.Get("If-Match") != `"`+seen+`"` || call.Header.Get("Idempotency-Key") != in.Get("key") || in.Get("key") == "" {
		t.Errorf("%s with %v", call.URL, call.Header)
	}
	if sent != `{"verdict":"unjustified","note":"A ticket would\nhave done."}` {
		t.Errorf("sent %s", sent)
	}

	p.refuse = &api.Problem{Type: api.ProblemInvalidRequest, Title: "Bad Request", Status: 400, Detail: "Invalid request.", Errors: []api.FieldError{{Field: "note", Detail: "it is required with unjustified"}}}
	in.Set("reason", "")
	res, body = post(t, p.handler, at, ada, in)
	again := formOn(t, body, at)
	if res.StatusCode != 400 || !strings.Contains(body, `id="r-review-w"`) || !strings.Contains(body, "It is required with unjustified.") || again.Get("verdict") != "unjustified" {
		t.Errorf("%d, %v: %s", res.StatusCode, again, body)
	}
	p.refuse = &api.Problem{Type: api.ProblemInvalidRequest, Title: "Bad Request", Status: 400, Detail: "Invalid request.", Errors: []api.FieldError{{Field: "verdict", Detail: "must be justified or unjustified"}}}
	in.Del("verdict")
	in.Set("reason", "Typed.")
	_, body = post(t, p.handler, at, ada, in)
	if again := formOn(t, body, at); !strings.Contains(body, `id="verdict-w"`) || again.Get("reason") != "Typed." || again.Has("verdict") {
		t.Errorf("%v: %s", again, body)
	}

	// Nobody knows whether it was done: the same form, with the same key.
	p.refuse = problem(503)
	in.Set("verdict", "justified")
	res, body = post(t, p.handler, at, ada, in)
	if again := formOn(t, body, at); res.StatusCode != 503 || again.Get("verdict") != "justified" || again.Get("reason") != "Typed." || again.Get("key") != in.Get("key") || !strings.Contains(body, "Your verdict: justified.") {
		t.Errorf("%d, %v: %s", res.StatusCode, again, body)
	}
}

// TestReviewByAnother shows who was first, and what was typed in vain.
func TestReviewByAnother(t *testing.T) {
	p := newEmergency(t, func(r *api.Request) {
		r.BreakGlass.State, r.You = api.GlassReviewed, &api.You{Review: &api.Allowed{Why: "It is reviewed."}}
		r.BreakGlass.Review = &api.GlassReview{Verdict: api.Justified, By: api.Actor{Type: api.ActorUser, ID: "grace@example.com"}, At: now}
	})
	p.refuse = &api.Problem{Type: api.ProblemDecided, Title: "Conflict", Status: 409, Detail: "This request is reviewed already: by grace@example.com."}
	res, body := post(t, p.handler, waitAt+"/review", ada, url.Values{"key": {"KEY1"}, "seen": {seen}, "verdict": {"unjustified"}, "reason": {"Mine."}})
	for _, text := range []string{"Somebody was first", "reviewed already: by grace@example.com", "You had typed:", "Mine."} {
		if res.StatusCode != 409 || !strings.Contains(body, text) {
			t.Errorf("%d, no %q in %s", res.StatusCode, text, body)
		}
	}
}

// TestEmergencyOnItsPage has the mark, who reviews it and the outcome in each state.
func TestEmergencyOnItsPage(t *testing.T) {
	const form = `/review" class="act"`
	for name, tc := range map[string]struct {
		change      func(*api.Request)
		says, never []string
	}{
		"unreviewed":   {func(*api.Request) {}, []string{"Break-glass, unreviewed", "Nobody has reviewed it yet.", "29 Nov", ", never linus@example.com.", form, "You may review this emergency.", "granted at once, nobody decided it", `data-poll="15"`}, nil},
		"for another":  {func(r *api.Request) { r.For = &api.Person{ID: "bob", Name: "Bob"} }, []string{", never linus@example.com and Bob."}, nil},
		"overdue":      {func(r *api.Request) { r.BreakGlass.ReviewBy = now.Add(-time.Hour) }, []string{"Break-glass, review overdue", "The review is overdue", form}, nil},
		"own":          {func(r *api.Request) { r.You.Review = &api.Allowed{Why: "You can't review your own emergency."} }, []string{"You can't review your own emergency.", "Nobody has reviewed it yet."}, []string{form}},
		"an older API": {func(r *api.Request) { r.You = nil }, []string{"Nobody has reviewed it yet."}, []string{form}},
		"open": {func(r *api.Request) {
			r.Status, r.BreakGlass.State, r.BreakGlass.ReviewBy, r.Access.GoneAt = api.StatusActive, api.GlassOpen, time.Time{}, time.Time{}
			r.You.Review.May = false
		}, []string{"Break-glass</span>", "must review it within 1 d"}, []string{form, "unreviewed", "overdue"}},
		"just requested": {func(r *api.Request) {
			r.Status, r.BreakGlass.State, r.Decision, r.Access = api.StatusRequested, api.GlassOpen, nil, nil
			r.You.Review.May = false
		}, []string{"It is being granted", "In an emergency no code is asked.", `data-poll="2"`}, []string{form, "Code is looking"}},
		"reviewed": {func(r *api.Request) {
			r.BreakGlass.State = api.GlassReviewed
			r.BreakGlass.Review = &api.GlassReview{Verdict: api.Unjustified, Note: "A <b>ticket</b>", By: api.Actor{Type: api.ActorUser, ID: "grace@example.com", Name: "Grace"}, At: now}
		}, []string{"<b>Grace</b> reviewed it", "<b>unjustified</b>", "A &lt;b&gt;ticket"}, []string{form, "Nobody has reviewed"}},
		"unused": {func(r *api.Request) {
			r.Status, r.BreakGlass.State, r.Access = api.StatusCanceled, api.GlassUnused, nil
		}, []string{"Nothing was granted, so it needs no review."}, []string{form}},
		"none": {func(r *api.Request) { r.BreakGlass, r.You = nil, nil }, []string{"Nobody decided in time"}, []string{form, "Break-glass", `id="glass"`}},
	} {
		_, _, body := get(t, newEmergency(t, tc.change).handler, waitAt)
		for _, text := range tc.says {
			if !strings.Contains(html.UnescapeString(body), text) && !strings.Contains(body, text) {
				t.Errorf("%s: no %q in %s", name, text, body)
			}
		}
		for _, text := range tc.never {
			if strings.Contains(body, text) {
				t.Errorf("%s: it says %q", name, text)
			}
		}
		if name != "none" && strings.Contains(body, "Nobody decided in time") {
			t.Errorf("%s: it says that nobody decided in time", name)
		}
	}
	for _, path := range []string{waitAt + "?print", waitAt + "/verify"} {
		if _, _, body := get(t, newEmergency(t, func(*api.Request) {}).handler, path); strings.Contains(body, form) || !strings.Contains(body, "Break-glass, unreviewed") {
			t.Errorf("%s has a form, or no mark", path)
		}
	}
}

// TestUnreviewedList marks emergencies on every list, and counts those to review.
func TestUnreviewedList(t *testing.T) {
	two, none := 2, 0
	counts := api.Counts{Inbox: &none, Live: &none, Unreviewed: &two}
	f := &fakeAPI{t: t}
	f.respond = func(r *http.Request) any {
		switch v := answers(r).(type) {
		case api.Me:
			v.Counts = counts
			return v
		case api.RequestList:
			return api.RequestList{Requests: []api.Request{emergency("01JGLASS")}}
		default:
			return v
		}
	}
	h := f.serve()
	for path, texts := range map[string][]string{
		"/console/":                 {"2 emergencies wait for a review", `href="/console/inbox/unreviewed"`},
		"/console/inbox":            {"2 emergencies wait for a review", `href="/console/inbox/unreviewed"`},
		"/console/inbox/unreviewed": {"Unreviewed emergencies", "23 h</time> left to review", "Checkout is down.", `href="/console/inbox" aria-current="page"`},
		"/console/activity":         {},
		"/console/access":           {},
	} {
		f.made()
		status, _, body := get(t, h, path)
		calls := f.made()
		for _, text := range append(texts, "Break-glass, unreviewed") {
			if status != 200 || !strings.Contains(body, text) {
				t.Errorf("%s: %d, no %q in %s", path, status, text, body)
			}
		}
		if len(calls) > 3 || path == "/console/inbox/unreviewed" && !strings.Contains(strings.Join(calls, " "), "view=unreviewed") {
			t.Errorf("%s makes the calls %v", path, calls)
		}
	}
	const link = `href="/console/inbox/unreviewed"`
	for name, tc := range map[string]struct {
		counts     api.Counts
		link, note bool
	}{
		"none waits":    {api.Counts{Unreviewed: &none}, true, false},
		"not counted":   {api.Counts{Failed: []string{"unreviewed"}}, true, false},
		"no such flows": {api.Counts{}, false, false},
		"some wait":     {api.Counts{Unreviewed: &two, More: []string{"unreviewed"}}, true, true},
	} {
		counts = tc.counts
		if _, _, body := get(t, h, "/console/inbox"); strings.Contains(body, link) != tc.link || strings.Contains(body, "2&#43; emergencies wait") != tc.note {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// newGlass is newPosting, whose flow has the rules.
func newGlass(t *testing.T, change func(*api.Flow)) *posting {
	p := newPosting(t)
	answer := p.respond
	p.respond = func(r *http.Request) any {
		v := answer(r)
		if me, is := v.(api.Me); is && me.Flow != nil {
			change(me.Flow)
			return me
		}
		return v
	}
	return p
}

// TestFormBreaksGlass sends the choice only if a person made it, and says the rules.
func TestFormBreaksGlass(t *testing.T) {
	rule := api.BreakGlassRule{MaxDurationSeconds: 3600, ReviewWithinSeconds: 24 * 3600, MaxPerPersonPerDay: 3}
	p := newGlass(t, func(f *api.Flow) { f.Targets[0].BreakGlass = &rule })
	const box = `name="break_glass"`
	_, _, body := get(t, p.handler, formAt+"?break_glass=true")
	for _, text := range []string{box, "Break glass: grant at once, to be reviewed afterwards", "CRM (eu-west-1): Access for at most 1 h. Somebody else reviews it within 1 d of its end. You may do this up to 3 times within 24 hours.", "Not for Ledger (eu-west-1)."} {
		if !strings.Contains(html.UnescapeString(body), text) {
			t.Errorf("no %q in %s", text, body)
		}
	}
	if formOn(t, body, formAt).Has("break_glass") {
		t.Error("an address breaks the glass")
	}
	glass := func() bool {
		_, sent := p.last()
		var in api.CreateInput
		if err := json.Unmarshal([]byte(sent), &in); err != nil {
			t.Fatal(err)
		}
		return in.BreakGlass
	}
	in := filledForm()
	if res, _ := post(t, p.handler, formAt, ada, in); res.StatusCode != 303 || glass() {
		t.Errorf("%d, broke the glass unasked", res.StatusCode)
	}
	in.Set("break_glass", "true")
	if res, _ := post(t, p.handler, formAt, ada, in); res.StatusCode != 303 || !glass() {
		t.Errorf("%d, did not break the glass", res.StatusCode)
	}
	for _, refused := range []*api.Problem{
		{Type: api.ProblemInvalidRequest, Title: "Bad Request", Status: 400, Detail: "Invalid request.", Errors: []api.FieldError{{Field: "break_glass", Detail: "the flow doesn't allow it for ledger"}}},
		{Type: api.ProblemForbidden, Title: "Forbidden", Status: 403, Detail: "You may not break the glass.", Errors: []api.FieldError{{Field: "break_glass", Detail: "break_glass.who of the flow doesn't name you"}}},
	} {
		p.refuse = refused
		res, body := post(t, p.handler, formAt, ada, in)
		if res.StatusCode != refused.Status || !strings.Contains(body, `id="break_glass-w"`) || !strings.Contains(body, `<a href="#break_glass">Break glass</a>`) || formOn(t, body, formAt).Get("break_glass") != "true" {
			t.Errorf("%d: %s", res.StatusCode, body)
		}
	}
	p.refuse = problem(503) // the form as it was sent, without the API
	if _, body := post(t, p.handler, formAt, ada, in); formOn(t, body, formAt).Get("break_glass") != "true" {
		t.Errorf("the choice is lost: %s", body)
	}
	for name, tc := range map[string]struct {
		change func(*api.Flow)
		says   string
	}{
		"nobody may": {func(*api.Flow) {}, ""},
		"all alike": {func(f *api.Flow) {
			f.BreakGlass, f.Targets[0].BreakGlass, f.Targets[1].BreakGlass = &rule, &rule, &rule
		}, "<p>Access for at most 1 h."},
		"no strategy": {func(f *api.Flow) {
			f.Targets, f.BreakGlass = nil, &api.BreakGlassRule{ReviewWithinSeconds: 3600, MaxPerPersonPerDay: 1}
		}, "<p>Somebody else reviews it within 1 h. You may do this up to 1 time within"},
	} {
		_, _, body := get(t, newGlass(t, tc.change).handler, formAt)
		if strings.Contains(body, box) != (tc.says != "") || !strings.Contains(body, tc.says) || strings.Contains(body, "Not for") {
			t.Errorf("%s: %s", name, body)
		}
	}
}
