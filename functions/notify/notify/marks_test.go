package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
)

// An emergency and an extension are marked in the text of the topic and of the webhook, in an
// attribute of the topic, and in the data of the webhook.
func TestMarkedMessages(t *testing.T) {
	const glass = `,"decision":{"event":"approve"},"break_glass":{"state":"%s"%s}`
	for name, tc := range map[string]struct {
		run, event, more string
		subject          string
		holds            []string
		kind             string
	}{
		"an extension": {`,"extends":{"id":"X","number":1,"started_at":"2026-11-23T09:00:00Z","ends_at":"2026-11-23T10:00:00Z","total_seconds":3600}`, "forward", `,"status":"pending"`,
			"Extension: aws-access, Production read-only for ada@example.com waits for a decision", []string{"The extension of ada@example.com", "Extends:  request X: access since 2026-11-23T09:00:00Z, which ends at 2026-11-23T10:00:00Z without it"}, "extension"},
		"an emergency": {fmt.Sprintf(glass, "open", ""), "approve", `,"break_glass":true,"status":"approved"`,
			"Emergency: aws-access, Production read-only for ada@example.com was granted at once: the requeste...", []string{"The emergency request of ada@example.com", "Emergency: granted at once, nobody decided it; somebody else must review it once access has ended", "POST /requests/R/revoke"}, "emergency"},
		"its end": {fmt.Sprintf(glass, "unreviewed", `,"review_by":"2026-11-24T10:00:00Z"`), "remind", `,"status":"ended"`,
			"Emergency: aws-access, Production read-only for ada@example.com must be reviewed: it was an emerg...", []string{"somebody else must review it until 2026-11-24T10:00:00Z", "POST /requests/R/review"}, "emergency"},
		"its review": {fmt.Sprintf(glass, "reviewed", `,"review":{"verdict":"unjustified","by":{"type":"user","email":"grace@example.com"}}`), "review", `,"status":"ended","verdict":"unjustified"`,
			"Emergency: aws-access, Production read-only for ada@example.com was reviewed: unjustified", []string{"reviewed by grace@example.com: unjustified"}, "emergency"},
		"what was extended": {``, "deescalate", `,"status":"ended","extended_by":"Y"`,
			"aws-access, Production read-only for ada@example.com goes on: access was extended, in request Y", nil, ""},
		"a second look": {``, "revoke", `,"status":"revoked","actor":{"type":"hook","id":"while_active"}`,
			"aws-access, Production read-only for ada@example.com was revoked by a second look: access is removed", nil, ""},
		"any other": {``, "revoke", `,"status":"revoked"`, "aws-access, Production read-only for ada@example.com was revoked: access is removed", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := event(t, tc.event, tc.more)
			raw, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			detail := strings.Replace(string(raw), `"flow":"aws-access"`, `"flow":"aws-access"`+tc.run, 1)
			if err := json.Unmarshal([]byte(detail), &e); err != nil {
				t.Fatal(err)
			}
			m, notifies := notify.Compose(e, "")
			if !notifies || m.Subject != tc.subject {
				t.Errorf("the subject is %q, want %q", m.Subject, tc.subject)
			}
			for _, part := range tc.holds {
				if !strings.Contains(m.Text, part) {
					t.Errorf("%q is missing of:\n%s", part, m.Text)
				}
			}
			if tc.kind == "" && (strings.Contains(m.Text, "Emergency") || strings.Contains(m.Text, "Extends")) {
				t.Errorf("it is marked:\n%s", m.Text)
			}
			var data struct {
				Data struct {
					Text  string
					Event struct{ Run api.Request }
				}
			}
			receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if err := json.NewDecoder(r.Body).Decode(&data); err != nil {
					t.Error(err)
				}
			}))
			defer receiver.Close()
			hook, err := notify.NewWebhook(notify.WebhookOptions{URL: receiver.URL, OnThisMachine: true, Now: time.Now, Secret: func(context.Context) (string, error) { return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", nil }})
			if err != nil {
				t.Fatal(err)
			}
			c := &topic{}
			h := notify.New(notify.Deps{Store: &delivertest.Table{}, Topic: c, TopicARN: "arn", Webhook: hook, Log: slog.New(slog.DiscardHandler)})
			if _, err := h.Handle(t.Context(), api.BusEvent{Source: api.EventSource, DetailType: e.Type, Detail: json.RawMessage(detail)}); err != nil {
				t.Fatal(err)
			}
			if kind := c.sent[0].MessageAttributes["kind"]; (kind.StringValue != nil) != (tc.kind != "") || tc.kind != "" && *kind.StringValue != tc.kind {
				t.Errorf("the attribute is %v, want %q", kind.StringValue, tc.kind)
			}
			if r := data.Data.Event.Run; data.Data.Text != m.Text || r.Emergency() != (tc.kind == "emergency") || (r.Extends != nil) != (tc.kind == "extension") {
				t.Errorf("the webhook got %+v", data)
			}
		})
	}
}
