package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// trust says whose signatures count.
type trust struct {
	// ids are of keys, by ARN or id; files hold public keys.
	ids, files []string
}

// keys gives the public keys that count for what is signed by those keys. A
// table can't say itself which key is the right one: if none is named, it is the
// one that signed first, so that another one later shows.
func (t trust) keys(ctx context.Context, client *kms.Client, signedBy []string) (digest.Keys, error) {
	named := func(id string) bool {
		return slices.ContainsFunc(t.ids, func(want string) bool { return id == want || strings.HasSuffix(id, ":key/"+want) })
	}
	if len(t.ids) == 0 && len(t.files) == 0 && len(signedBy) > 0 {
		named = func(id string) bool { return id == signedBy[0] }
	}
	if len(t.files) > 0 {
		public, err := readPublicKeys(t.files)
		if err != nil {
			return nil, err
		}
		return func(id string) []*ecdsa.PublicKey {
			if len(t.ids) > 0 && !named(id) {
				return nil
			}
			return public
		}, nil
	}
	public := map[string][]*ecdsa.PublicKey{}
	for _, id := range signedBy {
		if !named(id) {
			continue
		}
		out, err := client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &id})
		if err != nil {
			return nil, fmt.Errorf("the public key of %s: %w; --public-key FILE does without", id, err)
		}
		key, err := parsePublicKey(out.PublicKey)
		if err != nil {
			return nil, fmt.Errorf("the public key of %s: %w", id, err)
		}
		public[id] = append(public[id], key)
	}
	return func(id string) []*ecdsa.PublicKey { return public[id] }, nil
}

func readPublicKeys(files []string) ([]*ecdsa.PublicKey, error) {
	var keys []*ecdsa.PublicKey
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("%s: a public key in PEM was expected", file)
		}
		key, err := parsePublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parsePublicKey(der []byte) (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, is := parsed.(*ecdsa.PublicKey)
	if !is {
		return nil, fmt.Errorf("it is a %T, not one of ECDSA", parsed)
	}
	return key, nil
}
