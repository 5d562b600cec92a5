package signed

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// PublicKey reads the public half of a key that signs, an ARN or alias.
func PublicKey(ctx context.Context, cfg aws.Config, id string) (*ecdsa.PublicKey, error) {
	var out struct{ PublicKey []byte }
	if err := KMS(ctx, cfg, "GetPublicKey", map[string]string{"KeyId": id}, &out); err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, err
	}
	key, is := parsed.(*ecdsa.PublicKey)
	if !is {
		return nil, fmt.Errorf("must be an ECDSA key, got %T", parsed)
	}
	return key, nil
}

// KeptPublicKey is [PublicKey], read once.
func KeptPublicKey(cfg aws.Config, id string) func(context.Context) (*ecdsa.PublicKey, error) {
	var mu sync.Mutex
	var kept *ecdsa.PublicKey
	return func(ctx context.Context) (*ecdsa.PublicKey, error) {
		mu.Lock()
		defer mu.Unlock()
		if kept != nil {
			return kept, nil
		}
		var err error
		kept, err = PublicKey(ctx, cfg, id)
		return kept, err
	}
}

// Sign signs a SHA-256 by a key, an ARN or alias.
func Sign(ctx context.Context, cfg aws.Config, id string, sum []byte) ([]byte, error) {
	var out struct{ Signature []byte }
	err := KMS(ctx, cfg, "Sign", map[string]any{"KeyId": id, "Message": sum, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}, &out)
	return out.Signature, err
}

// By returns what signs SHA-256s by a key, an ARN or alias, which never leaves KMS.
func By(cfg aws.Config, id string) func(ctx context.Context, sum []byte) ([]byte, error) {
	return func(ctx context.Context, sum []byte) ([]byte, error) {
		signature, err := Sign(ctx, cfg, id, sum)
		if err != nil {
			return nil, fmt.Errorf("sign by %s: %w", id, err)
		}
		return signature, nil
	}
}
