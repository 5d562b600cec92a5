// Package secret gives hooks their secrets: from AWS Secrets Manager, or from
// the environment on a machine of one's own.
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

// fresh is how long a value is used before it is read again, and stale how long
// one that can't be read again is.
const (
	fresh = 5 * time.Minute
	stale = time.Hour
)

// Get gives the text of a secret. name is its name or ARN in Secrets Manager,
// which the stack's parameter HookSecretArns must list. The environment variable
// FASTTRACK_SECRET_<NAME>, where it is set, comes first: NAME in capitals, with _
// for what is neither a letter nor a digit.
//
// A value is kept for five minutes; one that Secrets Manager doesn't give again
// then, for up to an hour.
func Get(ctx context.Context, name string) (string, error) {
	if v := os.Getenv(Variable(name)); v != "" {
		return v, nil
	}
	return shared.get(ctx, name)
}

// Named gives a function that gets the secret, as clients of other systems take
// their tokens.
func Named(name string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return Get(ctx, name) }
}

// Variable is the environment variable that a secret of that name may be in.
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

var shared = newStore(time.Now, nil)

// reader is what is asked of Secrets Manager.
type reader interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

type store struct {
	now    func() time.Time
	client func() reader

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	text string
	at   time.Time
}

// newStore makes one; a nil client is the one of Lambda's environment, made when
// it is first needed.
func newStore(now func() time.Time, client func() reader) *store {
	if client == nil {
		client = sync.OnceValue(func() reader { return secretsmanager.NewFromConfig(lambdaenv.Config()) })
	}
	return &store{now: now, client: client, kept: map[string]kept{}}
}

func (s *store) get(ctx context.Context, name string) (string, error) {
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
		return "", fmt.Errorf("the secret %s is not there: make it in Secrets Manager, or set %s", name, Variable(name))
	case err != nil && there && age < stale:
		return k.text, nil
	case lambdaenv.IsDenied(err):
		return "", fmt.Errorf("the secret %s is not there, or may not be read: make it in Secrets Manager, and list its ARN in the stack's parameter HookSecretArns", name)
	case err != nil:
		return "", fmt.Errorf("the secret %s could not be read: %w", name, lambdaenv.Short(err))
	case out.SecretString == nil || *out.SecretString == "":
		return "", fmt.Errorf("the secret %s holds no text", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = kept{*out.SecretString, s.now()}
	return *out.SecretString, nil
}
