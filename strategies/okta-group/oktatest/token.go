package oktatest

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// App is a service app: its id, the id of its key, and the key that Okta knows.
type App struct {
	ClientID, KeyID string
	Key             *rsa.PublicKey
}

// SetApp lets a service app have tokens. Each is valid until the next is minted.
func (o *Org) SetApp(app App) {
	minted := 0
	o.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/oauth2/v1/token" {
			return false
		}
		if why := app.check(r, o.URL); why != "" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, `{"error":"invalid_client","error_description":%q}`, why)
			return true
		}
		minted++
		token := fmt.Sprint("access-", minted)
		o.SetTokens("Bearer " + token)
		write(w, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": token, "scope": r.PostFormValue("scope")})
		return true
	})
}

// check returns what is wrong with a request for a token, "" for nothing.
func (a App) check(r *http.Request, org string) string {
	for name, want := range map[string]string{
		"grant_type": "client_credentials", "scope": "okta.groups.manage okta.users.read",
		"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
	} {
		if r.PostFormValue(name) != want {
			return name
		}
	}
	t, err := jwt.ParseSigned(r.PostFormValue("client_assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "client_assertion"
	}
	var claims jwt.Claims
	if t.Headers[0].KeyID != a.KeyID || t.Claims(a.Key, &claims) != nil {
		return "the signature"
	}
	expected := jwt.Expected{Issuer: a.ClientID, Subject: a.ClientID, AnyAudience: jwt.Audience{org + "/oauth2/v1/token"}, Time: time.Now()}
	if err := claims.Validate(expected); err != nil || claims.ID == "" || claims.Expiry.Time().After(time.Now().Add(time.Hour)) {
		return "the claims"
	}
	return ""
}

// mint responds where no app is known.
func (o *Org) mint(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
}
