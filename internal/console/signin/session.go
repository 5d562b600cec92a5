package signin

import (
	"encoding/binary"
	"fmt"
	"time"
)

// session is what the cookies of a person hold.
type session struct {
	// token is sent to the API until expires.
	token   string
	expires time.Time
	// refresh gets a newer token, from renew on; empty if the provider gave none.
	refresh string
	renew   time.Time
	// ends is when the person must sign in again, whatever is refreshed.
	ends time.Time
}

// early is how long before its end a token is refreshed, at most. A page and the calls
// behind it take less.
const early = time.Minute

// newSession returns the session of a token, which ends at the given time.
func newSession(token, refresh string, now, expires, ends time.Time) session {
	return session{
		token: token, expires: expires, refresh: refresh, ends: ends,
		renew: expires.Add(-min(early, expires.Sub(now)/4)),
	}
}

// over reports whether the person must sign in again.
func (s session) over(now time.Time) bool { return !now.Before(s.ends) }

// usable reports whether the token can be sent to the API.
func (s session) usable(now time.Time) bool { return now.Before(s.expires) && !s.over(now) }

// due reports whether the token should be refreshed, and can be.
func (s session) due(now time.Time) bool {
	return s.refresh != "" && !now.Before(s.renew) && !s.over(now)
}

// sessionForm is the first byte of a session, which a later release can change.
const sessionForm = 1

func (s session) encode() []byte {
	b := []byte{sessionForm}
	for _, t := range []time.Time{s.expires, s.renew, s.ends} {
		b = binary.AppendVarint(b, t.Unix())
	}
	return appendToken(appendToken(b, s.token), s.refresh)
}

func decodeSession(b []byte) (s session, err error) {
	if len(b) == 0 || b[0] != sessionForm {
		return s, fmt.Errorf("the session is of another release")
	}
	b = b[1:]
	for _, t := range []*time.Time{&s.expires, &s.renew, &s.ends} {
		unix, size := binary.Varint(b)
		if size <= 0 {
			return s, errFields
		}
		*t, b = time.Unix(unix, 0), b[size:]
	}
	if s.token, b, err = cutToken(b); err != nil {
		return s, err
	}
	if s.refresh, b, err = cutToken(b); err == nil && len(b) > 0 {
		err = errFields
	}
	return s, err
}
