package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

// Whoever knows the webhook's URL may post there, and whoever reads a log or a
// dead letter must not learn it, nor who asked for what.
func TestHandle_LogsNoSecret(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	secret := func(context.Context) (string, error) { return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", nil }
	hook, err := notify.NewWebhook(notify.WebhookOptions{URL: "http://" + closed.Addr().String() + "/services/s3cret?token=s3cret", OnThisMachine: true, Secret: secret, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	detail, err := json.Marshal(event(t, "deny", ""))
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	h := notify.New(notify.Deps{Store: &delivertest.Table{}, Topic: &topic{}, TopicARN: "arn:t", Webhook: hook, Log: logs.New(&written)})
	_, err = h.Handle(t.Context(), api.BusEvent{Detail: detail})
	if err == nil || !strings.Contains(err.Error(), "webhook: can't reach it") {
		t.Fatalf("got %v", err)
	}
	for _, mark := range []string{"s3cret", "example.com", "Production", "go ahead", "have a look"} {
		if strings.Contains(written.String()+err.Error(), mark) {
			t.Errorf("%q is in %s or %v", mark, written.String(), err)
		}
	}
	if _, err := notify.NewWebhook(notify.WebhookOptions{URL: "http://[::1/s3cret"}); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
