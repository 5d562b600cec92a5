package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

var at = time.Date(2026, 11, 29, 13, 53, 0, 0, time.UTC)

// pending is a request that waits for people.
func pending() api.Request {
	return api.Request{
		ID: "01JD0000000000000000000000", Flow: "aws-access", FlowLabel: "AWS access", Title: "Production", Status: api.StatusPending, Reason: "disk is\nfull",
		Requester: api.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}, DurationSeconds: 5400, Withheld: []string{"token"}, WithheldShown: []api.FieldName{{Name: "token", Label: "One-time code"}},
		FieldsShown: []api.FieldShown{{Label: "Urgency", Shown: "High"}},
		Review: &api.Review{
			Approvals: api.Approvals{{Count: 1}, {From: "group:sre", Count: 1}}, ApprovedBy: []api.Person{{Email: "linus@example.com"}}, ExpiresAt: at,
			Checks: []api.Check{{Name: "on call", Passed: false, Detail: "not this week"}}, Errors: []api.HookError{{Hook: "on_request", Error: "timeout"}},
		},
	}
}

func decidedBy(r api.Request, status api.Status, event api.EventName, by api.Actor) api.Request {
	r.Status, r.Decision = status, &api.Decision{Event: event, By: by, At: at, Reason: "go ahead"}
	return r
}

var grace = api.Actor{Type: api.ActorUser, Email: "grace@example.com", Name: "Grace"}

// said returns the texts and buttons of blocks, a line each.
func said(t *testing.T, blocks []slack.Block) string {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var lines []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			switch {
			case v["type"] == "button":
				lines = append(lines, "["+v["text"].(map[string]any)["text"].(string)+"]")
			case v["type"] == "rich_text_section" || v["type"] == "rich_text_quote":
				line := ""
				for _, x := range v["elements"].([]any) {
					line += x.(map[string]any)["text"].(string)
				}
				if v["type"] == "rich_text_quote" {
					line = "> " + line
				}
				lines = append(lines, line)
			case v["text"] != nil:
				if s, is := v["text"].(string); is {
					lines = append(lines, s)
				} else {
					walk(v["text"])
				}
			default:
				walk(v["fields"])
				walk(v["elements"])
			}
		}
	}
	walk(all)
	return strings.Join(lines, "\n")
}

func check(t *testing.T, blocks []slack.Block, want string) {
	t.Helper()
	if got := said(t, blocks); got != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestCardOfARequestThatWaits(t *testing.T) {
	m := slackui.Card(pending(), slackui.Look{Why: "you are in sre", Link: "https://access.example.com/r", Buttons: true})
	check(t, m.Blocks, `
Waits for a decision: AWS access, Production for ada@example.com
ada@example.com requests AWS access, Production
> disk is
full
For 1h30m
Urgency: High
One-time code: not shown in Slack
✗ on call not this week
! on_request failed: timeout
1 of 2 approvals: linus@example.com
[Approve]
[Deny…]
[Shorten…]
[Open]
Request 01JD0000000000000000000000 · expires 29 Nov 13:53 UTC · you are in sre`)
	if want := "Waits for a decision: AWS access, Production for ada@example.com"; m.Text != want {
		t.Errorf("got %q, want %q", m.Text, want)
	}
}

// A card shows what became of a request, and only buttons that have an effect.
func TestCardAfterTheDecision(t *testing.T) {
	approved := decidedBy(pending(), api.StatusApproved, api.EventApprove, grace)
	active := decidedBy(pending(), api.StatusActive, api.EventApprove, grace)
	active.Access = &api.Access{EndsAt: at, Output: json.RawMessage(`"secret"`), Given: "read back. secret"}
	revoked := decidedBy(pending(), api.StatusRevoked, api.EventApprove, grace)
	revoked.History = []api.Entry{{Event: api.EventRevoke, Actor: api.Actor{Type: api.ActorUser, Email: "root@example.com"}, Reason: "incident is over"}}
	fast := decidedBy(pending(), api.StatusActive, api.EventApprove, api.Actor{Type: api.ActorHook, ID: "on_request"})
	expired := decidedBy(pending(), api.StatusExpired, api.EventExpire, api.Actor{Type: api.ActorEngine})
	for name, tc := range map[string]struct {
		r       api.Request
		first   string
		holds   []string
		buttons string
	}{
		"approved":     {approved, "Approved by grace@example.com: ", []string{"> go ahead", "Access is being granted."}, "[Revoke…]"},
		"active":       {active, "Approved by grace@example.com: ", []string{"Access until 29 Nov 13:53 UTC."}, "[Revoke…]"},
		"fast-tracked": {fast, "Fast-tracked by the hook on_request: ", nil, "[Revoke…]"},
		"denied":       {decidedBy(pending(), api.StatusDenied, api.EventDeny, grace), "Denied by grace@example.com: ", []string{"> go ahead"}, ""},
		"canceled":     {decidedBy(pending(), api.StatusCanceled, api.EventCancel, grace), "Canceled by grace@example.com: ", nil, ""},
		"expired":      {expired, "Expired without a decision: ", nil, ""},
		"revoked":      {revoked, "Revoked by root@example.com: ", []string{"Access was revoked by root@example.com.", "> incident is over"}, ""},
		"ended":        {decidedBy(pending(), api.StatusEnded, api.EventApprove, grace), "Access ended: ", []string{"Access ended."}, ""},
		"failed":       {decidedBy(pending(), api.StatusFailed, api.EventApprove, grace), "Failed: no access was granted: ", []string{"No access was granted."}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := said(t, slackui.Card(tc.r, slackui.Look{Buttons: true}).Blocks)
			if !strings.HasPrefix(got, tc.first) {
				t.Errorf("got %q, want it to begin with %q", got, tc.first)
			}
			for _, want := range tc.holds {
				if !strings.Contains("\n"+got+"\n", "\n"+want+"\n") {
					t.Errorf("got:\n%s\nwant the line %q", got, want)
				}
			}
			var buttons []string
			for line := range strings.Lines(got) {
				if strings.HasPrefix(line, "[") {
					buttons = append(buttons, strings.TrimSpace(line))
				}
			}
			if got := strings.Join(buttons, " "); got != tc.buttons {
				t.Errorf("got buttons %q, want %q", got, tc.buttons)
			}
			if strings.Contains(got, "secret") {
				t.Errorf("an output of the strategy is shown:\n%s", got)
			}
		})
	}
	if got := said(t, slackui.Card(pending(), slackui.Look{}).Blocks); strings.Contains(got, "[") {
		t.Errorf("got buttons without Buttons and Link:\n%s", got)
	}
}

func TestMessagesToTheRequester(t *testing.T) {
	event := func(r api.Request, name api.EventName, by api.Actor, reason string) api.Event {
		return api.Event{Type: api.EventTypeRun + string(name), Request: r, Entry: api.Entry{Seq: 3, Event: name, Actor: by, Reason: reason, Status: r.Status}}
	}
	active := decidedBy(pending(), api.StatusActive, api.EventApprove, grace)
	active.Access = &api.Access{EndsAt: at, Output: json.RawMessage(`{"password": "secret"}`)}
	for name, tc := range map[string]struct {
		e    api.Event
		want string
	}{
		"denied": {event(decidedBy(pending(), api.StatusDenied, api.EventDeny, grace), api.EventDeny, grace, "not today"), `
Denied by grace@example.com: AWS access, Production
> not today
Request 01JD0000000000000000000000`},
		"granted": {event(active, api.EventEscalate, api.Actor{Type: api.ActorEngine}, ""), `
Access granted: AWS access, Production
It ends on 29 Nov 13:53 UTC. How to use it is on the request's page.
[Return access]
Request 01JD0000000000000000000000`},
		"granted, and ended since": {event(decidedBy(pending(), api.StatusEnded, api.EventApprove, grace), api.EventEscalate, api.Actor{Type: api.ActorEngine}, ""), `
Access granted: AWS access, Production
It has ended since.
Request 01JD0000000000000000000000`},
		"revoked": {event(decidedBy(pending(), api.StatusRevoked, api.EventApprove, grace), api.EventRevoke, grace, "incident is over"), `
Access revoked by grace@example.com: AWS access, Production
> incident is over
Request 01JD0000000000000000000000`},
	} {
		t.Run(name, func(t *testing.T) {
			m, is := slackui.Direct(tc.e, slackui.Look{Buttons: true})
			if !is {
				t.Fatal("no message")
			}
			check(t, m.Blocks, tc.want)
		})
	}
	if _, is := slackui.Direct(event(pending(), api.EventIgnore, grace, ""), slackui.Look{}); is {
		t.Error("an action without an effect has a message")
	}
	check(t, slackui.Reminder(active, at, slackui.Look{Link: "https://access.example.com/r"}).Blocks, `
Access ends in 10m, on 29 Nov 13:53 UTC: AWS access, Production
[Open]
Request 01JD0000000000000000000000`)
}

// Everything at its longest is a message that Slack takes.
func TestTheLongestCard(t *testing.T) {
	long := strings.Repeat("€", 40_000)
	r := decidedBy(pending(), api.StatusRevoked, api.EventApprove, api.Actor{Type: api.ActorUser, Email: long})
	r.Flow, r.FlowLabel, r.Title, r.Reason, r.Requester = long, long, long, long, api.Person{Email: long}
	r.Decision.Reason, r.Decision.HookReason, r.Decision.HookReasonBy = long, long, long
	r.History = []api.Entry{{Event: api.EventRevoke, Actor: r.Decision.By, Reason: long}}
	r.Access, r.LastError = &api.Access{GoneAt: at, SessionsUntil: at}, &api.LastError{Where: "take_back", Text: long}
	r.FieldsShown, r.Review.Checks, r.Review.Errors = nil, nil, nil
	for range 30 {
		r.FieldsShown = append(r.FieldsShown, api.FieldShown{Label: long, Shown: long})
		r.Review.Checks = append(r.Review.Checks, api.Check{Name: long, Detail: long})
		r.Review.Errors = append(r.Review.Errors, api.HookError{Hook: long, Error: long})
	}
	m := slackui.Card(r, slackui.Look{Why: long, Link: "https://access.example.com/r", Buttons: true})
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	if found := blockkit.Blocks(raw, blockkit.Message, "card"); len(found) > 0 {
		t.Error(found)
	}
	if n := len([]rune(said(t, m.Blocks))); n > maxBlocksText || n < maxBlocksText/2 {
		t.Errorf("%d characters together, want at most %d", n, maxBlocksText)
	}
}

func TestLineAndLines(t *testing.T) {
	for _, tc := range []struct {
		in          string
		most        int
		line, lines string
	}{
		{"a\tb\r\nc\n", 10, "a b c", "a b\nc"},
		{"by \u202egrace\u202c", 20, "by grace", "by grace"},
		{"a\u2028b\x07c", 20, "a bc", "a bc"},
		{"\ufffd\xff", 5, "\ufffd\ufffd", "\ufffd\ufffd"},
		{"héé", 3, "héé", "héé"},
		{"hééé", 3, "hé…", "hé…"},
		{"😀😀", 4, "😀😀", "😀😀"},
		{"😀😀x", 4, "😀…", "😀…"},
		{"👩\u200d👧👧", 5, "👩…", "👩…"},
		{"ab cd", 4, "ab…", "ab…"},
	} {
		if got := slackui.Line(tc.in, tc.most); got != tc.line {
			t.Errorf("Line(%q, %d) is %q, want %q", tc.in, tc.most, got, tc.line)
		}
		if got := slackui.Lines(tc.in, tc.most); got != tc.lines {
			t.Errorf("Lines(%q, %d) is %q, want %q", tc.in, tc.most, got, tc.lines)
		}
		if got := len(utf16.Encode([]rune(slackui.Lines(tc.in, tc.most)))); got > tc.most {
			t.Errorf("Lines(%q, %d) has %d units", tc.in, tc.most, got)
		}
	}
}
