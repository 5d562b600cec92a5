package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Webhook posts events to a URL, signed as Standard Webhooks says
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
type Webhook struct {
	url    string
	secret func(context.Context) (string, error)
	now    func() time.Time
	client *http.Client
}

// NewWebhook returns the webhook at that URL, nil for "". The URL must be https;
// http is allowed to this machine. secret returns one or more secrets of the form
// "whsec_<base64>", separated by spaces: each signs, so that one can replace the
// other.
func NewWebhook(target string, secret func(context.Context) (string, error), now func() time.Time) (*Webhook, error) {
	if target == "" {
		return nil, nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("webhook: invalid URL: %w", withoutURL(err))
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	if u.Scheme != "https" && !(u.Scheme == "http" && local) || u.Host == "" {
		return nil, errors.New("webhook: the URL must be https")
	}
	return &Webhook{url: target, secret: secret, now: now, client: &http.Client{
		Timeout: 10 * time.Second,
		// A body signed for one receiver is not sent to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Notify posts the event with its message. A status other than 2xx is an error, and
// the caller retries.
func (w *Webhook) Notify(ctx context.Context, id, kind string, detail json.RawMessage, m Message) error {
	at := w.now().UTC()
	body, err := json.Marshal(map[string]any{
		"type": kind, "timestamp": at.Format(time.RFC3339), "data": map[string]any{"event": detail, "subject": m.Subject, "text": m.Text},
	})
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	secrets, err := w.secret(ctx)
	if err != nil {
		return fmt.Errorf("webhook: read the secret: %w", err)
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures, err := Sign(secrets, id, timestamp, body)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("webhook: %w", withoutURL(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "fasttrack")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", timestamp)
	req.Header.Set("webhook-signature", signatures)
	res, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("webhook: can't reach it: %w", withoutURL(err))
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("webhook: it responded with status %d", res.StatusCode)
	}
	return nil
}

// withoutURL returns an error of net/http or net/url without the URL, which is a
// secret: whoever knows it may post there.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// Sign returns the value of the header webhook-signature: for each secret "v1,"
// and the base64 of HMAC-SHA256 over id.timestamp.body.
func Sign(secrets, id, timestamp string, body []byte) (string, error) {
	var all []string
	for _, secret := range strings.Fields(secrets) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return "", errors.New(`the secret must be "whsec_" and base64`)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if len(all) == 0 {
		return "", errors.New("the secret is empty")
	}
	return strings.Join(all, " "), nil
}
