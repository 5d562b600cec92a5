package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"
)

// verifyWebhook verifies a call as the libraries of Standard Webhooks do: by its id, its
// time, which may be five minutes off, and one of its signatures.
func verifyWebhook(t *testing.T, r received) {
	t.Helper()
	id, timestamp := r.header.Get("webhook-id"), r.header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || age.Abs() > 5*time.Minute {
		t.Errorf("webhook-timestamp is %q: %v", timestamp, err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(webhookSecret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "." + string(r.body)))
	for _, signature := range strings.Fields(r.header.Get("webhook-signature")) {
		version, encoded, _ := strings.Cut(signature, ",")
		if got, err := base64.StdEncoding.DecodeString(encoded); version == "v1" && err == nil && hmac.Equal(got, mac.Sum(nil)) {
			return
		}
	}
	t.Errorf("webhook-signature %q is not that of the body %s", r.header.Get("webhook-signature"), r.body)
}
