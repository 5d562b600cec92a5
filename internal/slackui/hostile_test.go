package slackui_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// hostile are texts that try to mention people, to forge a link, to look like something
// else, or to break the message.
var hostile = []string{
	"", " ", "\n\n\n", "<!channel> <!here> <!everyone> @here @channel", "<@U1> <#C1> <https://evil.example|click me>", "&amp;&lt;!channel&gt;",
	"*bold* _it_ ~gone~ `code` ```block``` > quote\n> quote", ":boom: :white_check_mark: gnp.exe", "approved by \u202egrace\u202c@example.com",
	"a\u200bb\u200cc\u2060d\ufeff\u00ad", "\u2066isolated\u2069\u061c", "\x00\x07\x1b[31mred\x7f\u0085\u2028\u2029", "bad \xff\xfe utf-8",
	strings.Repeat("😀", 3000), strings.Repeat("é😀", 3000), strings.Repeat("👩\u200d👩\u200d👧", 700), strings.Repeat("مرحبا بالعالم ", 300), strings.Repeat("\u0301", 2000), strings.Repeat("x", 40_000),
	strings.Repeat("line\n", 1000), "\U000e0041\U000e0042tagged", "\u3164\u115f\u2800",
}

func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.StringN(0, 80, -1))
}

// requests draws a request in any status, whose every text is hostile.
func requests() *rapid.Generator[api.Request] {
	return rapid.Custom(func(t *rapid.T) api.Request {
		say := func(what string) string { return texts().Draw(t, what) }
		person := func(what string) api.Person {
			return api.Person{ID: say(what + " id"), Email: say(what + " e-mail"), Name: say(what + " name")}
		}
		actor := func(what string) api.Actor {
			p := person(what)
			return api.Actor{Type: rapid.SampledFrom([]api.ActorType{api.ActorUser, api.ActorHook, api.ActorEngine}).Draw(t, what), ID: p.ID, Email: p.Email, Name: p.Name}
		}
		checks := func(what string) []api.Check {
			return rapid.SliceOfN(rapid.Custom(func(*rapid.T) api.Check {
				return api.Check{Name: say(what), Passed: rapid.Bool().Draw(t, what), Detail: say(what + " detail")}
			}), 0, 30).Draw(t, what)
		}
		at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
		r := api.Request{
			ID: "01JD0000000000000000000000", Flow: say("flow"), FlowLabel: say("label"), Title: say("title"), Requester: person("requester"),
			Status: rapid.SampledFrom(append(api.Statuses(), "newer")).Draw(t, "status"), Reason: say("reason"), Fields: map[string]json.RawMessage{},
			DurationSeconds: rapid.IntRange(0, 100_000).Draw(t, "duration"), Withheld: rapid.SliceOfN(texts(), 0, 12).Draw(t, "withheld"),
		}
		for range rapid.IntRange(0, 20).Draw(t, "fields") {
			raw, _ := json.Marshal(say("value"))
			if rapid.Bool().Draw(t, "target") {
				raw, _ = json.Marshal(map[string]string{"id": say("id"), "label": say("target label")})
			}
			r.Fields[say("field")] = raw
			r.FieldsShown = append(r.FieldsShown, api.FieldShown{Label: say("label"), Shown: say("shown")})
		}
		if rapid.Bool().Draw(t, "of an event") {
			r.FieldsShown = nil
		}
		if rapid.Bool().Draw(t, "review") {
			r.Review = &api.Review{
				Approvers: rapid.SliceOfN(texts(), 0, 20).Draw(t, "approvers"), Approvals: api.Approvals{{Count: rapid.IntRange(1, 9).Draw(t, "needed")}},
				ExpiresAt: at, Checks: checks("check"), Errors: []api.HookError{{Hook: say("hook"), Error: say("error")}, {}, {}, {}},
			}
			for range rapid.IntRange(0, 9).Draw(t, "approved") {
				r.Review.ApprovedBy = append(r.Review.ApprovedBy, person("approver"))
			}
		}
		if rapid.Bool().Draw(t, "decision") {
			r.Decision = &api.Decision{
				Event: rapid.SampledFrom([]api.EventName{api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel}).Draw(t, "decided"),
				By:    actor("decider"), Reason: say("decision"), HookReason: say("hook reason"), HookReasonBy: say("hook"), At: at, Checks: checks("found"),
			}
		}
		if rapid.Bool().Draw(t, "access") {
			r.Access = &api.Access{StartsAt: at, EndsAt: at, GoneAt: at, SessionsUntil: at, Given: say("given"), Gone: say("gone")}
		}
		if rapid.Bool().Draw(t, "you") {
			r.You = &api.You{Extend: &api.ExtendAllowed{May: true}, Confirm: &api.ConfirmAllowed{May: true}}
		}
		if rapid.Bool().Draw(t, "emergency") {
			r.BreakGlass = &api.BreakGlass{State: rapid.SampledFrom([]string{api.GlassOpen, api.GlassUnreviewed}).Draw(t, "state"), ReviewBy: at}
		}
		if rapid.Bool().Draw(t, "error") {
			r.LastError = &api.LastError{Where: rapid.SampledFrom([]string{"grant", "take_back", "confirm", "on_request"}).Draw(t, "where"), Text: say("error")}
		}
		r.History = []api.Entry{{Seq: 1, Event: api.EventRevoke, Actor: actor("revoker"), Reason: say("revoked for")}}
		return r
	})
}

func events(r api.Request) *rapid.Generator[api.Event] {
	return rapid.Custom(func(t *rapid.T) api.Event {
		e := api.Event{ID: r.ID + "-7", Type: api.EventTypeRun + "x", Request: r}
		e.Entry = api.Entry{
			Seq: 7, Actor: api.Actor{Type: api.ActorUser, Email: texts().Draw(t, "actor")}, Reason: texts().Draw(t, "entry reason"), HookReason: texts().Draw(t, "adds"), HookReasonBy: "on_approve",
			Event: rapid.SampledFrom([]api.EventName{
				api.EventRequest, api.EventForward, api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel, api.EventEscalate, api.EventDeescalate, api.EventRevoke, api.EventFail, api.EventIgnore,
			}).Draw(t, "event"),
		}
		if rapid.Bool().Draw(t, "failing") {
			e.Type, e.Entry = api.EventTypeAccessFailing, api.Entry{}
		}
		return e
	})
}

// Whatever people and hooks write, Slack takes every message, parses none of it, and its
// readers see all of it.
func TestHostileTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := requests().Draw(t, "request")
		e := events(r).Draw(t, "event")
		look := slackui.Look{Why: texts().Draw(t, "why"), Buttons: rapid.Bool().Draw(t, "buttons")}
		if rapid.Bool().Draw(t, "link") {
			look.Link = "https://access.example.com/console/requests/" + r.ID
		}
		checkMessage(t, "card", slackui.Card(r, look))
		if m, is := slackui.Thread(e); is {
			checkMessage(t, "thread", m)
		}
		if m, is := slackui.Direct(e, look); is {
			checkMessage(t, "direct", m)
		}
		if m, is := slackui.ReviewReminder(r, look); is {
			checkMessage(t, "reminder of a review", m)
		}
		checkMessage(t, "reminder", slackui.Reminder(r, e.Time, look))
		checkView(t, "outcome", blockkit.Modal, slackui.Outcome(r, look.Link))
		checkView(t, "notice", blockkit.Modal, slackui.Notice(texts().Draw(t, "title"), texts().Draw(t, "said")))
		list := rapid.SliceOfN(rapid.Just(r), 0, 20)
		yes := func(api.Request) bool { return look.Buttons }
		checkView(t, "home", blockkit.Home, slackui.Home(slackui.HomePage{
			Inbox: list.Draw(t, "inbox"), Unreviewed: list.Draw(t, "unreviewed"), Access: list.Draw(t, "access"), Waiting: list.Draw(t, "waiting"), More: true,
			Link: func(string) string { return look.Link }, Decides: yes, Returns: yes,
		}))
	})
}

// maxBlocksText is what the blocks of one message may hold together.
const maxBlocksText = 11_000

func checkMessage(t *rapid.T, what string, m slackui.Message) {
	raw := encoded(t, m.Blocks)
	for _, found := range blockkit.Blocks(raw, blockkit.Message, what) {
		t.Errorf("%s", found)
	}
	var body any
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	total := 0
	checkTexts(t, what, body, &total)
	if total > maxBlocksText {
		t.Errorf("%s: the texts have %d characters together", what, total)
	}
	if m.Text == "" || strings.ContainsAny(m.Text, "<>\n") || strings.Contains(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(m.Text), "&") {
		t.Errorf("%s: Slack would parse the text %q", what, m.Text)
	}
}

func checkView(t *rapid.T, what string, surface blockkit.Surface, view any) {
	raw := encoded(t, view)
	for _, found := range blockkit.View(raw) {
		t.Errorf("%s: %s", what, found)
	}
	var body any
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	checkTexts(t, what, body, new(int))
}

func encoded(t *rapid.T, v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// checkTexts walks a body: no mrkdwn and no mention object, and no text with characters
// that can't be seen.
func checkTexts(t *rapid.T, at string, v any, total *int) {
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			checkTexts(t, fmt.Sprintf("%s/%d", at, i), x, total)
		}
	case map[string]any:
		switch v["type"] {
		case slack.MarkdownType, "user", "usergroup", "channel", "broadcast", "link", "emoji", "markdown":
			t.Errorf("%s: an object that Slack parses: %v", at, v)
		case slack.PlainTextType:
			if v["emoji"] != false {
				t.Errorf("%s: emoji are shown", at)
			}
		}
		if s, is := v["text"].(string); is {
			*total += utf8.RuneCountInString(s)
			if clean := text.Clean(s); clean != s || strings.ContainsAny(s, "\r\u2028\u2029") {
				t.Errorf("%s: %q has characters that can't be seen", at, s)
			}
		}
		for name, x := range v {
			checkTexts(t, at+"/"+name, x, total)
		}
	}
}
