package issuertest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// refreshToken is a refresh token.
type refreshToken struct {
	grant   Grant
	session string
	dead    bool
	// replaced says that a newer one took its place.
	replaced bool
}

// token is the token endpoint.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "The body is no form.")
		return
	}
	kind := r.PostForm.Get("grant_type")
	if kind == "refresh_token" {
		i.counts["refresh"]++
	} else {
		i.counts["code"]++
	}
	switch {
	case i.tamper.Status != 0:
		refuse(w, i.tamper.Status, "temporarily_unavailable", "Refused by the issuer for tests.")
	case !i.authenticated(r):
		refuse(w, http.StatusUnauthorized, "invalid_client", "The client's id or secret is wrong.")
	case kind == "authorization_code":
		i.redeem(w, r.PostForm)
	case kind == "refresh_token":
		i.refresh(w, r.PostForm)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "")
	}
}

// authenticated reports whether the client proved itself by one of its methods.
func (i *Issuer) authenticated(r *http.Request) bool {
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	method := "client_secret_post"
	if basic {
		method = "client_secret_basic"
	}
	known := i.options.ClientSecret == "" || len(i.profile.AuthMethods) == 0 || slices.Contains(i.profile.AuthMethods, method)
	return known && id == i.options.ClientID && secret == i.options.ClientSecret
}

// redeem exchanges a code. One that is used twice ends the session of its first use, as
// RFC 6749 recommends in section 4.1.2.
func (i *Issuer) redeem(w http.ResponseWriter, form url.Values) {
	c := i.codes[form.Get("code")]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case c == nil:
		refuse(w, http.StatusBadRequest, "invalid_grant", "The code is unknown.")
		return
	case c.used:
		i.end(c.session)
		refuse(w, http.StatusBadRequest, "invalid_grant", "The code was used before.")
		return
	case i.options.Now().Sub(c.made) > time.Minute,
		form.Get("redirect_uri") != c.request.Get("redirect_uri"),
		base64.RawURLEncoding.EncodeToString(sum[:]) != c.request.Get("code_challenge"):
		refuse(w, http.StatusBadRequest, "invalid_grant", "The code is not for this call.")
		return
	}
	c.used = true
	i.issue(w, c.grant, c.session, c.request.Get("nonce"), i.profile.Offline(c.request))
}

// refresh returns new tokens for a refresh token.
func (i *Issuer) refresh(w http.ResponseWriter, form url.Values) {
	t := i.tokens[form.Get("refresh_token")]
	if t != nil && t.replaced {
		i.reused++
		if i.profile.DetectsReuse {
			i.end(t.session)
		}
	}
	if t == nil || t.dead {
		refuse(w, http.StatusBadRequest, "invalid_grant", "The refresh token is not valid.")
		return
	}
	if at := slices.IndexFunc(i.options.People, func(p Person) bool { return p.Email == t.grant.Email }); at >= 0 {
		t.grant.Person = i.options.People[at] // with today's groups
	}
	if i.profile.Rotates {
		t.replaced = true
		t.dead = i.profile.DetectsReuse
	}
	i.issue(w, t.grant, t.session, "", i.profile.Rotates)
}

// end makes every refresh token of a sign-in useless.
func (i *Issuer) end(session string) {
	for _, t := range i.tokens {
		if t.session == session {
			t.dead = true
		}
	}
}

// issue sends tokens.
func (i *Issuer) issue(w http.ResponseWriter, g Grant, session, nonce string, refreshable bool) {
	access := i.accessToken(g)
	response := map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(i.options.Lifetime.Seconds()),
		"id_token": i.idToken(g, access, nonce),
	}
	if refreshable {
		raw := make([]byte, i.profile.RefreshBytes*3/4)
		_, _ = rand.Read(raw)
		value := base64.RawURLEncoding.EncodeToString(raw)
		i.tokens[value] = &refreshToken{grant: g, session: session}
		response["refresh_token"] = value
	}
	if i.tamper.Response != nil {
		i.tamper.Response(response)
	}
	respond(w, http.StatusOK, response)
}

// Tokens returns tokens of a person, as a sign-in with the scopes would.
func (i *Issuer) Tokens(email string, scopes ...string) (access, id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	g := Grant{Person: Person{Email: email}, ClientID: i.options.ClientID, Issuer: i.URL(), Scopes: scopes, AuthTime: i.options.Now().Unix()}
	for _, p := range i.options.People {
		if p.Email == email {
			g.Person = p
		}
	}
	access = i.accessToken(g)
	return access, i.idToken(g, access, "")
}

func (i *Issuer) accessToken(g Grant) string {
	if i.profile.Access == nil {
		return "ya29." + rand.Text() + rand.Text()
	}
	return sign(i.timed(i.profile.Access(g)), RS256)
}

func (i *Issuer) idToken(g Grant, access, nonce string) string {
	claims := i.timed(i.profile.ID(g))
	claims["aud"] = i.options.ClientID
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if i.profile.Name != "entra" { // which has it only in tokens of its authorization endpoint
		sum := sha256.Sum256([]byte(access))
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:16])
	}
	if i.tamper.ID != nil {
		i.tamper.ID(claims)
	}
	return sign(claims, i.tamper.Signature)
}

// timed returns claims with those of every token.
func (i *Issuer) timed(claims map[string]any) map[string]any {
	now := i.options.Now()
	claims = maps.Clone(claims)
	claims["iss"], claims["iat"], claims["exp"], claims["jti"] = i.URL(), now.Unix(), now.Add(i.options.Lifetime).Unix(), rand.Text()
	return claims
}
