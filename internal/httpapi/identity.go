package httpapi

import (
	"context"
	"errors"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// ErrNoIdentity means that the authorizer's word does not say who calls.
var ErrNoIdentity = errors.New("who calls is not known")

// Identity is who calls.
type Identity struct {
	run.Person
	// Former is the principal by which older releases stored what the caller
	// sent under an Idempotency-Key; empty if it was the same.
	Former string
}

// Identifier tells who calls from what the authorizer says, and never from what
// a header or body says by itself. It returns ErrNoIdentity.
type Identifier interface {
	Identify(ctx context.Context, ev Event) (Identity, error)
}

// Config is the identity configuration of the template.
type Config struct {
	// Mode is "IAM" or "JWT".
	Mode string
	// AccountID is the stack's own account; SsoAccounts are others whose
	// Identity Center sessions are people.
	AccountID   string
	SsoAccounts []string
	// JwtIssuer is the one issuer; JwtTrustEmail takes an email claim that
	// nothing says is verified; JwtGroupsClaim names the claim with the groups.
	JwtIssuer      string
	JwtTrustEmail  bool
	JwtGroupsClaim string
}

// ConfigFromEnv reads the environment that the template gives a function.
func ConfigFromEnv(getenv func(string) string) Config {
	c := Config{
		Mode: getenv("AUTH_MODE"), AccountID: getenv("ACCOUNT_ID"), JwtIssuer: getenv("JWT_ISSUER"),
		JwtTrustEmail: getenv("JWT_TRUST_EMAIL") == "true", JwtGroupsClaim: getenv("JWT_GROUPS_CLAIM"),
	}
	for _, account := range strings.Split(getenv("SSO_ACCOUNTS"), ",") {
		if account != "" {
			c.SsoAccounts = append(c.SsoAccounts, account)
		}
	}
	return c
}

// NewIdentifier gives the identifier of the configured mode. roles tells the
// unique ids of Identity Center's roles, for mode IAM.
func NewIdentifier(c Config, d flow.Directory, roles RoleIDs) (Identifier, error) {
	switch c.Mode {
	case "IAM":
		return &iamIdentifier{config: c, directory: d, roles: &roleCache{list: roles}}, nil
	case "JWT":
		if c.JwtIssuer == "" {
			return nil, errors.New("JWT_ISSUER: the issuer of tokens was expected")
		}
		return jwtIdentifier{config: c, directory: d}, nil
	}
	return nil, errors.New("AUTH_MODE: IAM or JWT was expected, not " + c.Mode)
}

// known gives the person that the directory knows under any of the identities.
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
