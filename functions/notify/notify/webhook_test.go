package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
)

// The body is an event of CloudEvents 1.0 and the payload of Standard Webhooks at once,
// and the bytes of the event are those of the bus.
func TestWebhook_Envelope(t *testing.T) {
	var body []byte
	var contentType string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		contentType = r.Header.Get("Content-Type")
	}))
	defer server.Close()
	for _, sent := range []string{"", "application/cloudevents+json"} {
		hook, err := notify.NewWebhook(notify.WebhookOptions{
			URL: server.URL, OnThisMachine: true, ContentType: sent, Source: "arn:aws:events:us-east-1:123456789012:event-bus/fasttrack",
			Secret: func(context.Context) (string, error) { return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", nil },
			Now:    func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) },
		})
		if err != nil {
			t.Fatal(err)
		}
		detail := json.RawMessage(`{"id":"R-2","type":"fasttrack.run.deny","time":"2026-11-23T09:59:58.5Z","run":{"id":"R","flow":"f","later":1},"entry":{"seq":2,"event":"deny"}}`)
		h := notify.New(notify.Deps{Store: &delivertest.Table{}, Webhook: hook, Log: slog.New(slog.DiscardHandler)})
		if _, err := h.Handle(t.Context(), api.BusEvent{Detail: detail}); err != nil {
			t.Fatal(err)
		}
		var got struct {
			SpecVersion, ID, Source, Type, Subject, Time, DataContentType, Timestamp string
			Data                                                                     struct{ Event json.RawMessage }
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		event := string(got.Data.Event)
		got.Data.Event = nil
		want := got
		want.SpecVersion, want.ID, want.Source, want.Type = "1.0", "R-2", "arn:aws:events:us-east-1:123456789012:event-bus/fasttrack", "fasttrack.run.deny"
		want.Subject, want.Time, want.DataContentType, want.Timestamp = "R", "2026-11-23T09:59:58.5Z", "application/json", "2026-11-23T10:00:00Z"
		if diff := cmp.Diff(want, got); diff != "" || event != string(detail) {
			t.Errorf("the envelope (-want +got):\n%s\nof the event %s", diff, event)
		}
		if sent == "" {
			sent = "application/json"
		}
		if contentType != sent {
			t.Errorf("the content type is %q, want %q", contentType, sent)
		}
	}
}

// Plain http is for this machine's functions and for this machine's addresses.
func TestNewWebhook_PlainHTTP(t *testing.T) {
	for _, tc := range []struct {
		url  string
		here bool
		want bool
	}{
		{"http://127.0.0.1:9000/hook", true, true},
		{"http://[::1]:9000/hook", true, true},
		{"http://localhost", true, true},
		{"http://127.0.0.1:9000/hook", false, false},
		{"http://127.0.0.1.example.com/hook", true, false},
		{"http://10.0.0.1/hook", true, false},
		{"https://hooks.example.com/x", false, true},
	} {
		if _, err := notify.NewWebhook(notify.WebhookOptions{URL: tc.url, OnThisMachine: tc.here}); (err == nil) != tc.want {
			t.Errorf("%s on this machine %v: %v", tc.url, tc.here, err)
		}
	}
}
