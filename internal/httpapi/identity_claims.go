package httpapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// email returns the address of a token, folded, if it may be believed: it must
// be plain, of a listed domain where there is a list, and vouched for. Only the
// claim "email" has something to vouch for it, email_verified; any other, and an
// email without that, the configuration must trust. why says what is wrong with
// an address that the token has.
func (j jwtIdentifier) email(claims map[string]any) (address, why string) {
	name := j.config.emailClaim()
	address, _ = claims[name].(string)
	if address == "" {
		return "", ""
	}
	if !email.Plain(address) {
		return "", "The token's " + name + " is not a plain e-mail address."
	}
	_, domain, _ := strings.Cut(address, "@")
	if d := j.config.JwtEmailDomains; len(d) > 0 && !slices.Contains(d, email.Lower(domain)) {
		return "", "The token's " + name + " is not of a domain that is believed."
	}
	trusted := j.config.JwtTrustEmail
	if verified, there := claims["email_verified"]; there && name == defaultEmailClaim {
		trusted = verified == true || verified == "true" // as some issuers write it
	}
	if !trusted {
		return "", "Nothing says that the token's " + name + " is verified."
	}
	return email.Fold(address), ""
}

// marks reports whether claims hold the one that marks machines, which is
// written NAME, for any value but false, null and "", or NAME=VALUE.
func marks(claims map[string]any, claim string) bool {
	name, want, exact := strings.Cut(claim, "=")
	value, there := claims[name]
	if claim == "" || !there {
		return false
	}
	if !exact {
		return value != nil && value != false && value != ""
	}
	is := func(v any) bool {
		switch v := v.(type) {
		case string:
			return v == want
		case json.Number:
			return v.String() == want
		case bool:
			return v && want == "true" || !v && want == "false"
		}
		return false
	}
	if list, ok := value.([]any); ok {
		return slices.ContainsFunc(list, is)
	}
	return is(value)
}

// leftOut reports whether the token says that its groups are elsewhere, as
// Microsoft Entra ID does of more than 200
// (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
func leftOut(claims map[string]any, groups string) bool {
	switch v := claims["hasgroups"].(type) {
	case bool:
		if v {
			return true
		}
	case string:
		if v == "true" {
			return true
		}
	}
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	_, is := elsewhere[groups]
	return is
}

// groupsOf reads a list of groups, or one group.
func groupsOf(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var groups []string
		for _, g := range v {
			if s, ok := g.(string); ok {
				groups = append(groups, s)
			}
		}
		return groups
	}
	return nil
}
