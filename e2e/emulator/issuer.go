package emulator

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
)

// issuer is an OpenID Connect issuer for the JWT authorizer: callers say who they
// are as they do to `make run`, and API Gateway is given a token for it.
type issuer struct {
	url string
	key *rsa.PrivateKey
}

func newIssuer(url string) (*issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return &issuer{url: url, key: key}, err
}

// documents serves what authorizers look up: OpenID Connect Discovery 1.0 and
// RFC 7517.
func (i *issuer) documents(mux *http.ServeMux) {
	answer := func(path string, v any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(v) // the caller is gone
		})
	}
	answer("/.well-known/openid-configuration", map[string]any{"issuer": i.url, "jwks_uri": i.url + "/.well-known/jwks.json"})
	answer("/.well-known/jwks.json", map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig",
		"n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

// token turns "Bearer LOGIN[;group,group]", see [gateway.Login], into one with a signed JWT for the
// audience; anything else is left as it is, for the authorizer to refuse.
func (i *issuer) token(authorization, audience string) string {
	scheme, value, _ := strings.Cut(authorization, " ")
	who, list, _ := strings.Cut(strings.TrimSpace(value), ";")
	sub, address, ok := gateway.Login(who)
	groups, err := gateway.ReadGroups(list)
	if !strings.EqualFold(scheme, "Bearer") || !ok || err != nil {
		return authorization
	}
	now := time.Now().Unix()
	said := map[string]any{
		"iss": i.url, "aud": audience, "sub": sub, "groups": groups, "iat": now, "exp": now + 300,
	}
	if address != "" {
		said["email"], said["email_verified"] = address, true
	}
	claims, err := json.Marshal(said)
	if err != nil {
		return authorization
	}
	signed := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"1"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, digest[:])
	if err != nil {
		return authorization
	}
	return "Bearer " + signed + "." + encode(signature)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
