package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// jwtIdentifier reads the claims from the token that the authorizer verified.
// The authorizer's own claims are flattened ("[a b]"), which can't be told from
// one group of that name; they only show which token it was.
type jwtIdentifier struct {
	config    Config
	directory flow.Directory
}

func (j jwtIdentifier) Identify(_ context.Context, ev Event) (Identity, error) {
	auth := ev.RequestContext.Authorizer
	if auth == nil || auth.JWT == nil {
		return Identity{}, ErrNoIdentity
	}
	claims, ok := tokenClaims(authorization(ev))
	if !ok {
		return Identity{}, ErrNoIdentity
	}
	verified := auth.JWT.Claims
	sub, _ := claims["sub"].(string)
	iss, _ := claims["iss"].(string)
	if sub == "" || run.CheckText(sub, maxSubject) != nil || sub != verified["sub"] || iss != verified["iss"] || iss != j.config.JwtIssuer || !sameNumber(claims["iat"], verified["iat"]) {
		return Identity{}, ErrNoIdentity
	}
	principal := iss + "|" + sub
	address := j.email(claims)
	name, _ := claims["name"].(string)
	p, found := known(j.directory, principal)
	if !found {
		// An entry found by the address alone names the address and not the
		// login, unless the login's subject is the address.
		p, found = known(j.directory, address)
		p.Mapped = p.Mapped && email.Equal(sub, address)
	}
	if !found {
		// Without either it can be anybody's, such as a service's own token.
		p = run.Person{ID: cmp.Or(address, principal), Email: address, Machine: address == ""}
	}
	p.Principal = principal
	if p.Name == "" && run.CheckText(name, 200) == nil {
		p.Name = name
	}
	return Identity{Person: j.directory.WithTokenGroups(p, groupsOf(claims[j.config.JwtGroupsClaim]))}, nil
}

// maxSubject is how long a sub may be (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// authorization gives the Authorization header, "" if there is more than one.
func authorization(ev Event) string {
	value := ""
	for name, v := range ev.Headers {
		if !strings.EqualFold(name, "authorization") {
			continue
		}
		if value != "" {
			return ""
		}
		value = v
	}
	return value
}

// tokenClaims reads the payload of the one bearer token. API Gateway joins
// repeated headers with a comma, so one that holds a comma is more than one.
func tokenClaims(header string) (map[string]any, bool) {
	token := header
	if scheme, rest, found := strings.Cut(header, " "); found {
		if !strings.EqualFold(scheme, "Bearer") {
			return nil, false
		}
		token = rest
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || strings.ContainsAny(token, ", \r\n") {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || run.CheckJSON(raw) != nil { // a claim that is there twice is none
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var claims map[string]any
	return claims, d.Decode(&claims) == nil
}

// sameNumber compares a claim with its flattened form, which may be written as
// 1.7E9. A claim that is no number is not the same as any: OpenID Connect and
// RFC 9068 require iat.
func sameNumber(claim any, flat string) bool {
	n, ok := claim.(json.Number)
	if !ok {
		return false
	}
	a, errA := n.Float64()
	b, errB := strconv.ParseFloat(flat, 64)
	return errA == nil && errB == nil && a == b
}

// email is the address of a token if it may be believed, folded: one that is
// not plain is not.
func (j jwtIdentifier) email(claims map[string]any) string {
	address, _ := claims["email"].(string)
	if !email.Plain(address) {
		return ""
	}
	switch v := claims["email_verified"].(type) {
	case bool:
		if !v {
			return ""
		}
	case string: // as some issuers write it
		if v != "true" {
			return ""
		}
	case nil:
		if !j.config.JwtTrustEmail {
			return ""
		}
	default:
		return ""
	}
	return email.Fold(address)
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
