package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// tokens makes JWTs from the logins that callers send, signed with a key of this
// process.
type tokens struct {
	key []byte
	now func() time.Time
}

func newTokens(now func() time.Time) tokens {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return tokens{key: key, now: now}
}

var (
	plausible = regexp.MustCompile(`^[^\s@,;|]{1,64}@[^\s@,;|]{1,253}$`)
	subject   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// Login splits "EMAIL", "SUB|EMAIL" or "SUB|" into the subject and the address
// of a token, which may be empty. The subject of an address alone is the address.
func Login(who string) (sub, address string, ok bool) {
	sub, address, two := strings.Cut(who, "|")
	if !two {
		return foldASCII(who), who, plausible.MatchString(who)
	}
	return sub, address, subject.MatchString(sub) && (address == "" || plausible.MatchString(address))
}

// foldASCII returns an address in lower case; one with characters beyond ASCII is
// returned unchanged.
func foldASCII(address string) string {
	if strings.ContainsFunc(address, func(r rune) bool { return r > unicode.MaxASCII }) {
		return address
	}
	return strings.ToLower(address)
}

// mint makes the token for "Bearer LOGIN[;group,group]", see [Login], where a group's name may
// be percent-encoded (%2C is a comma), and its claims
// flattened as by the service's authorizer. It returns false for any other value.
func (t tokens) mint(headers []string, a Authorizer) (token string, flat map[string]string, ok bool) {
	if len(headers) != 1 {
		return "", nil, false
	}
	scheme, value, _ := strings.Cut(headers[0], " ")
	who, list, _ := strings.Cut(strings.TrimSpace(value), ";")
	sub, address, ok := Login(who)
	if !strings.EqualFold(scheme, "Bearer") || !ok {
		return "", nil, false
	}
	groups, err := ReadGroups(list)
	if err != nil {
		return "", nil, false
	}
	now, audience := t.now().Unix(), ""
	if len(a.Audience) > 0 {
		audience = a.Audience[0]
	}
	claims := map[string]any{
		"iss": a.Issuer, "aud": audience, "sub": sub, "groups": groups, "iat": now, "exp": now + 300,
	}
	if address != "" {
		claims["email"], claims["email_verified"] = address, true
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", nil, false
	}
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(payload)
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(signed))
	flat = map[string]string{
		"iss": a.Issuer, "aud": audience, "sub": sub,
		"groups": "[" + strings.Join(groups, " ") + "]", "iat": strconv.FormatInt(now, 10), "exp": strconv.FormatInt(now+300, 10),
	}
	if address != "" {
		flat["email"], flat["email_verified"] = address, "true"
	}
	return signed + "." + encode(mac.Sum(nil)), flat, true
}

// ReadGroups reads "group,group", each name as it is or percent-encoded.
func ReadGroups(list string) ([]string, error) {
	groups := []string{}
	for _, g := range strings.Split(list, ",") {
		g, err := url.PathUnescape(strings.TrimSpace(g))
		if err != nil {
			return nil, fmt.Errorf("read groups: %w", err)
		}
		if g != "" {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// newID looks like the request ids of API Gateway.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%s=", encode(b[:]))
}
