package gateway_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
)

// issuer publishes the keys of its tokens as OpenID Connect has it.
type issuer struct {
	*httptest.Server
	keys  map[string]*rsa.PrivateKey
	asked atomic.Int32 // for keys
	down  atomic.Bool
}

func newIssuer(t *testing.T, kids ...string) *issuer {
	t.Helper()
	i := &issuer{keys: map[string]*rsa.PrivateKey{}}
	for _, kid := range kids {
		i.keys[kid] = newKey(t)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if i.down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["RS256"]}`, i.URL, i.URL+"/keys")
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		var keys []map[string]string
		for kid, key := range i.keys {
			keys = append(keys, map[string]string{"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a token with RS256.
func sign(t *testing.T, key *rsa.PrivateKey, header, claims map[string]any) string {
	t.Helper()
	signed := part(t, header) + "." + part(t, claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + encode(signature)
}

func part(t *testing.T, v map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return encode(raw)
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// guarded serves GET /me of an issuer for the audiences api and other.
func guarded(t *testing.T, f *function, i *issuer, now func() time.Time) string {
	t.Helper()
	g, err := gateway.New(gateway.Options{Invoker: f, Now: now, Routes: []gateway.Route{
		{Key: "GET /me", Function: "me", Authorizer: &gateway.Authorizer{Issuer: i.URL, Audience: []string{"api", "other"}, Verify: true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL + "/me"
}

// with returns claims, some of them changed; nil removes one.
func with(claims map[string]any, changes map[string]any) map[string]any {
	all := maps.Clone(claims)
	for name, value := range changes {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

func TestTokensAreVerified(t *testing.T) {
	i, stranger := newIssuer(t, "k1"), newKey(t)
	header := map[string]any{"alg": "RS256", "kid": "k1", "typ": "JWT"}
	good := map[string]any{
		"iss": i.URL, "aud": "api", "sub": "1b9", "iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
		"email": "ada@example.com", "email_verified": true, "groups": []string{"sre", "prod approvers"},
	}
	token := func(header map[string]any, changes map[string]any) string {
		return sign(t, i.keys["k1"], header, with(good, changes))
	}
	hashed := part(t, map[string]any{"alg": "HS256", "kid": "k1"}) + "." + part(t, good)
	mac := hmac.New(sha256.New, i.keys["k1"].N.Bytes())
	mac.Write([]byte(hashed))
	valid := token(header, nil)
	parts := strings.Split(valid, ".")
	for name, tc := range map[string]struct {
		headers []string
		why     string // "" where it is taken
	}{
		"a token":                  {[]string{"Bearer " + valid}, ""},
		"the token alone":          {[]string{valid}, ""},
		"in lower case":            {[]string{"bearer " + valid}, ""},
		"one of several audiences": {[]string{"Bearer " + token(header, map[string]any{"aud": []string{"else", "other"}})}, ""},
		"client_id without aud":    {[]string{"Bearer " + token(header, map[string]any{"aud": nil, "client_id": "other"})}, ""},
		"nbf that has passed":      {[]string{"Bearer " + token(header, map[string]any{"nbf": noon.Unix()})}, ""},

		"another audience":             {[]string{"Bearer " + token(header, map[string]any{"aud": "else"})}, "the token does not have a valid audience"},
		"client_id beside another aud": {[]string{"Bearer " + token(header, map[string]any{"aud": "else", "client_id": "api"})}, "the token does not have a valid audience"},
		"no audience":                  {[]string{"Bearer " + token(header, map[string]any{"aud": nil})}, "the token does not have a valid audience"},
		"an audience that is a number": {[]string{"Bearer " + token(header, map[string]any{"aud": []any{1, nil}})}, "not signed by a key of the issuer"},
		"expired":                      {[]string{"Bearer " + token(header, map[string]any{"exp": noon.Unix()})}, "the token has expired"},
		"no exp":                       {[]string{"Bearer " + token(header, map[string]any{"exp": nil})}, "the token has no exp"},
		"not yet":                      {[]string{"Bearer " + token(header, map[string]any{"nbf": noon.Unix() + 1})}, "the token's nbf is in the future"},
		"made tomorrow":                {[]string{"Bearer " + token(header, map[string]any{"iat": noon.Unix() + 86400})}, "the token's iat is in the future"},
		"another issuer":               {[]string{"Bearer " + token(header, map[string]any{"iss": "https://else.example.com"})}, "or is of another issuer"},
		"no kid":                       {[]string{"Bearer " + token(map[string]any{"alg": "RS256"}, nil)}, "no kid"},
		"an unknown kid":               {[]string{"Bearer " + token(map[string]any{"alg": "RS256", "kid": "k2"}, nil)}, "not signed by a key of the issuer"},
		"the key of another":           {[]string{"Bearer " + sign(t, stranger, header, good)}, "not signed by a key of the issuer"},
		"another payload":              {[]string{"Bearer " + parts[0] + "." + part(t, with(good, map[string]any{"sub": "eve"})) + "." + parts[2]}, "not signed by a key of the issuer"},
		"no signature":                 {[]string{"Bearer " + part(t, map[string]any{"alg": "none", "kid": "k1"}) + "." + parts[1] + "."}, "algorithm is not supported"},
		"the public key as a secret":   {[]string{"Bearer " + hashed + "." + encode(mac.Sum(nil))}, "algorithm is not supported"},
		"two tokens":                   {[]string{"Bearer " + valid, "Bearer " + valid}, "not signed by a key of the issuer"},
		"an e-mail address":            {[]string{"Bearer ada@example.com"}, "is not a JSON Web Token"},
		"another scheme":               {[]string{"Basic YTpi"}, "is not a JSON Web Token"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &function{}
			var headers []string
			for _, h := range tc.headers {
				headers = append(headers, "Authorization", h)
			}
			res, body := send(t, "GET", guarded(t, f, i, func() time.Time { return noon }), "", headers...)
			says := res.Header.Get("Www-Authenticate")
			if tc.why != "" {
				if res.StatusCode != 401 || body != `{"message":"Unauthorized"}` || f.name != "" || !strings.HasPrefix(says, `Bearer scope="" error="invalid_token" error_description="`) || !strings.Contains(says, tc.why) {
					t.Errorf("got %d %s, %q; want 401 with %q", res.StatusCode, body, says, tc.why)
				}
				return
			}
			if res.StatusCode != 200 || says != "" {
				t.Fatalf("got %d %s, %q", res.StatusCode, body, says)
			}
			claims := f.event.RequestContext.Authorizer.JWT.Claims
			if claims["sub"] != "1b9" || claims["groups"] != "[sre prod approvers]" || claims["email_verified"] != "true" || claims["iat"] != fmt.Sprint(noon.Unix()) {
				t.Errorf("claims are %v", claims)
			}
			if f.event.Headers["authorization"] != tc.headers[0] {
				t.Errorf("authorization is %q", f.event.Headers["authorization"])
			}
		})
	}
	f := &function{}
	if res, _ := send(t, "GET", guarded(t, f, i, time.Now), ""); res.StatusCode != 401 || res.Header.Get("Www-Authenticate") != "Bearer" || f.name != "" {
		t.Errorf("without a token: %d, %q", res.StatusCode, res.Header.Get("Www-Authenticate"))
	}
}

// Keys are fetched once, again for one that is not among them, and again after two hours.
func TestKeysAreKept(t *testing.T) {
	i, now := newIssuer(t, "k1"), noon
	claims := map[string]any{"iss": i.URL, "aud": "api", "sub": "1b9", "iat": noon.Unix(), "exp": noon.Add(24 * time.Hour).Unix()}
	url := guarded(t, &function{}, i, func() time.Time { return now })
	call := func(kid string, status int, asked int32) {
		t.Helper()
		res, _ := send(t, "GET", url, "", "Authorization", "Bearer "+sign(t, i.keys[kid], map[string]any{"alg": "RS256", "kid": kid}, claims))
		if res.StatusCode != status || i.asked.Load() != asked {
			t.Errorf("got %d after %d fetches, want %d after %d", res.StatusCode, i.asked.Load(), status, asked)
		}
	}
	i.down.Store(true)
	call("k1", 401, 0)
	i.down.Store(false)
	call("k1", 200, 1)
	call("k1", 200, 1)
	i.keys["k2"] = newKey(t)
	call("k2", 200, 2)
	i.down.Store(true)
	call("k1", 200, 2)
	i.down.Store(false)
	now = noon.Add(2 * time.Hour)
	call("k1", 200, 3)
}
