package signin

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
)

// keySize is that of AES-256.
const keySize = 32

// seals are the keys that cookies are sealed with. The first seals.
type seals []cipher.AEAD

// newSeals returns the seals of one or two keys.
func newSeals(keys [][]byte) (seals, error) {
	if len(keys) == 0 || len(keys) > 2 {
		return nil, fmt.Errorf("there must be one or two keys, got %d", len(keys))
	}
	var s seals
	for _, key := range keys {
		if len(key) != keySize {
			return nil, fmt.Errorf("a key must have %d bytes, got %d", keySize, len(key))
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		s = append(s, aead)
	}
	return s, nil
}

// seal encrypts the value of a cookie. Its name is authenticated too, so that the value
// is invalid in any other cookie.
func (d *Door) seal(ctx context.Context, name string, plain []byte) (string, error) {
	s, err := d.seals.get(ctx)
	if err != nil {
		return "", fmt.Errorf("cannot read the keys of the cookies: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s[0].Seal(nil, nil, plain, []byte(name))), nil // #nosec G407 -- the AEAD makes a random nonce itself
}

// errForged is the error of a value that was not sealed for the cookie.
var errForged = errors.New("the cookie was not sealed by a key of the console")

// open decrypts the value of a cookie. The error is errForged, or says that the keys
// can't be read.
func (d *Door) open(ctx context.Context, name, value string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil {
		return nil, errForged
	}
	for _, keys := range []func(context.Context) (seals, error){d.seals.get, d.seals.newer} {
		s, err := keys(ctx)
		if err != nil {
			return nil, fmt.Errorf("cannot read the keys of the cookies: %w", err)
		}
		for _, aead := range s {
			if plain, err := aead.Open(nil, nil, raw, []byte(name)); err == nil {
				return plain, nil
			}
		}
	}
	return nil, errForged
}
