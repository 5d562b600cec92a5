package audit

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// Trust says whose signatures count. The table can't say itself which key is the
// right one: if Trust names none, it is the key that signed first, so that another
// one later shows.
type Trust struct {
	// KeyIDs are ARNs or ids of keys.
	KeyIDs []string
	// PublicKeys are used instead of PublicKey.
	PublicKeys []*ecdsa.PublicKey
	// PublicKey returns the public key of a key id in DER, as KMS does.
	PublicKey func(ctx context.Context, keyID string) ([]byte, error)
}

// Named reports whether it names a key.
func (t Trust) Named() bool { return len(t.KeyIDs)+len(t.PublicKeys) > 0 }

// keys returns the public keys to verify with, for the keys that signed.
func (t Trust) keys(ctx context.Context, signedBy []string) (digest.Keys, error) {
	trusted := func(id string) bool {
		return slices.ContainsFunc(t.KeyIDs, func(want string) bool { return id == want || strings.HasSuffix(id, ":key/"+want) })
	}
	if !t.Named() && len(signedBy) > 0 {
		trusted = func(id string) bool { return id == signedBy[0] }
	}
	if len(t.PublicKeys) > 0 {
		return func(id string) []*ecdsa.PublicKey {
			if len(t.KeyIDs) > 0 && !trusted(id) {
				return nil
			}
			return t.PublicKeys
		}, nil
	}
	public := map[string][]*ecdsa.PublicKey{}
	for _, id := range signedBy {
		if !trusted(id) {
			continue
		}
		der, err := t.PublicKey(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("public key of %s: %w", id, err)
		}
		key, err := parsePublicKey(der)
		if err != nil {
			return nil, fmt.Errorf("public key of %s: %w", id, err)
		}
		public[id] = append(public[id], key)
	}
	return func(id string) []*ecdsa.PublicKey { return public[id] }, nil
}

// ParsePublicKey parses a public key in PEM.
func ParsePublicKey(text []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("must be a public key in PEM")
	}
	return parsePublicKey(block.Bytes)
}

func parsePublicKey(der []byte) (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, is := parsed.(*ecdsa.PublicKey)
	if !is {
		return nil, fmt.Errorf("must be an ECDSA key, got %T", parsed)
	}
	return key, nil
}
