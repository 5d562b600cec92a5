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
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// jwtIdentifier reads the claims from the token that the authorizer verified.
// The authorizer's own claims are flattened ("[a b]"), which can't be distinguished
// from one group of that name; they only show which token it was.
type jwtIdentifier struct {
	config    Config
	directory flow.Directory
}

func (j jwtIdentifier) Identify(_ context.Context, ev Event) (Identity, error) {
	auth := ev.RequestContext.Authorizer
	if auth == nil || auth.JWT == nil {
		return Identity{}, unknown("No token was verified.")
	}
	header := authorization(ev)
	if header == "" {
		return Identity{}, unknown("The call must have exactly one Authorization header.")
	}
	claims, ok := tokenClaims(header)
	if !ok {
		return Identity{}, unknown("The Authorization header must hold exactly one JSON Web Token, with no claim in it twice.")
	}
	verified := auth.JWT.Claims
	sub, _ := claims["sub"].(string)
	iss, _ := claims["iss"].(string)
	switch _, timed := claims["iat"].(json.Number); {
	case sub == "" || text.CheckLine(sub, maxSubject) != nil:
		return Identity{}, unknown("The token's sub must be text of 1 to 255 characters.")
	case !timed:
		return Identity{}, unknown("The token has no iat, which must be a number.")
	case iss != j.config.JwtIssuer:
		return Identity{}, unknown("The token is of another issuer.")
	case sub != verified["sub"] || iss != verified["iss"] || !sameNumber(claims["iat"], verified["iat"]):
		return Identity{}, unknown("The token is not the one that was verified.")
	}
	id := Identity{Person: run.Person{Principal: iss + "|" + sub}}
	address, why := j.email(claims)
	id.note(why)
	p, found := known(j.directory, id.Principal)
	if !found && address != "" {
		// An entry found by the address alone names the address and not the
		// login, unless the login's subject is the address.
		p, found = known(j.directory, address)
		p.Mapped = p.Mapped && email.Equal(sub, address)
	}
	if !found {
		p = run.Person{ID: cmp.Or(address, id.Principal), Email: address}
	}
	if address != "" && !email.Equal(address, p.Email) {
		p.Links = []string{address}
	}
	switch {
	case marks(claims, j.config.JwtMachineClaim):
		p.Machine = true
		id.note("The token's claims mark a machine, which never decides.")
	case !found && address == "":
		// It can be anybody's, such as a service's own token.
		p.Machine = true
		id.note("Without an address or an entry in the directory it is a machine's, which never decides.")
	}
	if name, _ := claims["name"].(string); p.Name == "" && text.CheckLine(name, 200) == nil {
		p.Name = name
	}
	if leftOut(claims, j.config.JwtGroupsClaim) {
		id.note("The token leaves out groups because there are too many of them: only those it lists count.")
	}
	p.Principal = id.Principal
	id.Person = j.directory.WithTokenGroups(p, groupsOf(claims[j.config.JwtGroupsClaim]))
	return id, nil
}

// maxSubject is how long a sub may be (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// authorization returns the Authorization header; "" if it is repeated.
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
	if err != nil || strictjson.Check(raw) != nil { // a claim that is there twice is none
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var claims map[string]any
	return claims, d.Decode(&claims) == nil
}

// sameNumber compares a claim with its flattened form, which may be written as
// 1.7E9. A claim that is not a number equals none: OpenID Connect and
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
