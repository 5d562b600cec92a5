package postgres

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// The parts of a temporary role's name: a prefix of at most maxPrefix bytes, what
// people recognise the person by, and a hash that only this access has.
const (
	maxPrefix = 20
	maxShown  = 18
	hashLen   = 24 // of 5 bits each: two accesses never meet
)

var base = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// roleName returns the name of the temporary role: the same for each call about one
// access, and another for each other person, target and deployment. It has at most
// 63 bytes, of a-z, 0-9 and _ alone.
func (s *Strategy) roleName(r *strategy.Request) string {
	h := sha256.New()
	for _, part := range []string{s.deployment, r.Person.ID, r.Target.ID} {
		_, _ = h.Write([]byte(part)) // a hash takes all
		_, _ = h.Write([]byte{0})
	}
	hash := base.EncodeToString(h.Sum(nil))[:hashLen]
	if who := shown(r.Person); who != "" {
		return s.rolePrefix + who + "_" + hash
	}
	return s.rolePrefix + hash
}

// shown is what people recognise a person by: the letters and digits of the first
// part of the address.
func shown(p strategy.Person) string {
	who, _, _ := strings.Cut(p.ID, "@")
	if at := strings.LastIndexAny(who, "/:"); at >= 0 {
		who = who[at+1:] // of an ARN, the name
	}
	var b strings.Builder
	for _, c := range strings.ToLower(who) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() >= maxShown {
			break
		}
	}
	return strings.Trim(b.String(), "_")
}

// secretName returns the name of the secret that holds the role's password.
func (s *Strategy) secretName(role string) string { return s.secretPrefix + role }

// markPrefix begins the comment on a role that this deployment made.
func (s *Strategy) markPrefix() string { return "fasttrack " + s.deployment + ": " }

// mark is the comment on a role. A role without it was made by somebody else.
func (s *Strategy) mark(r *strategy.Request) string {
	return s.markPrefix() + "temporary role of " + plain(r.Person.ID) + " for " + plain(r.Target.ID) + ". It is removed when the access ends."
}

// plain returns a text without control characters, of at most 200 runes.
func plain(s string) string {
	runes := []rune(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?")))
	return string(runes[:min(len(runes), 200)])
}
