package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// TestSign holds the signature against the example that Standard Webhooks'
// libraries share.
func TestSign(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	got, err := notify.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	if got, err := notify.Sign(secret+" "+secret, "a", "1", nil); err != nil || len(strings.Fields(got)) != 2 {
		t.Errorf("two secrets give %q %v", got, err)
	}
	for _, wrong := range []string{"", "whsec_", "whsec_???"} {
		if _, err := notify.Sign(wrong, "a", "1", nil); err == nil {
			t.Errorf("%q signs", wrong)
		}
	}
}

func event(t *testing.T, name, more string) api.Event {
	t.Helper()
	var e api.Event
	raw := `{"id":"R-2","type":"fasttrack.run.` + name + `","run":{"id":"R","flow":"aws-access","requester":{"email":"ada@example.com"},
		"fields":{"target":{"id":"prod-ro","label":"Production read-only"},"urgency":"Normal"},"reason":"have a look\nTo decide: nothing","duration_seconds":1800,
		"review":{"expires_at":"2026-11-23T11:00:00Z","errors":[{"hook":"on_request","error":"PagerDuty did not respond"}]},"access":{"ends_at":"2026-11-23T10:30:00Z","given":"Its presence was read back. A session may outlast it."}},
		"entry":{"seq":2,"event":"` + name + `","actor":{"type":"user","email":"grace@example.com"},"reason":"go ahead"` + more + `}}`
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMessages(t *testing.T) {
	for name, tc := range map[string]struct {
		event, more, subject string
		holds                []string
	}{
		"to people":               {"forward", `,"to":["group:sre"]`, "aws-access, Production read-only for ada@example.com waits for a decision", []string{"POST /requests/R/approve", "expires at 2026-11-23T11:00:00Z", "on_request failed: PagerDuty did not respond", "urgency: Normal"}},
		"approved":                {"approve", `,"status":"approved","checks":[{"name":"on call","passed":true,"detail":"P1"}]`, "aws-access, Production read-only for ada@example.com was approved", []string{"By:       grace@example.com", "Why:      go ahead", "Check:    on call: yes P1", "Nothing to do"}},
		"a hook adds":             {"approve", `,"status":"approved","hook_reason":"build resumed","hook_reason_by":"on_approve"`, "", []string{"Why:      go ahead\n", "the hook on_approve adds: build resumed\n"}},
		"one approval":            {"approve", `,"status":"pending"`, "", []string{"was approved by grace@example.com, and needs more approvals"}},
		"denied":                  {"deny", "", "aws-access, Production read-only for ada@example.com was denied", []string{"Why:      go ahead"}},
		"expired":                 {"expire", "", "", []string{"expired"}},
		"canceled":                {"cancel", "", "", []string{"was canceled"}},
		"access given":            {"escalate", "", "", []string{"Access ends at 2026-11-23T10:30:00Z", "A session may outlast it.", "POST /requests/R/revoke", "For:      30m0s"}},
		"access ended":            {"deescalate", "", "", []string{"has ended: access is removed"}},
		"revoked":                 {"revoke", "", "", []string{"was revoked: access is removed"}},
		"sessions outlast access": {"revoke", `,"sessions_until":"2026-11-23T18:30:00Z"`, "", []string{"was revoked: no new session can begin", "A session that began before may last until 2026-11-23T18:30:00Z."}},
		"failed":                  {"fail", `,"error":"no such user"`, "", []string{"failed: no access was granted", "Error:    no such user"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, notifies := notify.Compose(event(t, tc.event, tc.more), "https://portal.example.com/")
			if !notifies || tc.subject != "" && m.Subject != tc.subject {
				t.Errorf("subject is %q, want %q", m.Subject, tc.subject)
			}
			for _, part := range append(tc.holds, "ada@example.com", "https://portal.example.com/requests/R") {
				if !strings.Contains(m.Text, part) {
					t.Errorf("%q is missing of:\n%s", part, m.Text)
				}
			}
			if strings.Contains(m.Text, "\nTo decide: nothing") {
				t.Errorf("what somebody typed looks like ours:\n%s", m.Text)
			}
		})
	}
	for _, name := range []string{"request", "ignore"} {
		if _, notifies := notify.Compose(event(t, name, ""), ""); notifies {
			t.Errorf("%s notifies people", name)
		}
	}
	long := event(t, "deny", "")
	long.Request.Flow = strings.Repeat("ü\n", 100)
	if m, _ := notify.Compose(long, ""); len(m.Subject) > 100 || strings.ContainsAny(m.Subject, "ü\n") {
		t.Errorf("subject is %q", m.Subject)
	}
}

type topic struct {
	err  error
	sent []*sns.PublishInput
}

func (c *topic) Publish(_ context.Context, in *sns.PublishInput, _ ...func(*sns.Options)) (*sns.PublishOutput, error) {
	c.sent = append(c.sent, in)
	return &sns.PublishOutput{}, c.err
}

// A message that comes after the run has moved on asks nobody for an action.
func TestALateMessage(t *testing.T) {
	late := event(t, "escalate", `,"status":"active"`)
	late.Request.Status = "ended"
	m, notifies := notify.Compose(late, "")
	if !notifies || strings.Contains(m.Text, "/revoke") || !strings.Contains(m.Text, "has ended since") {
		t.Errorf("access was granted and has ended: %v %s", notifies, m.Text)
	}
	decided := event(t, "forward", `,"status":"pending"`)
	decided.Request.Status = "approved"
	if m, notifies := notify.Compose(decided, ""); notifies {
		t.Errorf("it is decided already: %s", m.Text)
	}
}

// The message about access that can't be granted or removed yet has the reason, and
// when it is retried.
func TestFailing(t *testing.T) {
	for where, want := range map[string]string{"grant": "access could not be granted yet", "take_back": "access could not be removed yet", "confirm": "was confirmed, but access could not be granted anew yet"} {
		var e api.Event
		raw := `{"id":"R-failing-3","type":"fasttrack.access.failing","run":{"id":"R","flow":"aws-access","status":"active","requester":{"email":"ada@example.com"},
			"last_error":{"at":"2026-11-23T10:00:00Z","where":"` + where + `","text":"AWS is away","next_try_at":"2026-11-23T10:00:08Z"}},"to":["ada@example.com","group:platform"]}`
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			t.Fatal(err)
		}
		m, notifies := notify.Compose(e, "")
		for _, part := range []string{want, "AWS is away", "2026-11-23T10:00:08Z"} {
			if !notifies || !strings.Contains(m.Text, part) {
				t.Errorf("%q is missing of:\n%s", part, m.Text)
			}
		}
		if e.Request.LastError.NextTryAt = (time.Time{}); where != "confirm" {
			continue
		}
		if m, _ := notify.Compose(e, ""); strings.Contains(m.Text, "Next try") || strings.Contains(m.Text, " yet") || !strings.Contains(m.Text, "may confirm it again") {
			t.Errorf("a confirm that has failed: %s", m.Text)
		}
	}
}

func TestNotify(t *testing.T) {
	var got *http.Request
	var body []byte
	status := http.StatusOK
	elsewhere := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			elsewhere++
			return
		}
		got = r
		body, _ = io.ReadAll(r.Body)
		if status == http.StatusFound {
			http.Redirect(w, r, "/elsewhere", status)
			return
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	hook, err := notify.NewWebhook(notify.WebhookOptions{URL: server.URL, OnThisMachine: true, Source: "arn:bus", Secret: func(context.Context) (string, error) { return secret, nil }, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	c := &topic{}
	h := notify.New(notify.Deps{Store: &delivertest.Table{}, Topic: c, TopicARN: "arn:t", Webhook: hook, Log: slog.New(slog.DiscardHandler)})
	handle := func(more string) error {
		detail, err := json.Marshal(event(t, "deny", `,"to":["group:sre"]`+more))
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Handle(t.Context(), api.BusEvent{Detail: detail})
		return err
	}
	// What fails in one channel keeps nobody from the other, and a retry sends the rest.
	for _, wrong := range []int{302, 400, 410, 429, 500, 503} {
		status = wrong
		if err := handle(""); err == nil {
			t.Errorf("%d of the webhook is no error", wrong)
		}
	}
	status, got = http.StatusOK, nil
	for range 2 {
		if err := handle(""); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := notify.Sign(secret, "R-2", "1795428000", body)
	if got == nil || got.Header.Get("webhook-id") != "R-2" || got.Header.Get("webhook-timestamp") != "1795428000" || got.Header.Get("webhook-signature") != want {
		t.Errorf("the request is %+v, want the signature %s", got, want)
	}
	if len(c.sent) != 1 || *c.sent[0].MessageAttributes["id"].StringValue != "R-2" || *c.sent[0].MessageAttributes["to"].StringValue != `["group:sre"]` || elsewhere > 0 {
		t.Errorf("redirected %d times, sns got %+v", elsewhere, c.sent)
	}
	c.err, got = errors.New("throttled"), nil
	if err := handle(`,"seq":3`); err == nil || got == nil {
		t.Errorf("%v, the webhook was notified: %v", err, got != nil)
	}
	for _, wrong := range []string{"http://example.com", "ftp://example.com", "x"} {
		if _, err := notify.NewWebhook(notify.WebhookOptions{URL: wrong, OnThisMachine: true}); err == nil {
			t.Errorf("%q is a webhook", wrong)
		}
	}
	if none, err := notify.NewWebhook(notify.WebhookOptions{}); none != nil || err != nil {
		t.Errorf("no URL is the webhook %v (%v)", none, err)
	}
}

// door is a way that is shut until somebody opens it.
type door struct {
	open bool
	sent int
}

func (*door) Name() string { return "slack" }

func (*door) Reaches(context.Context, deliver.Addressee) (string, error) { return "", nil }

func (d *door) Send(context.Context, deliver.Notice, deliver.Addressee) error {
	if !d.open {
		return deliver.Permanent{Why: "not_in_channel"}
	}
	d.sent++
	return nil
}

// An operator has sent what failed for good, once its cause is gone.
func TestHandle_Replay(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	r := &run.Run{ID: "R", Status: run.Pending, Requester: run.Person{ID: "ada@example.com"}, Review: &run.Review{}, History: []run.Entry{
		{Seq: 1, Event: run.Request, At: at}, {Seq: 2, Event: run.Forward, To: []string{"slack:#ops"}, Status: run.Pending, At: at},
	}}
	table, slack, c := &delivertest.Table{}, &door{}, &topic{}
	table.Put(r)
	h := notify.New(notify.Deps{
		Store: table, Topic: c, TopicARN: "arn:t", Ways: []deliver.Way{slack}, Portal: "https://fasttrack.example.com/console", Log: slog.New(slog.DiscardHandler),
		Directory: func() deliver.Directory { return deliver.Directory{} },
	})
	handle := func(kind string, detail any, want deliver.Report) {
		t.Helper()
		raw, err := json.Marshal(detail)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Handle(t.Context(), api.BusEvent{DetailType: kind, Detail: raw}); err != nil || got != want {
			t.Errorf("got %+v, want %+v (%v)", got, want, err)
		}
	}
	e := deliver.EventOf(r, r.History[1])
	handle(e.Type, e, deliver.Report{Sent: 1, Failed: 1})
	replay := deliver.Replay{RequestID: "R"}
	handle(deliver.DetailTypeReplay, replay, deliver.Report{Failed: 1})
	slack.open = true
	handle(deliver.DetailTypeReplay, replay, deliver.Report{Sent: 1})
	handle(deliver.DetailTypeReplay, replay, deliver.Report{})
	if slack.sent != 1 || len(c.sent) != 1 {
		t.Errorf("Slack has it %d times, the topic %d", slack.sent, len(c.sent))
	}
	for _, wrong := range []string{`{}`, `[]`, `{"request_id": "unknown"}`} {
		if _, err := h.Handle(t.Context(), api.BusEvent{DetailType: deliver.DetailTypeReplay, Detail: json.RawMessage(wrong)}); err == nil {
			t.Errorf("%s is replayed", wrong)
		}
	}
}

// An event of SES without mails is an error: nobody else would see to it.
func TestHandle_FeedbackWithoutMail(t *testing.T) {
	h := notify.New(notify.Deps{Store: &delivertest.Table{}, Log: slog.New(slog.DiscardHandler)})
	if _, err := h.Handle(t.Context(), api.BusEvent{Source: "aws.ses", DetailType: "Email Bounced", Detail: json.RawMessage(`{}`)}); err == nil {
		t.Error("a bounce is taken, and no mail is sent")
	}
}
