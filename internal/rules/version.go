// Package rules has the versions of flows.yaml that are pushed to a deployment: what is
// signed of them, how one follows another, and which of them a function serves.
package rules

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Format is the newest form of a version that this release reads. A release whose
// flows.yaml means something else to the ones before writes a higher one.
const Format = 1

// maxNote is the length of a note, in characters.
const maxNote = 500

// Version says what a version is. It is signed as it is stored, so members that a newer
// release adds are signed too.
type Version struct {
	// Format is the form of the version; see [Format].
	Format int `json:"format"`
	// Number counts the versions of a deployment, from 1.
	Number int `json:"number"`
	// Digest is the SHA-256 of the text, in hex. It is empty for the flows.yaml that is
	// deployed with the functions.
	Digest string `json:"digest,omitempty"`
	// Previous is the hash of the version before, "" for the first.
	Previous string `json:"previous,omitempty"`
	// At is when it was pushed, By who says to have pushed it.
	At time.Time `json:"at"`
	By string    `json:"by"`
	// Release is the release that checked it.
	Release string `json:"release,omitempty"`
	// Back is the version whose text it brings back; 0 for none, -1 for the deployed file.
	Back int `json:"back,omitempty"`
	// Request is the id of the request that was approved for it, "" for none.
	Request string `json:"request,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Shipped reports whether the version is the file that is deployed with the functions.
func (v Version) Shipped() bool { return v.Digest == "" }

// String names the version.
func (v Version) String() string {
	if v.Number == 0 {
		return "the deployed flows.yaml"
	}
	return fmt.Sprintf("version %d", v.Number)
}

// Stored is a version as it is stored.
type Stored struct {
	// Body is the JSON of a [Version], Signature that of its [Stored.Sum].
	Body, Signature []byte
	// Packed is the packed text. The newest version is also stored without.
	Packed []byte
}

// sealed begins what is signed, so that the key can't be made to sign anything else.
const sealed = "fasttrack rules\n"

// Sum returns the SHA-256 that is signed.
func (s Stored) Sum() []byte {
	sum := sha256.Sum256(append([]byte(sealed), s.Body...))
	return sum[:]
}

// hash returns the hash by which the next version names this one.
func (s Stored) hash() string { return hex.EncodeToString(s.Sum()) }

// Digest returns the digest of a text, in hex.
func Digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Errors of versions that no function serves.
var (
	// ErrForged is a version that the key has not signed.
	ErrForged = errors.New("its signature is invalid")
	// ErrNewer is a version of a newer release.
	ErrNewer = errors.New("it needs a newer release of fasttrack; deploy that first")
)

// Open returns a version that the key has signed.
func Open(key *ecdsa.PublicKey, s Stored) (Version, error) {
	if !ecdsa.VerifyASN1(key, s.Sum(), s.Signature) {
		return Version{}, ErrForged
	}
	return s.Read()
}

// Read returns what a version says of itself, signed or not.
func (s Stored) Read() (Version, error) {
	var v Version
	if err := json.Unmarshal(s.Body, &v); err != nil {
		return Version{}, fmt.Errorf("it can't be read: %w", err)
	}
	switch {
	case v.Format > Format:
		return v, ErrNewer
	case v.Format < 1 || v.Number < 1:
		return v, fmt.Errorf("it can't be read: format %d, number %d", v.Format, v.Number)
	}
	return v, nil
}

// CheckNote returns an error unless a note can be stored.
func CheckNote(note string) error {
	if n := len([]rune(note)); n > maxNote || text.Line(note) != note {
		return fmt.Errorf("must be one line of at most %d characters", maxNote)
	}
	return nil
}
