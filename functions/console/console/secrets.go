package console

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// secrets reads secrets from Secrets Manager.
type secrets struct {
	cfg aws.Config
}

func secretsOf(cfg aws.Config) secrets { return secrets{cfg} }

// text returns a function that reads a secret's text.
func (s secrets) text(arn string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return signed.Secret(ctx, s.cfg, arn) }
}

// minKey is how long the text of a key must be.
const minKey = 32

// keys returns a function that reads the keys of the cookies. The secret holds one, or
// two with a space between during a rotation; the first seals.
func (s secrets) keys(arn string) func(context.Context) ([][]byte, error) {
	read := s.text(arn)
	return func(ctx context.Context) ([][]byte, error) {
		text, err := read(ctx)
		if err != nil {
			return nil, err
		}
		words := strings.Fields(text)
		if len(words) == 0 || len(words) > 2 {
			return nil, fmt.Errorf("the secret must hold one or two keys, with a space between, got %d", len(words))
		}
		var keys [][]byte
		for _, word := range words {
			if len(word) < minKey {
				return nil, fmt.Errorf("a key must have at least %d characters, got %d", minKey, len(word))
			}
			key, err := hkdf.Key(sha256.New, []byte(word), nil, "fasttrack console cookies", 32)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
		return keys, nil
	}
}
