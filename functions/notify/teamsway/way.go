// Package teamsway brings messages to channels of Microsoft Teams, by webhooks of its
// Workflows: a card with a link that asks for a decision, and one that says
// how it was decided. Nobody decides in Teams.
package teamsway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/mail"
)

// Way is Teams as a way of [deliver.Router].
type Way struct {
	secret        func(context.Context) (string, error)
	onThisMachine bool
	client        *http.Client
}

var _ deliver.Way = (*Way)(nil)

// New returns the way. secret returns a JSON object of webhooks' URLs by name. They must
// be https; http is allowed to this machine if onThisMachine is set.
func New(secret func(context.Context) (string, error), onThisMachine bool) *Way {
	return &Way{secret: secret, onThisMachine: onThisMachine, client: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Name returns the By of its deliveries.
func (*Way) Name() string { return "teams" }

// Reaches returns why no webhook of that name takes messages.
func (w *Way) Reaches(ctx context.Context, a deliver.Addressee) (string, error) {
	_, why, err := w.address(ctx, a.Channel)
	return why, err
}

// address returns the URL of a webhook, or why it is missing. Whoever knows it may post
// there, so no error has it.
func (w *Way) address(ctx context.Context, name string) (at, why string, err error) {
	if name == "" {
		return "", "Teams takes messages to channels, not to people", nil
	}
	secret, err := w.secret(ctx)
	if err != nil {
		return "", "", fmt.Errorf("teams: read the secret: %w", err)
	}
	var urls map[string]string
	if json.Unmarshal([]byte(secret), &urls) != nil {
		return "", `the secret in TeamsSecretArn must be {"NAME": "https://…"}`, nil
	}
	u, err := url.Parse(urls[name])
	switch {
	case urls[name] == "":
		return "", "the secret in TeamsSecretArn has no webhook " + name, nil
	case err != nil || u.Host == "" || u.Scheme != "https" && !(w.onThisMachine && u.Scheme == "http" && isHere(u.Hostname())):
		return "", "the webhook " + name + " in TeamsSecretArn must be an https URL", nil
	}
	return urls[name], "", nil
}

func isHere(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

// Send posts the card of a notice.
func (w *Way) Send(ctx context.Context, n deliver.Notice, a deliver.Addressee) error {
	c, needed := mail.Describe(n)
	if !needed {
		return deliver.Skip{Why: "the request has moved on"}
	}
	at, why, err := w.address(ctx, a.Channel)
	if err != nil {
		return err
	}
	if why != "" {
		return deliver.Permanent{Why: why}
	}
	raw, err := json.Marshal(cardOf(c, n.Kind == deliver.Ask))
	if err != nil {
		return err
	}
	return w.post(ctx, at, raw)
}

// post posts a card. Workflows responds with 202, and with 4xx if the workflow or its
// owner is gone.
func (w *Way) post(ctx context.Context, at string, raw []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(raw))
	if err != nil {
		return deliver.Permanent{Why: "teams: the webhook's URL is invalid"}
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := w.client.Do(req)
	if err != nil {
		if of := (*url.Error)(nil); errors.As(err, &of) {
			err = of.Err // without the URL
		}
		return fmt.Errorf("teams: can't reach the webhook: %w", err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("teams: the webhook responded with status %d", res.StatusCode)
	}
	return deliver.Permanent{Why: fmt.Sprintf("teams: the webhook responded with status %d: is the workflow still there, and its owner?", res.StatusCode)}
}
