package notify

import (
	"bytes"
	"cmp"
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

	"github.com/fasttrack-dev/fasttrack/api"
)

// Webhook posts events to a URL, signed as Standard Webhooks says
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
// The body is an event of CloudEvents in its structured mode too
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
type Webhook struct {
	WebhookOptions
	client *http.Client
}

// WebhookOptions configure a [Webhook].
type WebhookOptions struct {
	// URL must be https; http is allowed to this machine if OnThisMachine is set.
	URL           string
	OnThisMachine bool
	// ContentType is application/json unless it is set.
	ContentType string
	// Source is the source in the envelope: the ARN of the bus.
	Source string
	// Secret returns one or more secrets of the form "whsec_<base64>", separated by
	// spaces: each signs, so that one can replace the other.
	Secret func(context.Context) (string, error)
	Now    func() time.Time
}

// NewWebhook returns the webhook, nil without a URL.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	if o.URL == "" {
		return nil, nil
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("webhook: invalid URL: %w", withoutURL(err))
	}
	here := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	if u.Scheme != "https" && !(u.Scheme == "http" && here && o.OnThisMachine) || u.Host == "" {
		return nil, errors.New("webhook: the URL must be https")
	}
	o.ContentType, o.Source = cmp.Or(o.ContentType, "application/json"), cmp.Or(o.Source, api.EventSource)
	return &Webhook{WebhookOptions: o, client: &http.Client{
		Timeout: 10 * time.Second,
		// A body signed for one receiver is not sent to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// envelope is the body. Standard Webhooks' payload has Type, Timestamp and Data. The
// others make it an event of CloudEvents 1.0, of which Timestamp is an extension.
type envelope struct {
	SpecVersion string       `json:"specversion"`
	ID          string       `json:"id"`
	Source      string       `json:"source"`
	Type        string       `json:"type"`
	Subject     string       `json:"subject"`
	Time        *time.Time   `json:"time,omitempty"`
	ContentType string       `json:"datacontenttype"`
	Timestamp   string       `json:"timestamp"`
	Data        envelopeData `json:"data"`
}

type envelopeData struct {
	Event   json.RawMessage `json:"event"`
	Subject string          `json:"subject"`
	Text    string          `json:"text"`
}

// body returns the body of an event, sent at that time.
func (w *Webhook) body(e api.Event, detail json.RawMessage, m Message, at time.Time) ([]byte, error) {
	body := envelope{
		SpecVersion: "1.0", ID: e.ID, Source: w.Source, Type: e.Type, Subject: e.Request.ID, ContentType: "application/json",
		Timestamp: at.Format(time.RFC3339), Data: envelopeData{detail, m.Subject, m.Text},
	}
	if happened := e.Time.UTC(); !happened.IsZero() {
		body.Time = &happened
	}
	return json.Marshal(body)
}

// Notify posts the event, its detail as the bus has it, and its message. A status other
// than 2xx is an error, and the caller retries.
func (w *Webhook) Notify(ctx context.Context, e api.Event, detail json.RawMessage, m Message) error {
	at := w.Now().UTC()
	body, err := w.body(e, detail, m, at)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	secrets, err := w.Secret(ctx)
	if err != nil {
		return fmt.Errorf("webhook: read the secret: %w", err)
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures, err := Sign(secrets, e.ID, timestamp, body)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("webhook: %w", withoutURL(err))
	}
	req.Header.Set("Content-Type", w.ContentType)
	req.Header.Set("User-Agent", "fasttrack")
	req.Header.Set("webhook-id", e.ID)
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
