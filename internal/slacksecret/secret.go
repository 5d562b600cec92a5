// Package slacksecret reads the secret of the Slack app from Secrets Manager.
package slacksecret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// Secret is what the secret holds, as JSON.
type Secret struct {
	BotToken string `json:"bot_token"`
	// SigningSecrets are one, or two during a rotation.
	SigningSecrets []string `json:"signing_secrets"`
}

// kept is how long a secret is used before it is read again.
const kept = 5 * time.Minute

// Reader reads one secret, and keeps it for some minutes.
type Reader struct {
	cfg aws.Config
	arn string

	mu    sync.Mutex
	held  Secret
	until time.Time
}

// New returns the reader of the secret of an ARN.
func New(cfg aws.Config, arn string) *Reader { return &Reader{cfg: cfg, arn: arn} }

// Read returns the secret. While it can't be read again, an earlier one is used on.
func (r *Reader) Read(ctx context.Context) (Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if now.Before(r.until) {
		return r.held, nil
	}
	s, err := r.read(ctx)
	switch {
	case err == nil:
		r.held, r.until = s, now.Add(kept)
	case r.held.BotToken != "":
		r.until = now.Add(kept / 10)
	default:
		return Secret{}, err
	}
	return r.held, nil
}

func (r *Reader) read(ctx context.Context) (Secret, error) {
	text, err := signed.Secret(ctx, r.cfg, r.arn)
	if err != nil {
		return Secret{}, fmt.Errorf("the Slack app: %w", err)
	}
	return Parse(text)
}

// Parse reads the JSON of a secret. Its errors hold nothing of it.
func Parse(text string) (Secret, error) {
	var s Secret
	if json.Unmarshal([]byte(text), &s) != nil {
		return Secret{}, errors.New(`the secret of the Slack app must be JSON: {"bot_token": "xoxb-…", "signing_secrets": ["…"]}`)
	}
	switch n := len(s.SigningSecrets); {
	case !strings.HasPrefix(s.BotToken, "xoxb-"):
		return Secret{}, errors.New("the secret of the Slack app: bot_token must begin with xoxb-")
	case n == 0 || n > 2:
		return Secret{}, fmt.Errorf("the secret of the Slack app: signing_secrets must hold one or two, got %d", n)
	}
	for _, one := range s.SigningSecrets {
		if len(one) < minSigning {
			return Secret{}, fmt.Errorf("the secret of the Slack app: a signing secret must have at least %d characters", minSigning)
		}
	}
	return s, nil
}

// minSigning is half the length of Slack's signing secrets.
const minSigning = 16
