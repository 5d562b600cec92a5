package console_test

import (
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// looks are the pages of requests and forms, with a text that each shows of
// [requestAnswers].
var looks = map[string][]string{
	waitAt: {
		"Production read-only", "linus@example.com", "The error rate of checkout is up.", "What code found", "2 of 3 did not pass", "Your decision", "56 min</time> left",
		"You are in the group sre, which may decide this request.", "2 of the group sre must approve: 1 so far", "Grace</b> approved", "Can approve: Ada, and others",
		"required to deny", "15 min only", "30 min only", "<dt>One-time code</dt>", "given, and shown to nobody", "Code left it to people. Notified: the group sre", "by the console", "hooks 13", "stored person/count, flow/safe", "1a1a1a1a1a1a",
		"Approve grants Production read-only to linus@example.com at once; it ends by itself after the time.",
		"linus@example.com was notified by Slack", "grace@example.com could not be reached: no Slack user", `data-poll="15"`,
	},
	"/console/requests/LIVE": {
		"Access ends in", "40 min", "End access now", "Decided by code", "You hold the access.", "tmp_ada_1", `<a href="https://db.example.com/login" rel="noopener noreferrer">`,
		"Show what is for you alone", "hunter2-of-ada", "<pre>line one\nline two</pre>",
	},
	waitAt + "/explain":      {"In words", "Still waits for the group sre.", "Linus asked.", "Go to your decision"},
	waitAt + "/verify":       {"Verified: nothing has changed in 2 entries", "as sealed, signed on 2026-11-27", "Go to your decision"},
	waitAt + "/verify?print": {"printed 28 Nov 2026, 14:02:00 UTC for Ada", strings.Repeat("1a", 32), "Verified: nothing has changed in 2 entries", "28 Nov 2026, 13:58:00 UTC", `open><summary>`},
	waitAt + "?print":        {"printed 28 Nov 2026", seen},
	formAt:                   {"Customer data"},
	"/console/new":           {"Customer data"},
}

func TestRequestPages(t *testing.T) {
	f := &fakeAPI{t: t, respond: requestAnswers}
	h := f.serve()
	for path, texts := range looks {
		status, _, body := get(t, h, path)
		calls := f.made()
		if status != 200 || len(calls) > 3 || slices.ContainsFunc(calls, func(c string) bool { return !strings.HasPrefix(c, "GET ") }) {
			t.Errorf("%s: %d after %v", path, status, calls)
		}
		plain := html.UnescapeString(body)
		for _, text := range texts {
			if !strings.Contains(plain, text) {
				t.Errorf("%s does not say %q: %s", path, text, plain)
			}
		}
		for _, never := range []string{"fast_track", "24h0m0s", "arn:aws", "<no value>", "%!", "ZgotmplZ", `href="javascript:`} {
			if strings.Contains(plain, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
		if strings.Contains(path, "print") && strings.Contains(body, `class="act"`) || strings.Contains(path, "/verify") && strings.Contains(body, "data-poll=") {
			t.Errorf("%s has forms, or refreshes", path)
		}
	}
}

// TestOrderOfARequest has what, evidence, decision and timeline follow each other, as a
// phone and a screen reader show them.
func TestOrderOfARequest(t *testing.T) {
	_, _, body := get(t, (&fakeAPI{t: t, respond: requestAnswers}).serve(), waitAt)
	last := 0
	for _, part := range []string{`id="h-what"`, `id="h-evidence"`, `id="h-decision"`, `id="h-story"`} {
		at := strings.Index(body, part)
		if at < last {
			t.Errorf("%s is at %d, after %d", part, at, last)
		}
		last = at
	}
}

// TestRequestStates has the page of one request in many states.
func TestRequestStates(t *testing.T) {
	person := func(id string) api.Actor { return api.Actor{Type: api.ActorUser, ID: id, Email: id} }
	by := func(r *api.Request, event api.EventName, by api.Actor, reason string) {
		r.Decision = &api.Decision{Event: event, By: by, At: now, Reason: reason, Checks: []api.Check{}}
	}
	for name, tc := range map[string]struct {
		change func(*api.Request)
		says   []string
		never  []string
	}{
		"checking": {func(r *api.Request) {
			r.Status, r.Review, r.You = api.StatusRequested, nil, &api.You{Cancel: api.Allowed{May: true}}
		},
			[]string{"Code is looking at it", `data-poll="2"`, `<noscript><meta http-equiv="refresh" content="3"></noscript>`, "/cancel"}, []string{"/approve", "left</span>"}},
		"own": {func(r *api.Request) {
			r.You.Approve, r.You.Deny, r.You.Cancel = api.Allowed{Why: "You can't approve your own request."}, api.Allowed{Why: "You can't deny your own request."}, api.Allowed{May: true}
		}, []string{"Waits for a decision", "You can't approve your own request.", "Cancel the request"}, []string{"/approve", "/deny", "http-equiv"}},
		"an older API": {func(r *api.Request) {
			r.You, r.ETag, r.FieldsShown, r.Review.Seats, r.Title, r.FlowLabel = nil, "", nil, nil, "", ""
			r.Fields["service"] = json.RawMessage(`{"id":"a","label":"Billing"}`)
		},
			[]string{"You may not decide this request.", "aws-access", "Billing"}, []string{"/approve"}},
		"may only deny": {func(r *api.Request) { r.You.Approve = api.Allowed{Why: "Too many approvals."} },
			[]string{`action="/console/requests/WAIT/deny"`, "Your decision", `i class="optional">required<`}, []string{"Approve</button>", "Grant access for"}},
		"admin": {func(r *api.Request) { r.You.Deny.Override = true },
			[]string{"Override the flow's hook, as an admin", "The history shows that you did this"}, nil},
		"starts later": {func(r *api.Request) {
			r.Status, r.DurationSeconds, r.StartsAt = api.StatusApproved, 3600, now.Add(72*time.Hour)
			r.You = &api.You{Cancel: api.Allowed{May: true}, Revoke: api.Allowed{May: true}}
			by(r, api.EventApprove, person("grace@example.com"), "fine")
		}, []string{"Access starts in", "3 days", "to start <time", "Cancel the request", `data-poll="15"`}, []string{"being granted", "/revoke"}},
		"others' that starts later": {func(r *api.Request) {
			r.Status, r.DurationSeconds, r.StartsAt = api.StatusApproved, 3600, now.Add(72*time.Hour)
			r.You = &api.You{Revoke: api.Allowed{May: true}}
			by(r, api.EventApprove, person("grace@example.com"), "fine")
		}, []string{"Revoke it before it starts"}, []string{"/cancel", "End access now"}},
		"to decide, starts later": {func(r *api.Request) { r.StartsAt = now.Add(72 * time.Hour) }, []string{"at the start that was chosen"}, []string{"at once; it ends"}},
		"no admin":                {func(*api.Request) {}, nil, []string{"Override"}},
		"two are missing":         {func(r *api.Request) { r.Review.Seats[0].Count = 3 }, []string{"Approve counts as one of the 2 approvals that are missing."}, nil},
		"no access":               {func(r *api.Request) { r.DurationSeconds = 0 }, []string{"Either decides at once"}, []string{"Grant access for"}},
		"filled seat":             {func(r *api.Request) { r.Review.Seats[0].Count = 1 }, []string{"1 of the group sre must approve", "Grace</b> approved"}, []string{"Can approve"}},
		"denied by people": {func(r *api.Request) {
			r.Status = api.StatusDenied
			by(r, api.EventDeny, person("grace@example.com"), "Not <now>")
		},
			[]string{"Denied", "grace@example.com", "Not <now>"}, []string{"data-poll=", "/approve", "Access ends"}},
		"overridden": {func(r *api.Request) {
			r.Status = api.StatusDenied
			by(r, api.EventDeny, person("root@example.com"), "Wrong code.")
			r.History = append(r.History, api.Entry{Seq: 3, Event: api.EventDeny, At: now, Actor: person("root@example.com"), Reason: "Wrong code.", Override: &api.Override{Hook: "on_deny", Of: 2, Verdict: "ignore"}})
		}, []string{"As an admin, against the flow's hook on_deny.", "root@example.com denied as an admin, and set aside on_deny, which refused it"}, nil},
		"by two": {func(r *api.Request) {
			r.Status, r.DurationSeconds = api.StatusApproved, 0
			by(r, api.EventApprove, person("grace@example.com"), "Fine.")
			r.Review.ApprovedBy = []api.Person{{Name: "Margaret"}, {Name: "Grace"}}
		}, []string{"Margaret and Grace", "Fine."}, []string{"data-poll=", "being granted"}},
		"being granted": {func(r *api.Request) {
			r.Status = api.StatusApproved
			by(r, api.EventApprove, person("grace@example.com"), "")
		},
			[]string{"Access is being granted.", `data-poll="2"`}, nil},
		"expired": {func(r *api.Request) {
			r.Status = api.StatusExpired
			by(r, api.EventExpire, api.Actor{Type: api.ActorEngine}, "")
		},
			[]string{"Expired", "Nobody decided in time"}, []string{"data-poll="}},
		"can't be granted": {func(r *api.Request) {
			r.Status = api.StatusApproved
			by(r, api.EventApprove, person("grace@example.com"), "")
			r.LastError = &api.LastError{At: now, Where: "grant", Text: "AccessDenied: <no>", NextTryAt: now.Add(time.Minute)}
		}, []string{"Access can't be granted so far", "AccessDenied: <no>", "It is retried at", "14:03"}, nil},
		"a silent hook": {func(r *api.Request) { r.LastError = &api.LastError{At: now, Where: "on_approve", Text: "no response"} },
			[]string{"The hook on_approve does not respond"}, []string{"retried at"}},
		"can't be ended": {func(r *api.Request) {
			*r = live("WAIT")
			r.Access.EndsAt, r.Access.DeescalationFailing, r.Access.Error, r.Access.RetryAt = now.Add(-time.Minute), true, "the role is gone", now.Add(time.Minute)
		}, []string{"Access can't be ended so far", "the role is gone", "It is retried at", "Access is being ended"}, []string{"Access ends in"}},
		"gone": {func(r *api.Request) {
			*r = live("WAIT")
			r.Status, r.You, r.Access.Output, r.Access.Sensitive, r.Access.GoneAt, r.Access.SessionsUntil = api.StatusRevoked, &api.You{}, nil, nil, now, now.Add(time.Hour)
		}, []string{"Access was open for", "20 min", "It was read back, and is gone.", "A session that was started with it may last until"}, []string{"/revoke", "data-poll=", "How to use"}},
		"may be extended": {func(r *api.Request) {
			*r = live("WAIT")
			r.You.Extend = &api.ExtendAllowed{May: true, DurationsSeconds: []int{3600, 1800}, EndsAt: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
			r.Extension = &api.Extension{ID: "OLDER", Status: api.StatusDenied}
		}, []string{`action="/console/requests/WAIT/extend"`, "1 h, until 23 Nov 2026, 16:00:00 UTC", "30 min, until", `href="/console/requests/OLDER"`, "is denied"}, nil},
		"may not be extended": {func(r *api.Request) {
			*r = live("WAIT")
			r.You.Extend = &api.ExtendAllowed{Why: "This access can't last longer."}
		}, nil, []string{"/extend"}},
		"taken over": {func(r *api.Request) {
			*r = live("WAIT")
			r.Status, r.You, r.Access.GoneAt, r.ExtendedBy = api.StatusEnded, &api.You{}, now, "MORE"
			r.History = append(r.History, api.Entry{Seq: 9, Event: api.EventDeescalate, At: now, Actor: api.Actor{Type: api.ActorEngine}, ExtendedBy: "MORE"})
		}, []string{"Access goes on in", `href="/console/requests/MORE"`, "Access goes on in the request that extends it"}, []string{"Extend access"}},
		"extends another": {func(r *api.Request) {
			r.Extends = &api.Extends{ID: "FIRST", Number: 1, EndsAt: now.Add(time.Hour)}
		}, []string{`to extend <a href="/console/requests/FIRST">`}, nil},
		"no secret to read": {func(r *api.Request) {
			*r = live("WAIT")
			r.Access.Sensitive, r.Access.SensitiveError = nil, "The key is disabled."
		},
			[]string{"The key is disabled."}, []string{"hunter2"}},
		"odd output": {func(r *api.Request) {
			*r = live("WAIT")
			r.Access.Output = json.RawMessage(`["https://a@evil.example.com", {"a": 1}]`)
		}, []string{"evil.example.com"}, []string{`href="https:`}},
		"shadow": {func(r *api.Request) { r.Shadow = &api.Verdict{Event: api.EventApprove, Reason: "On call."} }, []string{"On trial, code would have approved: On call."}, nil},
		"a failed hook": {func(r *api.Request) {
			r.Review.Errors = []api.HookError{{Hook: "on_request", Error: "no route to host"}}
		}, []string{"on_request: no route to host"}, nil},
		"unknown words of a newer API": {func(r *api.Request) {
			r.Status = "paused"
			r.History = append(r.History, api.Entry{Seq: 3, Event: "pause", Channel: "teams", At: now, Actor: api.Actor{Type: "robot", ID: "r2"}})
			r.Delivery = append(r.Delivery, api.Delivery{To: "sns", By: "sns", State: "queued"})
		}, []string{"paused", "r2: pause", "by teams"}, nil},
		"an extension to decide":   {func(r *api.Request) { r.Extends = &api.Extends{ID: "LIVE", Number: 1, EndsAt: now} }, []string{"go on from its present end, for that time. Deny leaves its end as it is.", "to extend"}, []string{"at once; it ends by itself"}},
		"without an end to decide": {func(r *api.Request) { r.UntilRevoked = true }, []string{"for as long as it is confirmed and nobody revokes it"}, []string{"it ends by itself"}},
		"second looks": {func(r *api.Request) {
			*r = live("WAIT")
			r.History = append(r.History,
				api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusActive, At: now, Actor: api.Actor{Type: api.ActorHook, ID: "while_active"}, Error: "503"},
				api.Entry{Seq: 8, Event: api.EventRevoke, Status: api.StatusRevoked, At: now, Actor: api.Actor{Type: api.ActorHook, ID: "while_active"}, Reason: "Off call."})
		}, []string{"A second look at the access failed. It goes on", "A second look by code ended access early", "Off call."}, []string{"Code set aside", "A limit held"}},
		"a look that nobody can judge": {func(r *api.Request) {
			*r = live("WAIT")
			r.History = append(r.History, api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusActive, At: now, Actor: api.Actor{Type: api.ActorEngine}, Error: "unknown"})
		}, []string{"A second look at the access failed. It goes on"}, []string{"A limit held"}},
		"a failed confirm": {func(r *api.Request) {
			*r = live("WAIT")
			r.History = append(r.History, api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusActive, At: now, Actor: api.Actor{Type: api.ActorEngine}, Error: "503",
				ActBy: &api.Actor{Type: api.ActorUser, ID: "ada@example.com"}, ActEvent: api.EventConfirm})
		}, []string{"The confirmation by ada@example.com had no effect"}, []string{"second look"}},
		"a hook that failed afterwards": {func(r *api.Request) {
			*r = live("WAIT")
			r.History = append(r.History, api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusActive, At: now, Actor: api.Actor{Type: api.ActorHook, ID: "after_escalate"}, Error: "503"})
		}, []string{"Code failed, which changed nothing"}, []string{"Code set aside", "second look"}},
		"code against code": {func(r *api.Request) {
			r.History = append(r.History, api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusRequested, At: now, Actor: api.Actor{Type: api.ActorHook, ID: "on_approve"}, Error: "503"})
		}, []string{"Code set aside what code had decided"}, nil},
		"a limit": {func(r *api.Request) {
			r.History = append(r.History, api.Entry{Seq: 7, Event: api.EventIgnore, Status: api.StatusRequested, At: now, Actor: api.Actor{Type: api.ActorEngine}, Reason: "20 within an hour"})
		}, []string{"A limit held the approval by code"}, nil},
		"a long history": {func(r *api.Request) {
			for n := range 40 {
				r.History = append(r.History, api.Entry{Seq: 3 + n, Event: api.EventIgnore, At: now, ActBy: &api.Actor{Type: api.ActorUser, ID: "grace@example.com"}, ActEvent: api.EventApprove, ActReason: "again", Actor: api.Actor{Type: api.ActorHook, ID: "on_approve"}})
			}
		}, []string{"42 entries", "The approval by grace@example.com had no effect"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeAPI{t: t, respond: func(r *http.Request) any {
				v := requestAnswers(r)
				if request, is := v.(api.Request); is {
					tc.change(&request)
					return request
				}
				return v
			}}
			status, _, body := get(t, f.serve(), waitAt)
			plain := html.UnescapeString(body)
			if status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			for _, text := range tc.says {
				if !strings.Contains(plain, text) {
					t.Errorf("no %q in %s", text, plain)
				}
			}
			for _, text := range tc.never {
				if strings.Contains(plain[strings.Index(plain, `<main id="main"`):], text) {
					t.Errorf("%q in %s", text, plain)
				}
			}
		})
	}
}

// TestSensitiveOutput is shown behind a button, and never on paper.
func TestSensitiveOutput(t *testing.T) {
	h := (&fakeAPI{t: t, respond: requestAnswers}).serve()
	if _, _, body := get(t, h, "/console/requests/LIVE"); !strings.Contains(body, `<details id="secret"><summary`) {
		t.Error(body)
	}
	if _, _, body := get(t, h, "/console/requests/LIVE?print"); strings.Contains(body, "hunter2") || !strings.Contains(body, "tmp_ada_1") {
		t.Error(body)
	}
}

// TestDone says what was done only if the request bears it out.
func TestDone(t *testing.T) {
	h := (&fakeAPI{t: t, respond: func(r *http.Request) any {
		v := requestAnswers(r)
		request, is := v.(api.Request)
		if is && strings.HasSuffix(r.URL.Path, "/APPROVED") {
			request.History = append(request.History, api.Entry{Seq: 3, Event: api.EventApprove, Actor: api.Actor{Type: api.ActorUser, ID: ada}, At: now})
			return request
		}
		return v
	}}).serve()
	for path, want := range map[string]string{
		"APPROVED?done=approve": "Your approval counts. More are needed.", "LIVE?done=ask": "Your request is in.",
		"WAIT?done=approve": "", "WAIT?done=deny": "", "WAIT?done=ask": "", "WAIT?done=revoke": "", "APPROVED?done=%3Cb%3E": "", "APPROVED?done=Approve": "",
	} {
		_, _, body := get(t, h, "/console/requests/"+path)
		if strings.Contains(body, "note good") != (want != "") || !strings.Contains(body, want) {
			t.Errorf("%s: %s", path, body)
		}
	}
}

// TestVerifyTells shows which entry does not match, and what else.
func TestVerifyTells(t *testing.T) {
	f := &fakeAPI{t: t, respond: func(r *http.Request) any {
		if strings.HasSuffix(r.URL.Path, "/verify") {
			return api.Verification{ID: "WAIT", CheckedAt: now, Head: seen, Record: "its <fields> differ", Erased: true,
				Entries: []api.VerifiedEntry{{Seq: 1, OK: true}, {Seq: 2, Problem: "the hash differs"}},
				Digests: []api.VerifiedDigest{{Day: "2026-11-27", OK: true, Seq: 1}, {Day: "2026-11-28", Problem: "its signature is invalid"}}}
		}
		return requestAnswers(r)
	}}
	_, _, body := get(t, f.serve(), waitAt+"/verify")
	for _, text := range []string{"Verified: something does not match", "the hash differs", "its &lt;fields&gt; differ", "covers entry 1", "its signature is invalid", "Personal data was erased"} {
		if !strings.Contains(body, text) {
			t.Errorf("no %q in %s", text, body)
		}
	}
	if strings.Count(body, "as sealed") != 1 {
		t.Errorf("one entry is as sealed: %s", body)
	}
}

// TestRequestPagesOfEveryProblem has the API refuse each call of each page in turn.
func TestRequestPagesOfEveryProblem(t *testing.T) {
	f := &fakeAPI{t: t}
	h := f.serve()
	for path := range looks {
		f.respond = requestAnswers
		f.made()
		get(t, h, path)
		for _, refused := range f.made() {
			at := strings.SplitN(refused, " ", 2)[1]
			for _, status := range []int{401, 403, 404, 409, 412, 429, 500, 503} {
				f.respond = func(r *http.Request) any {
					if r.URL.RequestURI() != at {
						return requestAnswers(r)
					}
					return problem(status)
				}
				got, header, body := get(t, h, path)
				switch {
				case status == 401:
					if got != 303 || !strings.HasPrefix(header.Get("Location"), "/console/sign-in?to=") {
						t.Errorf("%s with 401 of %s: %d", path, at, got)
					}
				case got != status && got != 200:
					t.Errorf("%s with %d of %s responds %d", path, status, at, got)
				case got == 200 && !strings.HasPrefix(at, "/flows") && !strings.Contains(body, "The detail of &lt;this&gt; problem."):
					t.Errorf("%s with %d of %s does not say why", path, status, at)
				case got == 200 && strings.HasSuffix(at, "/options") && !strings.Contains(body, "Type the exact value"):
					t.Errorf("%s without options: %s", path, body)
				}
			}
		}
	}
}

// TestRequestTextsAreNeverMarkup fills every member of every response with harmful texts,
// and every field of each form, and with harmless ones: the pages must differ in their
// texts alone.
func TestRequestTextsAreNeverMarkup(t *testing.T) {
	shown := 0
	var seed uint64
	serve := func(texts []string) http.Handler {
		return (&fakeAPI{t: t, respond: func(r *http.Request) any {
			if r.Method == http.MethodPost {
				refused := problem([]int{400, 403, 409, 412, 422, 429, 500, 401}[seed%8])
				refused.Detail = texts[seed%uint64(len(texts))]
				return refused
			}
			return generatedRequest(r, seed, texts)
		}}).serve()
	}
	bad, good := serve(payloads), serve(harmless())
	same := func(what, evil, kind string) {
		have, want := parse(t, evil), parse(t, kind)
		if !slices.Equal(have.elements, want.elements) {
			t.Fatalf("seed %d: a text of %s became markup:\n%s", seed, what, difference(have.elements, want.elements))
		}
		for _, address := range have.addresses {
			if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "#") || strings.HasPrefix(address, "//") {
				t.Errorf("seed %d: %s leads to %q", seed, what, address)
			}
		}
		if strings.Contains(evil, "&lt;script&gt;alert(1)") {
			shown++
		}
	}
	for seed = range uint64(16) {
		for path := range looks {
			status, _, evil := get(t, bad, path)
			goodStatus, _, kind := get(t, good, path)
			if status != goodStatus || status >= 500 {
				t.Fatalf("seed %d, %s: %d and %d: %s", seed, path, status, goodStatus, evil)
			}
			same(path, evil, kind)
		}
		for _, at := range []string{waitAt + "/approve", waitAt + "/revoke", formAt} {
			for _, who := range []string{ada, ""} {
				typed := func(texts []string) map[string][]string {
					in := map[string][]string{}
					for n, name := range []string{"reason", "about", "f.target", "f.query", "f.tickets", "f.urgency", "q.customer", "f.customer", "s.token", "shorter", "duration"} {
						in[name] = []string{texts[(n+int(seed))%len(texts)]}
					}
					return in
				}
				evilRes, evil := post(t, bad, at, who, typed(payloads))
				kindRes, kind := post(t, good, at, who, typed(harmless()))
				if evilRes.StatusCode != kindRes.StatusCode {
					t.Fatalf("seed %d, %s: %d and %d", seed, at, evilRes.StatusCode, kindRes.StatusCode)
				}
				same(at, evil, kind)
			}
		}
	}
	if shown < 50 {
		t.Errorf("only %d pages showed a harmful text", shown)
	}
}

// generatedRequest is [generated] for the calls of requests and forms.
func generatedRequest(r *http.Request, seed uint64, texts []string) any {
	f := newFiller(seed, texts)
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/options"):
		list := filled[api.OptionList](f)
		list.Options = append(list.Options, api.Option{Value: f.text(), Label: f.text()})
		return list
	case strings.HasSuffix(path, "/explain"):
		e := filled[api.Explanation](f)
		e.ID, e.Answer = "x", f.text()
		return e
	case strings.HasSuffix(path, "/verify"):
		v := filled[api.Verification](f)
		v.ID, v.Entries = "x", append(v.Entries, api.VerifiedEntry{Seq: 1, Problem: f.text()})
		return v
	case strings.HasPrefix(path, "/requests/"):
		request := filled[api.Request](f)
		request.ID, request.Flow = "WAIT", f.text()
		request.Status = append(api.Statuses(), api.StatusPending, api.StatusActive)[seed%12]
		return request
	case path == "/me" && r.URL.Query().Get("flow") != "":
		me := generated(r, seed, texts).(*api.Me)
		kinds := []string{api.FieldString, api.FieldText, api.FieldInt, api.FieldBool, api.FieldDuration, api.FieldTarget, api.FieldUser, api.FieldStrings}
		for n, name := range []string{"target", "query", "tickets", "urgency", "customer", "token", "rest", "last"} {
			field := filled[api.Field](f)
			field.Name, field.Type = name, kinds[(n+int(seed))%len(kinds)]
			me.Flow.Fields = append(me.Flow.Fields, *field)
		}
		me.Flow.May = []string{api.MayRequest}
		return me
	}
	return generated(r, seed, texts)
}
