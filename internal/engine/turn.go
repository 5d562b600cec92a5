package engine

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Turn is a number of [run.Engine] together with the nonce that proves its origin:
// only a document of the run holds it. In JSON it is an object, or a plain number
// without a nonce, as in older releases.
type Turn struct {
	Number int
	Nonce  string
}

type turnJSON struct {
	Number int    `json:"number"`
	Nonce  string `json:"nonce"`
}

// MarshalJSON implements [json.Marshaler].
func (t Turn) MarshalJSON() ([]byte, error) {
	if t.Nonce == "" {
		return json.Marshal(t.Number)
	}
	return json.Marshal(turnJSON(t))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Turn) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '{' {
		return json.Unmarshal(raw, (*turnJSON)(t))
	}
	*t = Turn{}
	return json.Unmarshal(raw, &t.Number)
}

// NoTurn is the number in a document that calls nothing. No outcome belongs to it.
const NoTurn = -1

// PresentTurn returns the run's turn with its nonce.
func PresentTurn(r *run.Run) Turn { return NewTurn(r, r.Engine.Turn) }

// NewTurn returns turn n of the present execution with its nonce: the first 128 bits
// of an HMAC, so that any turn can be checked and none derived from others.
func NewTurn(r *run.Run, n int) Turn {
	if r.Engine.NonceKey == "" {
		return Turn{Number: n}
	}
	mac := hmac.New(sha256.New, []byte(r.Engine.NonceKey))
	_, _ = fmt.Fprintf(mac, "%s/%d/%d", r.ID, r.Engine.Execution, n) // a hash takes everything
	return Turn{Number: n, Nonce: base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])}
}

// Admit refuses a step that is not the run's own, with [ErrNotTheRuns]: one of
// another execution, or without the nonce of its turn. known reports whether the
// state machine that sends the step knows nonces. A machine of an older release
// doesn't and is admitted without one, until its execution has sent one.
func Admit(r *run.Run, execution int, t Turn, known bool) error {
	switch e := r.Engine; {
	case execution != e.Execution:
		return fmt.Errorf("run %s, execution %d: %w", r.ID, execution, ErrNotTheRuns)
	case e.NonceKey == "":
		return nil // made by an older release, and started by it
	case t.Nonce == "" && !known && e.Proven != execution+1:
		return nil
	case !hmac.Equal([]byte(t.Nonce), []byte(NewTurn(r, t.Number).Nonce)):
		return fmt.Errorf("run %s, execution %d: the nonce of turn %d is wrong: %w", r.ID, execution, t.Number, ErrNotTheRuns)
	}
	return nil
}

// forgetNonces drops the nonces of a run that is over: no step can change it.
func forgetNonces(r *run.Run) {
	if r.Over() {
		r.Engine.NonceKey, r.Engine.Proven = "", 0
	}
}
