// Package digest makes and verifies the daily digests of the record. The hash chain
// of a run reveals an edit, unless the editor sealed the chain again to its end, or
// removed the run. A digest signs where the chains of a day's runs stood, and the
// hash of the digest before it. So whoever can write to the table but can't sign
// can't change anything that a digest covers.
//
// It is pure: no table, no key, no clock.
package digest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// Version is the version of [Document] that this code writes.
const Version = 1

// Algorithm is the signing algorithm of digests, in KMS's words: ECDSA on the curve
// of the key (P-256), over a SHA-256.
const Algorithm = "ECDSA_SHA_256"

// Document is the digest of a day. Its heads are stored beside it, in chunks.
type Document struct {
	Version int `json:"version"`
	Day     Day `json:"day"`
	// Count is the number of runs covered: those with an entry on the day; in the
	// first digest, all until then.
	Count int `json:"count"`
	// Chunks is the number of chunks of heads. HeadsSHA256 is the hash over them,
	// one after the other.
	Chunks      int    `json:"chunks"`
	HeadsSHA256 string `json:"heads_sha256"`
	// Previous is the hash of the digest before (see [Document.Hash]), and
	// PreviousDay its day. Both are "" in the first digest.
	Previous    string    `json:"previous"`
	PreviousDay Day       `json:"previous_day"`
	CreatedAt   time.Time `json:"created_at"`
	// KeyID is the ARN of the key that signed.
	KeyID     string `json:"key_id"`
	Algorithm string `json:"algorithm"`
	// Signature is base64, of ASN.1 DER, over the rest; see [Document.Message].
	Signature string `json:"signature,omitempty"`
}

// New returns the unsigned digest of a day, with count heads in chunks. previous is
// the digest before, nil for the first.
func New(day Day, count int, chunks []string, previous *Document, keyID string, now time.Time) (Document, error) {
	d := Document{
		Version: Version, Day: day, Count: count, Chunks: len(chunks), HeadsSHA256: hashOf(chunks),
		CreatedAt: now.UTC().Truncate(time.Millisecond), KeyID: keyID, Algorithm: Algorithm,
	}
	if previous != nil {
		var err error
		if d.Previous, err = previous.Hash(); err != nil {
			return Document{}, err
		}
		d.PreviousDay = previous.Day
	}
	return d, nil
}

// Message returns the message that is signed: the SHA-256 of the canonical JSON
// (RFC 8785) of the document without its signature.
func (d Document) Message() ([]byte, error) {
	d.Signature = ""
	return d.sum()
}

// Signed returns the document with its signature.
func (d Document) Signed(signature []byte) Document {
	d.Signature = base64.StdEncoding.EncodeToString(signature)
	return d
}

// Hash returns the hash that the next digest has of this one: the SHA-256, in hex,
// of its canonical JSON with the signature.
func (d Document) Hash() (string, error) {
	sum, err := d.sum()
	return hex.EncodeToString(sum), err
}

func (d Document) sum() ([]byte, error) {
	canonical, err := run.Canonical(d)
	if err != nil {
		return nil, fmt.Errorf("digest of %s: %w", d.Day, err)
	}
	sum := sha256.Sum256(canonical)
	return sum[:], nil
}

// Parse reads a document. Apart from white space and order, it must be written as
// [run.Canonical] writes it: a member that isn't signed is an error.
func Parse(raw []byte) (Document, error) {
	var d Document
	if err := strictjson.Decode(raw, &d); err != nil {
		return Document{}, err
	}
	switch {
	case d.Version != Version:
		return Document{}, fmt.Errorf("unknown version %d", d.Version)
	case d.Algorithm != Algorithm:
		return Document{}, fmt.Errorf("unknown algorithm %q", d.Algorithm)
	}
	is, err := run.Canonical(json.RawMessage(raw))
	if err != nil {
		return Document{}, err
	}
	means, err := run.Canonical(d)
	if err != nil {
		return Document{}, err
	}
	if !bytes.Equal(is, means) {
		return Document{}, errors.New("its text differs from what was signed")
	}
	return d, nil
}
