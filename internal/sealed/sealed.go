// Package sealed encrypts what the requester of one run alone may read. A key of AWS
// KMS makes a data key for each text; the text is encrypted here, since KMS itself
// takes at most 4 KiB. The run's id is part of the encryption context, so that a text
// put beside another run can't be read.
//
// The calls are signed here: the SDK's client would add to each cold start, used or
// not (docs/performance.md).
package sealed

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// Key is a key of KMS.
type Key struct {
	cfg aws.Config
	id  string
}

// New returns the key of that ARN or alias, nil for an empty one.
func New(cfg aws.Config, id string) *Key {
	if id == "" {
		return nil
	}
	return &Key{cfg, id}
}

// Sealer returns [Key.Seal], nil without a key.
func (k *Key) Sealer() func(ctx context.Context, runID string, plain []byte) ([]byte, error) {
	if k == nil {
		return nil
	}
	return k.Seal
}

// Opener returns [Key.Open], nil without a key.
func (k *Key) Opener() func(ctx context.Context, runID string, sealed []byte) ([]byte, error) {
	if k == nil {
		return nil
	}
	return k.Open
}

// format is the first byte of what Seal returns. After it come the length of the
// encrypted data key, that key, the nonce and the text.
const format = 1

// Seal encrypts a text of a run.
func (k *Key) Seal(ctx context.Context, runID string, plain []byte) ([]byte, error) {
	var made struct {
		CiphertextBlob, Plaintext []byte
	}
	err := signed.KMS(ctx, k.cfg, "GenerateDataKey", map[string]any{"KeyId": k.id, "KeySpec": "AES_256", "EncryptionContext": bound(runID)}, &made)
	if err != nil {
		return nil, err
	}
	defer clear(made.Plaintext)
	box, err := newBox(made.Plaintext)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	out := binary.BigEndian.AppendUint16([]byte{format}, uint16(len(made.CiphertextBlob))) // #nosec G115 -- KMS returns at most 6,144 bytes
	out = append(append(out, made.CiphertextBlob...), nonce...)
	return box.Seal(out, nonce, plain, []byte(runID)), nil
}

// errForm means that a text was not made by Seal.
var errForm = errors.New("the sealed text is not valid")

// Open decrypts a text that Seal made for the run.
func (k *Key) Open(ctx context.Context, runID string, sealed []byte) ([]byte, error) {
	if len(sealed) < 3 || sealed[0] != format {
		return nil, errForm
	}
	n, rest := int(binary.BigEndian.Uint16(sealed[1:])), sealed[3:]
	if len(rest) < n {
		return nil, errForm
	}
	var opened struct{ Plaintext []byte }
	if err := signed.KMS(ctx, k.cfg, "Decrypt", map[string]any{"KeyId": k.id, "CiphertextBlob": rest[:n], "EncryptionContext": bound(runID)}, &opened); err != nil {
		return nil, err
	}
	defer clear(opened.Plaintext)
	box, err := newBox(opened.Plaintext)
	if err != nil {
		return nil, err
	}
	if rest = rest[n:]; len(rest) < box.NonceSize() {
		return nil, errForm
	}
	plain, err := box.Open(nil, rest[:box.NonceSize()], rest[box.NonceSize():], []byte(runID))
	if err != nil {
		return nil, fmt.Errorf("open the sealed text: %w", err)
	}
	return plain, nil
}

// bound is the encryption context: KMS decrypts a data key only for the run that it
// was made for, and CloudTrail shows which run that was.
func bound(runID string) map[string]string { return map[string]string{"run_id": runID} }

func newBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
