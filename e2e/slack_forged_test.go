package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

// The signing secret alone does nothing; a call that is unsigned, old or changed is
// refused.
func TestSlack_ForgedCalls(t *testing.T) {
	s := serveSlack(t, slackFlows, nil)
	id, _ := s.ask(ada, "access", fakeslack.Values{"f:access:target": "Production administrator", "r:access:": "look"})
	m := s.card(fakeslack.DM(grace), id)
	var reached atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(evil.Close)

	for what, change := range map[string]fakeslack.Change{
		"another secret":         func(d *fakeslack.Delivery) { d.Secret = "not the secret" },
		"no signature":           func(d *fakeslack.Delivery) { d.Header["X-Slack-Signature"] = nil },
		"no timestamp":           func(d *fakeslack.Delivery) { d.Header["X-Slack-Request-Timestamp"] = nil },
		"signed six minutes ago": func(d *fakeslack.Delivery) { d.At = time.Now().Add(-6 * time.Minute) },
		"signed for later":       func(d *fakeslack.Delivery) { d.At = time.Now().Add(6 * time.Minute) },
		"an empty signature":     func(d *fakeslack.Delivery) { d.Header.Set("X-Slack-Signature", "v0=") },
		"another version":        func(d *fakeslack.Delivery) { d.Header.Set("X-Slack-Signature", "v1=00") },
	} {
		for path, call := range map[string]func() fakeslack.Ack{
			"a click":   func() fakeslack.Ack { return s.Click(grace, m, "approve", change) },
			"a command": func() fakeslack.Ack { return s.Command(grace, ops, "access", change) },
			"an event":  func() fakeslack.Ack { return s.OpenHome(grace, change) },
		} {
			if ack := call(); ack.Status != http.StatusUnauthorized {
				t.Errorf("%s with %s: got %d (%v), want 401", path, what, ack.Status, ack.Err)
			}
		}
	}

	// Rightly signed, but of nothing that Slack has issued.
	s.Click(grace, m, "approve", func(d *fakeslack.Delivery) {
		d.Payload["trigger_id"], d.Payload["response_url"] = "1.2.made-up", evil.URL
	})
	forgedView := func(d *fakeslack.Delivery) {
		d.Payload["view"] = map[string]any{
			"id": "V0MADEUP", "type": "modal", "callback_id": "act", "private_metadata": `{"r":"` + id + `","a":"approve","t":9999999999,"p":"00"}`,
			"state": map[string]any{"values": map[string]any{"reason": map[string]any{"v": map[string]any{"type": "plain_text_input", "value": "because"}}}},
		}
		d.Payload["type"], d.Payload["response_url"] = "view_submission", evil.URL
	}
	if ack := s.Click(grace, m, "approve", forgedView); ack.Status == http.StatusOK && !strings.Contains(string(ack.Body), "not yours") && !strings.Contains(string(ack.Body), "Not possible") {
		t.Errorf("a made-up form: got %d %s", ack.Status, ack.Body)
	}
	ack := s.Click(grace, m, "approve", func(d *fakeslack.Delivery) {
		forgedView(d)
		d.Path, d.Payload["type"], d.Payload["action_id"], d.Payload["block_id"], d.Payload["value"] = "/slack/options", "block_suggestion", "v", "f:deploy:service", "b"
	})
	if strings.Contains(string(ack.Body), "billing") {
		t.Errorf("a made-up form was given options: %s", ack.Body)
	}
	// A trigger holds for three seconds: a click that somebody held back does nothing.
	s.Click(grace, m, "approve", func(d *fakeslack.Delivery) {
		s.clock.ahead.Add(int64(4 * time.Second))
		d.At = time.Now()
	})
	// A form is its own user's.
	s.Click(grace, m, "deny")
	if form, open := s.OpenView(grace); !open || !strings.Contains(string(s.Submit(linus, form.ID, fakeslack.Values{"reason": "because"}).Body), "not yours") {
		t.Errorf("Linus submits the form of Grace; she sees %s", s.view(grace))
	}
	// Under its alias alone does the engine take a person from a header.
	c := client{url: s.url, who: "eve@example.com"}
	said, err := slackcaller.Caller{Team: fakeslack.Team, User: grace, Email: "grace@example.com"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/approve", "/deny"} {
		c.headers = [][2]string{{slackcaller.Header, said}}
		if err := c.call("POST", "/requests/"+id+path, []byte(`{"reason":"because"}`)); err != nil || c.status != http.StatusNotFound {
			t.Errorf("Eve with Grace's header: %s is %d %s (%v)", path, c.status, c.body, err)
		}
	}
	if got := s.request(id).Status; got != api.StatusPending {
		t.Errorf("after forged calls the request is %s", got)
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("a made-up response_url got %d calls", n)
	}

	// The same call again is the same act.
	var first fakeslack.Delivery
	if ack = s.Click(grace, m, "approve", func(d *fakeslack.Delivery) { first = *d }); !ack.OK() {
		t.Fatalf("Grace's click: %d (%v)", ack.Status, ack.Err)
	}
	for range 2 {
		s.Deliver(first)
	}
	approvals := 0
	for _, e := range s.request(id).History {
		if e.Event == api.EventApprove && e.Actor.Type == api.ActorUser {
			approvals++
		}
	}
	if approvals != 1 {
		t.Errorf("after the same call three times: %d approvals, want 1", approvals)
	}

	// Slack verifies the address of events, and repeats those that it has no answer to.
	if ack = s.VerifyURL("a challenge"); !ack.OK() || !strings.Contains(string(ack.Body), "a challenge") {
		t.Errorf("url_verification: %d %s", ack.Status, ack.Body)
	}
	again := func(d *fakeslack.Delivery) {
		d.Header.Set("X-Slack-Retry-Num", "1")
		d.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	if ack = s.OpenHome(ada, again); !ack.OK() {
		t.Errorf("an event that is repeated: %d", ack.Status)
	}
}

// A person does not act more than ten times a minute in Slack: whoever takes over the app
// decides slowly.
func TestSlack_TenActsAMinute(t *testing.T) {
	s := serveSlack(t, slackFlows, nil)
	began := time.Now()
	for taken := range 21 { // of two minutes, if one ends meanwhile
		r, err := s.api("ada@example.com").Create(t.Context(), api.CreateInput{Flow: "two", Wait: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		m := fakeslack.Message{Channel: fakeslack.DM(grace), TS: "1.2", Blocks: []byte(`[{"type":"actions","block_id":"acts","elements":[{"type":"button","action_id":"approve","value":"` + r.ID + `","text":{"type":"plain_text","text":"Approve"}}]}]`)}
		if ack := s.Click(grace, m, "approve"); !ack.OK() {
			t.Fatalf("click %d: %d (%v)", taken+1, ack.Status, ack.Err)
		}
		if !strings.Contains(s.view(grace), "You have acted ten times in Slack within a minute.") {
			continue
		}
		if taken < 10 {
			t.Errorf("%d clicks were taken, want 10", taken)
		}
		if by := s.request(r.ID).Review.ApprovedBy; len(by) > 0 {
			t.Errorf("one too many counts: %v", by)
		}
		if ack := s.Click(linus, m, "approve"); !ack.OK() || !strings.Contains(s.view(linus), "1 of 2 approvals") {
			t.Errorf("another person: %d (%v), %s", ack.Status, ack.Err, s.view(linus))
		}
		return
	}
	if took := time.Since(began); took < time.Minute {
		t.Errorf("21 clicks were taken within %s", took)
	}
}
