package postgres

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// iterations is what PostgreSQL uses by default.
const iterations = 4096

// newPassword returns a password of 130 bits, of characters that need no quoting
// anywhere.
func newPassword() string { return rand.Text() }

// verifier returns what PostgreSQL stores of a password (SCRAM-SHA-256, RFC 5803). The
// server gets this alone: its log, and whoever reads its statements, never sees the
// password.
func verifier(password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return verifierOf(password, salt)
}

func verifierOf(password string, salt []byte) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", err
	}
	client := sum(salted, "Client Key")
	stored := sha256.Sum256(client)
	server := sum(salted, "Server Key")
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, encode(salt), encode(stored[:]), encode(server)), nil
}

func sum(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // a hash takes all
	return h.Sum(nil)
}
