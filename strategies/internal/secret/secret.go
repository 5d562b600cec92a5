// Package secret reads the credentials of a strategy function from AWS Secrets Manager.
package secret

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"
)

// fresh is how long a value is used before it is read again, stale how long one is used
// that can't be read again, and pause how long a value that a system rejected is kept
// before it is read once more.
const (
	fresh = 5 * time.Minute
	stale = time.Hour
	pause = 10 * time.Second
)

// API is the part of Secrets Manager that is called.
type API interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Secret is the text of one secret, kept for a while. It is safe for concurrent use.
type Secret struct {
	client API
	arn    string
	now    func() time.Time

	mu   sync.Mutex
	text string
	at   time.Time
}

// FromConfig is [New] with a client of that configuration and the system's time.
func FromConfig(cfg aws.Config, arn string) *Secret {
	return New(secretsmanager.NewFromConfig(cfg), arn, time.Now)
}

// New returns the secret with that name or ARN. Nothing is read before [Secret.Get].
func New(client API, arn string, now func() time.Time) *Secret {
	return &Secret{client: client, arn: arn, now: now}
}

// Get returns the secret's text. It is read again after five minutes; if it can't be
// read then, the old text is used for up to an hour.
func (s *Secret) Get(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := s.now().Sub(s.at)
	if s.text != "" && age < fresh {
		return s.text, nil
	}
	text, err := s.read(ctx)
	if err != nil && s.text != "" && age < stale {
		return s.text, nil
	}
	if err != nil {
		return "", err
	}
	s.text, s.at = text, s.now()
	return text, nil
}

// Rejected reports whether the secret has another text than used, which a system has
// just rejected: somebody rotated it. Then the call is worth a retry. A text that was
// read moments ago is not read again.
func (s *Secret) Rejected(ctx context.Context, used string) (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text != used {
		return true, nil // another call has read it meanwhile
	}
	if s.now().Sub(s.at) < pause {
		return false, nil
	}
	text, err := s.read(ctx)
	if err != nil {
		return false, err
	}
	s.text, s.at = text, s.now()
	return text != used, nil
}

// read reads the secret. The error never holds its text.
func (s *Secret) read(ctx context.Context) (string, error) {
	if s.arn == "" {
		return "", errors.New("no secret is configured; set the template's parameter SecretArn")
	}
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.arn})
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		return "", fmt.Errorf("secret %s can't be read: %s", s.arn, api.ErrorCode())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "", fmt.Errorf("secret %s can't be read in time", s.arn)
	case err != nil:
		return "", fmt.Errorf("secret %s can't be read: %w", s.arn, err)
	case out.SecretString == nil || *out.SecretString == "":
		return "", fmt.Errorf("secret %s holds no text", s.arn)
	}
	return *out.SecretString, nil
}
