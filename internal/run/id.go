package run

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// crockford is the alphabet of Crockford's base 32, which sorts as its values
// do and leaves out letters that look like digits.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idLength is the length of an id: 130 bits, five a character.
const idLength = 26

// NewID returns an id that sorts by time: 48 bits of Unix milliseconds, then 80
// random bits, as a ULID has it. It is 26 characters of [0-9A-Z].
func NewID(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	// Since Go 1.24 the system's randomness never fails to fill.
	_, _ = rand.Read(b[6:])
	return encodeID(b)
}

// NewNonceKey returns 128 random bits as text.
func NewNonceKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashID returns the id that always follows from parts: 26 characters as
// [NewID] has them, but not sorting by time.
func HashID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	var b [16]byte
	copy(b[:], h.Sum(nil))
	return encodeID(b)
}

// ParseID reads an id as people pass it on: letters in either case, and those that
// Crockford's base 32 reads as the digits that they look like
// (https://www.crockford.com/base32.html).
func ParseID(s string) (id string, ok bool) {
	if len(s) != idLength {
		return "", false
	}
	id = FoldID(s)
	return id, ValidID(id)
}

// FoldID writes an id, or a part of one, as [NewID] does: see [ParseID].
func FoldID(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		switch r {
		case 'I', 'L':
			return '1'
		case 'O':
			return '0'
		}
		return r
	}, s)
}

// ValidID reports whether s has the form of an id.
func ValidID(s string) bool {
	if len(s) != idLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U') {
			return false
		}
	}
	return true
}

// encodeID prints 128 bits, from the left, as 26 characters of five bits.
func encodeID(b [16]byte) string {
	out := make([]byte, idLength)
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	for i := idLength - 1; i >= 0; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out)
}
