package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"
)

// maxAge is how old a call may be, or how far ahead its clock
// (https://docs.slack.dev/authentication/verifying-requests-from-slack).
const maxAge = 5 * time.Minute

// verify checks the signature over the raw body, by any of the signing secrets: during a
// rotation there are two.
func verify(headers map[string]string, body string, secrets []string, now time.Time) error {
	timestamp := headers["x-slack-request-timestamp"]
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("the call has no timestamp")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return errors.New("the timestamp is too old, or ahead")
	}
	got := []byte(headers["x-slack-signature"])
	for _, secret := range secrets {
		if secret == "" {
			continue // it would be anybody's
		}
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte("v0:" + timestamp + ":" + body))
		if hmac.Equal([]byte("v0="+hex.EncodeToString(m.Sum(nil))), got) {
			return nil
		}
	}
	return errors.New("the signature is wrong")
}
