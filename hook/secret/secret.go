// Package secret reads the secrets of hooks: from AWS Secrets Manager, or from the
// environment on your own machine.
package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/fasttrack-dev/fasttrack/hook/internal/lambdaenv"
	"github.com/fasttrack-dev/fasttrack/hook/internal/limit"
)

// fresh is how long a value is used before it is read again, and stale how long one is
// used that can't be read again.
const (
	fresh = 5 * time.Minute
	stale = time.Hour
)

// Get is [Store.Get] in Lambda's own region.
func Get(ctx context.Context, name string) (string, error) { return own.Get(ctx, name) }

// Named is [Store.Named] in Lambda's own region.
func Named(name string) func(context.Context) (string, error) { return own.Named(name) }

var own = At("")

// At returns a store of the service at baseURL, such as a VPC endpoint or a test's
// server. An empty one is AWS's of Lambda's own region. Keep the store: it keeps what it
// has read.
func At(baseURL string) *Store {
	return newStore(time.Now, sync.OnceValue(func() reader { return secretsmanager.NewFromConfig(lambdaenv.At(baseURL)) }))
}

// Get returns the text of a secret. name is its name or ARN in Secrets Manager, which
// the stack's parameter HookSecretArns must list. If the environment variable
// FASTTRACK_SECRET_<NAME> is set, Get returns its value; see [Variable].
//
// A value is kept for five minutes. If it can't be read again then, it is used for up
// to an hour.
func (s *Store) Get(ctx context.Context, name string) (string, error) {
	if v := os.Getenv(Variable(name)); v != "" {
		return v, nil
	}
	return s.get(ctx, name)
}

// Named returns a function that gets the secret, in the form in which clients of other
// systems take their tokens.
func (s *Store) Named(name string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return s.Get(ctx, name) }
}

// Variable returns the environment variable of a secret: FASTTRACK_SECRET_ and the name
// in capitals, with _ for what is neither a letter nor a digit.
func Variable(name string) string {
	return "FASTTRACK_SECRET_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// reader is the part of Secrets Manager that a store calls.
type reader interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Store reads secrets and keeps them for a while. [Get] and [Named] use one of Lambda's
// own region.
type Store struct {
	now    func() time.Time
	client func() reader

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	text string
	at   time.Time
}

// newStore returns a store; the client is made when it is first needed.
func newStore(now func() time.Time, client func() reader) *Store {
	return &Store{now: now, client: client, kept: map[string]kept{}}
}

func (s *Store) get(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	k, there := s.kept[name]
	s.mu.Unlock()
	age := s.now().Sub(k.at)
	if there && age < fresh {
		return k.text, nil
	}
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	out, err := s.client().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return "", fmt.Errorf("secret %s not found: create it in Secrets Manager, or set %s", name, Variable(name))
	case err != nil && there && age < stale:
		return k.text, nil
	case lambdaenv.IsDenied(err):
		return "", fmt.Errorf("secret %s not found, or the hooks may not read it: create it in Secrets Manager, and list its ARN in the stack's parameter HookSecretArns", name)
	case err != nil:
		return "", fmt.Errorf("secret %s could not be read: %w", name, lambdaenv.Short(err))
	case out.SecretString == nil || *out.SecretString == "":
		return "", fmt.Errorf("secret %s holds no text", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = kept{*out.SecretString, s.now()}
	return *out.SecretString, nil
}
