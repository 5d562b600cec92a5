package fakeslack_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// workspace returns a workspace with members of each kind, a client of its Web API and
// its clock.
func workspace(t *testing.T, change ...func(*fakeslack.Options)) (*fakeslack.Slack, *slack.Client, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	o := fakeslack.Options{
		Now: c.now,
		Users: []fakeslack.User{
			{ID: "U0ADA", Name: "Ada", Email: "ada@example.com"}, {ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"},
			{ID: "U0GONE", Email: "gone@example.com", Deleted: true}, {ID: "U0BOT", Bot: true}, {ID: "U0EVE", Team: "T0EVIL", Email: "eve@example.com", Stranger: true},
		},
		Channels: []fakeslack.Channel{{ID: "C0OPS", Name: "ops"}, {ID: "C0OLD", Name: "old", Archived: true}, {ID: "C0AWAY", Name: "away", WithoutUs: true}},
	}
	for _, f := range change {
		f(&o)
	}
	s, err := fakeslack.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, slack.New(fakeslack.BotToken, slack.OptionAPIURL(s.APIURL())), c
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// card is a message with a text and a button.
func card(text string) slack.MsgOption {
	return slack.MsgOptionBlocks(
		slack.NewSectionBlock(plain(text), nil, nil),
		slack.NewActionBlock("acts", slack.NewButtonBlockElement("approve", "R1", plain("Approve"))))
}

func TestMessagesArePostedAndUpdated(t *testing.T) {
	s, api, _ := workspace(t)
	channel, ts, err := api.PostMessage("#ops", slack.MsgOptionText("Waits", false), card("Ada asks"))
	if err != nil || channel != "C0OPS" {
		t.Fatalf("got %s %s %v", channel, ts, err)
	}
	if _, _, err := api.PostMessage(channel, slack.MsgOptionText("granted", false), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages("C0OPS")[0].Buttons(); len(got) != 1 || got[0] != (fakeslack.Button{BlockID: "acts", ActionID: "approve", Text: "Approve", Value: "R1"}) {
		t.Errorf("got buttons %v", got)
	}
	if _, _, _, err := api.UpdateMessage(channel, ts, slack.MsgOptionText("Approved", false), slack.MsgOptionBlocks(slack.NewSectionBlock(plain("by Grace"), nil, nil))); err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(channel, ts)
	if m.Text != "Approved" || m.Words() != "by Grace" || len(m.Buttons()) != 0 || m.Updates != 1 {
		t.Errorf("got %+v", m)
	}
	if _, _, err := api.PostMessage(channel, slack.MsgOptionText("look", false), slack.MsgOptionTS(ts), slack.MsgOptionBroadcast()); err != nil {
		t.Fatal(err)
	}
	if replies := s.Thread(channel, ts); len(replies) != 2 || replies[0].Text != "granted" || replies[0].Broadcast || !replies[1].Broadcast {
		t.Errorf("got replies %v", replies)
	}
	if dm, _, err := api.PostMessage("U0ADA", slack.MsgOptionText("hello", false)); err != nil || dm != fakeslack.DM("U0ADA") {
		t.Errorf("got %s %v", dm, err)
	}
}

func TestRefusals(t *testing.T) {
	post := func(to string, o ...slack.MsgOption) func(*slack.Client) error {
		return func(api *slack.Client) error {
			_, _, err := api.PostMessage(to, append(o, slack.MsgOptionText("x", false))...)
			return err
		}
	}
	for _, tc := range []struct {
		of, want string
		call     func(*slack.Client) error
	}{
		{"an unknown channel", "channel_not_found", post("#nowhere")},
		{"an archived channel", "is_archived", post("#old")},
		{"a channel without the app", "not_in_channel", post("C0AWAY")},
		{"a deactivated member", "account_inactive", post("U0GONE")},
		{"a bot", "cannot_dm_bot", post("U0BOT")},
		{"an unknown thread", "thread_not_found", post("#ops", slack.MsgOptionTS("1.2"))},
		{"a long text of a header", "invalid_blocks", post("#ops", slack.MsgOptionBlocks(slack.NewHeaderBlock(plain(strings.Repeat("a", 151)))))},
		{"a message that isn't there", "message_not_found", func(api *slack.Client) error {
			_, _, _, err := api.UpdateMessage("C0OPS", "1.2", slack.MsgOptionText("x", false))
			return err
		}},
		{"an update by a channel's name", "channel_not_found", func(api *slack.Client) error {
			_, _, _, err := api.UpdateMessage("#ops", "1.2", slack.MsgOptionText("x", false))
			return err
		}},
		{"an unknown user", "user_not_found", func(api *slack.Client) error { _, err := api.GetUserInfo("U0WHO"); return err }},
		{"the e-mail of a deactivated user", "users_not_found", func(api *slack.Client) error { _, err := api.GetUserByEmail("gone@example.com"); return err }},
		{"the e-mail of a stranger", "users_not_found", func(api *slack.Client) error { _, err := api.GetUserByEmail("eve@example.com"); return err }},
		{"a trigger that Slack never issued", "invalid_trigger_id", func(api *slack.Client) error { _, err := api.OpenView("1.2.3", modal("x")); return err }},
	} {
		_, api, _ := workspace(t)
		if err := tc.call(api); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", tc.of, err, tc.want)
		}
	}
}

func TestTokenAndScopesAreChecked(t *testing.T) {
	s, _, _ := workspace(t, func(o *fakeslack.Options) { o.Scopes = []string{"users:read"} })
	if _, err := slack.New("xoxb-other", slack.OptionAPIURL(s.APIURL())).GetUserInfo("U0ADA"); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("another token: got %v", err)
	}
	api := slack.New(fakeslack.BotToken, slack.OptionAPIURL(s.APIURL()))
	if u, err := api.GetUserInfo("U0ADA"); err != nil || u.Profile.Email != "" {
		t.Errorf("without users:read.email: got %v %v", u, err)
	}
	if _, _, err := api.PostMessage("#ops", slack.MsgOptionText("x", false)); err == nil || !strings.HasPrefix(err.Error(), "missing_scope") {
		t.Errorf("without chat:write: got %v", err)
	}
}

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	v := slack.ModalViewRequest{Type: slack.VTModal, Title: plain(title), Submit: plain("Send"), Blocks: slack.Blocks{BlockSet: blocks}}
	if len(blocks) == 0 {
		v.Blocks.BlockSet = []slack.Block{slack.NewSectionBlock(plain("One moment"), nil, nil)}
		v.Submit = nil
	}
	return v
}

// app is an app that answers as a test says, and keeps what Slack sent.
type app struct {
	answer func(w http.ResponseWriter, path string, form url.Values, body []byte)
	calls  []*http.Request
}

func serveApp(t *testing.T, s *fakeslack.Slack, answer func(w http.ResponseWriter, path string, form url.Values, body []byte)) *app {
	a := &app{answer: answer}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		verifier, err := slack.NewSecretsVerifier(r.Header, fakeslack.SigningSecret)
		if err == nil {
			_, _ = verifier.Write(raw)
			err = verifier.Ensure()
		}
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		a.calls = append(a.calls, r)
		form, _ := url.ParseQuery(string(raw))
		a.answer(w, r.URL.Path, form, raw)
	}))
	t.Cleanup(server.Close)
	s.SetApp(server.URL)
	return a
}

func callback(form url.Values) (c slack.InteractionCallback) {
	_ = json.Unmarshal([]byte(form.Get("payload")), &c)
	return c
}

func TestATriggerOpensOneViewWithinThreeSeconds(t *testing.T) {
	s, api, c := workspace(t, func(o *fakeslack.Options) { o.Now = time.Now })
	_ = c
	var first, second error
	serveApp(t, s, func(_ http.ResponseWriter, _ string, form url.Values, _ []byte) {
		_, first = api.OpenView(form.Get("trigger_id"), modal("Request"))
		_, second = api.OpenView(form.Get("trigger_id"), modal("Request"))
	})
	if ack := s.Command("U0ADA", "C0OPS", "aws-access"); !ack.OK() || len(ack.Body) > 0 {
		t.Fatalf("got %+v", ack)
	}
	if first != nil || second == nil || second.Error() != "exchanged_trigger_id" {
		t.Errorf("got %v, then %v", first, second)
	}
	if v, open := s.OpenView("U0ADA"); !open || v.Title() != "Request" {
		t.Errorf("got %+v", v)
	}
}

func TestAnOldTriggerOpensNothing(t *testing.T) {
	s, api, c := workspace(t)
	var late error
	serveApp(t, s, func(_ http.ResponseWriter, _ string, form url.Values, _ []byte) {
		c.at = c.at.Add(3*time.Second + 1)
		_, late = api.OpenView(form.Get("trigger_id"), modal("Request"))
	})
	// The verifier of the app has the real time.
	s.Command("U0ADA", "C0OPS", "", func(d *fakeslack.Delivery) { d.At = time.Now() })
	if late == nil || late.Error() != "expired_trigger_id" {
		t.Errorf("got %v", late)
	}
}

func TestFormsAreFilledInAndSubmitted(t *testing.T) {
	s, api, _ := workspace(t, func(o *fakeslack.Options) { o.Now = time.Now })
	reason := slack.NewInputBlock("why", plain("Why"), nil, slack.NewPlainTextInputBlockElement(nil, "v"))
	target := slack.NewInputBlock("target", plain("Access to"), nil, slack.NewOptionsSelectBlockElement("static_select", nil, "v",
		slack.NewOptionBlockObject("#0", plain("Read"), nil), slack.NewOptionBlockObject("#1", plain("Write"), nil)))
	service := slack.NewInputBlock("service", plain("Service"), nil, slack.NewOptionsSelectBlockElement("external_select", nil, "v"))
	service.Optional = true
	var state map[string]map[string]slack.BlockAction
	serveApp(t, s, func(w http.ResponseWriter, path string, form url.Values, _ []byte) {
		c := callback(form)
		switch {
		case path == "/slack/options":
			_ = json.NewEncoder(w).Encode(map[string]any{"options": []any{slack.NewOptionBlockObject("billing", plain("Service "+c.Value), nil)}})
		case c.Type == slack.InteractionTypeShortcut:
			_, _ = api.OpenView(c.TriggerID, modal("Request", target, reason, service))
		case c.Type == slack.InteractionTypeViewSubmission && c.View.State.Values["why"]["v"].Value == "no":
			_, _ = w.Write([]byte(`{"response_action":"errors","errors":{"why":"say more"}}`))
		default:
			state = c.View.State.Values
			_ = json.NewEncoder(w).Encode(map[string]any{"response_action": "update", "view": modal("Done")})
		}
	})
	s.Shortcut("U0ADA", "request")
	v, open := s.OpenView("U0ADA")
	if !open {
		t.Fatalf("no form: %v", s.Problems())
	}
	if ack := s.Submit("U0ADA", v.ID, nil); ack.Errors["target"] != "Please complete this required field." || ack.Errors["service"] != "" {
		t.Errorf("nothing filled in: got %v", ack.Errors)
	}
	if ack := s.Submit("U0ADA", v.ID, fakeslack.Values{"target": "Admin"}); ack.Errors["target"] == "" {
		t.Error("an option that isn't offered was taken")
	}
	if ack := s.Submit("U0ADA", v.ID, fakeslack.Values{"target": "Write", "why": "no"}); ack.Errors["why"] != "say more" || ack.View.Errors["why"] != "say more" {
		t.Errorf("got %+v", ack)
	}
	if options, ack := s.Options("U0ADA", v.ID, "service", "bill"); !ack.OK() || len(options) != 1 || options[0] != (fakeslack.Option{Text: "Service bill", Value: "billing"}) {
		t.Errorf("got options %v %+v", options, ack)
	}
	ack := s.Submit("U0ADA", v.ID, fakeslack.Values{"why": "because", "service": "billing"})
	if !ack.OK() || ack.View.Title() != "Done" {
		t.Fatalf("got %+v", ack)
	}
	if state["target"]["v"].SelectedOption.Value != "#1" || state["why"]["v"].Value != "because" || state["service"]["v"].SelectedOption.Value != "billing" {
		t.Errorf("got state %+v", state)
	}
	if p := s.Problems(); len(p) > 0 {
		t.Errorf("got problems %v", p)
	}
}

func TestAnOldHashIsRefused(t *testing.T) {
	s, api, _ := workspace(t, func(o *fakeslack.Options) { o.Now = time.Now })
	var opened *slack.ViewResponse
	serveApp(t, s, func(_ http.ResponseWriter, _ string, form url.Values, _ []byte) {
		opened, _ = api.OpenView(form.Get("trigger_id"), modal("One"))
	})
	s.Command("U0ADA", "C0OPS", "")
	if _, err := api.UpdateView(modal("Two"), "", opened.View.Hash, opened.View.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := api.UpdateView(modal("Three"), "", opened.View.Hash, opened.View.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("got %v", err)
	}
	s.CloseView("U0ADA", opened.View.ID)
	if _, err := api.UpdateView(modal("Four"), "", "", opened.View.ID); err == nil || err.Error() != "not_found" {
		t.Errorf("closed: got %v", err)
	}
}

func TestScheduledMessages(t *testing.T) {
	s, api, c := workspace(t)
	in := func(d time.Duration) string { return unix(c.at.Add(d)) }
	for at, want := range map[string]string{in(-time.Second): "time_in_past", in(121 * 24 * time.Hour): "time_too_far"} {
		if _, _, err := api.ScheduleMessage("#ops", at, slack.MsgOptionText("x", false)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	dm, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U0ADA"}})
	if err != nil {
		t.Fatal(err)
	}
	_, kept, err := api.ScheduleMessage(dm.ID, in(time.Hour), slack.MsgOptionText("ends soon", false))
	if err != nil {
		t.Fatal(err)
	}
	_, dropped, _ := api.ScheduleMessage(dm.ID, in(time.Hour), slack.MsgOptionText("dropped", false))
	if _, err := api.DeleteScheduledMessage(&slack.DeleteScheduledMessageParameters{Channel: dm.ID, ScheduledMessageID: dropped}); err != nil {
		t.Fatal(err)
	}
	c.at = c.at.Add(time.Hour - 30*time.Second)
	if _, err := api.DeleteScheduledMessage(&slack.DeleteScheduledMessageParameters{Channel: dm.ID, ScheduledMessageID: kept}); err == nil {
		t.Error("a message was deleted that is sent in half a minute")
	}
	c.at = c.at.Add(30 * time.Second)
	if got := s.Messages(dm.ID); len(got) != 1 || got[0].Text != "ends soon" || len(s.Scheduled()) != 0 {
		t.Errorf("got %v", got)
	}
	for range 30 {
		if _, _, err := api.ScheduleMessage("#ops", in(time.Hour), slack.MsgOptionText("x", false)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := api.ScheduleMessage("#ops", in(time.Hour+4*time.Minute), slack.MsgOptionText("x", false)); err == nil || err.Error() != "restricted_too_many" {
		t.Errorf("the 31st in five minutes: got %v", err)
	}
}

func TestFaults(t *testing.T) {
	s, api, _ := workspace(t)
	s.Break(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	_, _, err := api.PostMessage("#ops", slack.MsgOptionText("x", false))
	if limited, is := errors.AsType[*slack.RateLimitedError](err); !is || limited.RetryAfter != 7*time.Second {
		t.Errorf("got %v", err)
	}
	s.Break(fakeslack.Fault{Times: 1, LoseAnswer: true})
	if _, _, err = api.PostMessage("#ops", slack.MsgOptionText("lost", false)); err == nil || len(s.Messages("C0OPS")) != 1 {
		t.Errorf("a lost answer: got %v and %v", err, s.Messages("C0OPS"))
	}
	s.Break(fakeslack.Fault{Times: 1, Status: http.StatusInternalServerError})
	s.Break(fakeslack.Fault{Times: 1, Error: "fatal_error"})
	for _, want := range []string{"500", "fatal_error"} {
		if _, _, err = api.PostMessage("#ops", slack.MsgOptionText("x", false)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, _, err = api.PostMessage("#ops", slack.MsgOptionText("x", false)); err != nil {
		t.Error(err)
	}
}

func TestRateLimits(t *testing.T) {
	_, api, c := workspace(t, func(o *fakeslack.Options) { o.RateLimits = true })
	limited := func(err error) bool { _, is := errors.AsType[*slack.RateLimitedError](err); return is }
	for range 50 {
		if _, err := api.GetUserByEmail("ada@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := api.GetUserByEmail("ada@example.com"); !limited(err) {
		t.Errorf("the 51st look-up in a minute: got %v", err)
	}
	if _, err := api.GetUserInfo("U0ADA"); err != nil {
		t.Errorf("another method: got %v", err)
	}
	c.at = c.at.Add(time.Minute)
	if _, err := api.GetUserByEmail("ada@example.com"); err != nil {
		t.Errorf("a minute later: got %v", err)
	}
}

func unix(t time.Time) string {
	raw, _ := json.Marshal(t.Unix())
	return string(raw)
}
