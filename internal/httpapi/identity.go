package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// ErrNoIdentity means that the authorizer does not identify the caller.
var ErrNoIdentity = errors.New("unidentified caller")

// Identity is the caller.
type Identity struct {
	run.Person
	// Former is the principal by which older releases stored what the caller
	// sent under an Idempotency-Key; empty if it was the same.
	Former string
	// Notes say why the caller may do less than the token suggests. They contain
	// nothing of the token, and are safe to log and to show to the caller.
	Notes []string
}

func (id *Identity) note(why string) {
	if why != "" {
		id.Notes = append(id.Notes, why)
	}
}

// noIdentity is ErrNoIdentity with a reason that contains nothing of a token.
type noIdentity string

func (why noIdentity) Error() string    { return ErrNoIdentity.Error() + ": " + string(why) }
func (noIdentity) Is(target error) bool { return target == ErrNoIdentity }

func unknown(why string) error { return noIdentity(why) }

// Identifier identifies the caller by what the authorizer verified, and never by a
// header or body alone. It returns ErrNoIdentity.
type Identifier interface {
	Identify(ctx context.Context, ev Event) (Identity, error)
}

// Config is the identity configuration of the template.
type Config struct {
	// Mode is "IAM" or "JWT". IAM with a JwtIssuer lets people in with a token too, by
	// routes of their own.
	Mode string
	// AccountID is the stack's own account. A caller of another account cannot
	// call an HTTP API: its sessions of Identity Center are never people here.
	AccountID string
	// JwtIssuer is the one issuer; JwtTrustEmail takes an email claim that
	// nothing says is verified; JwtGroupsClaim names the claim with the groups.
	JwtIssuer      string
	JwtTrustEmail  bool
	JwtGroupsClaim string
	// JwtEmailClaim is another claim than "email" that holds the address: it is
	// taken only with JwtTrustEmail and JwtEmailDomains, to which every address
	// must belong if they are given. They are in lower case.
	JwtEmailClaim   string
	JwtEmailDomains []string
	// JwtMachineClaim marks machines: NAME or NAME=VALUE.
	JwtMachineClaim string
}

const defaultEmailClaim = "email"

func (c Config) emailClaim() string { return cmp.Or(c.JwtEmailClaim, defaultEmailClaim) }

// checkJwt refuses what would make an identity of whatever a user wrote into a
// profile.
func (c Config) checkJwt() error {
	switch {
	case c.JwtIssuer == "":
		return errors.New("JWT_ISSUER: must be the issuer of tokens")
	case c.emailClaim() != defaultEmailClaim && !c.JwtTrustEmail:
		return errors.New("JWT_EMAIL_CLAIM: nothing vouches for a claim other than email, so JWT_TRUST_EMAIL must be true")
	case c.emailClaim() != defaultEmailClaim && len(c.JwtEmailDomains) == 0:
		return errors.New("JWT_EMAIL_CLAIM: nothing vouches for a claim other than email, so JWT_EMAIL_DOMAINS must list the domains to believe")
	}
	return nil
}

// ConfigFromEnv reads the environment variables that the template sets.
func ConfigFromEnv(getenv func(string) string) Config {
	c := Config{
		Mode: getenv("AUTH_MODE"), AccountID: getenv("ACCOUNT_ID"), JwtIssuer: getenv("JWT_ISSUER"),
		JwtTrustEmail: getenv("JWT_TRUST_EMAIL") == "true", JwtGroupsClaim: getenv("JWT_GROUPS_CLAIM"),
		JwtEmailClaim: getenv("JWT_EMAIL_CLAIM"), JwtMachineClaim: getenv("JWT_MACHINE_CLAIM"),
		JwtEmailDomains: list(email.Lower(getenv("JWT_EMAIL_DOMAINS"))),
	}
	return c
}

// list splits a comma-separated parameter.
func list(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// NewIdentifier returns the identifier of the configured mode. Only mode IAM uses
// roles.
func NewIdentifier(c Config, d flow.Directory, roles Roles) (Identifier, error) {
	switch c.Mode {
	case "IAM":
		signed := &iamIdentifier{config: c, directory: d, roles: &roleCache{roles: roles, now: time.Now}}
		if c.JwtIssuer == "" {
			return signed, nil
		}
		return doors{signed, jwtIdentifier{config: c, directory: d}}, c.checkJwt()
	case "JWT":
		if err := c.checkJwt(); err != nil {
			return nil, err
		}
		return jwtIdentifier{config: c, directory: d}, nil
	}
	return nil, fmt.Errorf("AUTH_MODE must be IAM or JWT, got %q", c.Mode)
}

// known returns the person whom the directory lists under any of the identities.
func known(d flow.Directory, identities ...string) (run.Person, bool) {
	for _, identity := range identities {
		if identity == "" {
			continue
		}
		if p, ok := d.Lookup(identity); ok {
			return p, true
		}
	}
	return run.Person{}, false
}
