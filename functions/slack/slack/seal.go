package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// sealed is what a form keeps in its private_metadata. Only this function can have made
// it: the key comes from the bot token. So whoever has the signing secret alone can
// submit no form, and nobody that of another user.
type sealed struct {
	Request string `json:"r,omitempty"`
	Flow    string `json:"f,omitempty"`
	// Form is the digest of the flow's form: one that has changed is opened again.
	Form   string `json:"v,omitempty"`
	Action string `json:"a,omitempty"`
	// Channel is the id of the channel in which the form was opened, "" for none.
	Channel string `json:"c,omitempty"`
	// Others are the values that options depend on, as the form shows them.
	Others string `json:"o,omitempty"`
	At     int64  `json:"t"`
	Proof  string `json:"p"`
}

// sealedFor is how long a form may stay open.
const sealedFor = time.Hour

func (c *call) proof(s sealed, team, user string) string {
	key := hmac.New(sha256.New, []byte(c.secret.BotToken))
	key.Write([]byte("fasttrack form v1"))
	m := hmac.New(sha256.New, key.Sum(nil))
	parts := []string{team, user, s.Request, s.Flow, s.Form, s.Action, strconv.FormatInt(s.At, 10)}
	if s.Channel != "" { // else as older releases, whose forms are open during an upgrade
		parts = append(parts, s.Channel)
	}
	if s.Others != "" {
		parts = append(parts, "others", s.Others)
	}
	for _, part := range parts {
		m.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// seal returns the private_metadata of a form for a user.
func (c *call) seal(s sealed, u user) (string, error) {
	s.At = c.Now().Unix()
	s.Proof = c.proof(s, c.home(u), u.id)
	raw, err := json.Marshal(s)
	return string(raw), err
}

// The errors of unseal.
const (
	// errForged is of a form that Slack did not show to this user.
	errForged = refusal("This form is not yours. Open it again.")
	errOld    = refusal("This form was open for too long. Open it again.")
)

// unseal reads the private_metadata of a form that a user submits.
func (c *call) unseal(text string, u user) (sealed, error) {
	var s sealed
	if json.Unmarshal([]byte(text), &s) != nil || !hmac.Equal([]byte(c.proof(s, c.home(u), u.id)), []byte(s.Proof)) {
		return sealed{}, errForged
	}
	if age := c.Now().Sub(time.Unix(s.At, 0)); age > sealedFor || age < -time.Minute {
		return sealed{}, errOld
	}
	return s, nil
}

// forged logs a call with a right signature that Slack did not make. An alarm counts
// these lines.
func (c *call) forged(u user, why string) {
	c.log.Warn("refused", "forged", true, "reason", why, "user", clipID(u.id))
}

// clipID bounds what of an id that anybody can write is logged.
func clipID(id string) string { return id[:min(len(id), 40)] }
