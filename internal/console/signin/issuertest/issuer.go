package issuertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options describe the client and the people of an issuer.
type Options struct {
	// ClientID is "console" if empty. ClientSecret is empty for a public client, unless
	// the profile needs one; [Issuer.ClientSecret] returns it.
	ClientID, ClientSecret string
	// RedirectURIs are those registered for the client. An empty list accepts any.
	// [Issuer.Register] adds one.
	RedirectURIs []string
	// People can sign in; [People] if nil.
	People []Person
	// Lifetime is how long a token is valid; an hour if 0.
	Lifetime time.Duration
	// Now is time.Now if nil.
	Now func() time.Time
}

// Issuer is an OpenID provider. It is safe for concurrent use.
type Issuer struct {
	profile Profile
	base    string

	mu      sync.Mutex
	options Options
	tamper  Tamper
	as      string
	codes   map[string]*code
	tokens  map[string]*refreshToken
	counts  map[string]int
	reused  int
	revoked []string
}

// New returns an issuer that is served at baseURL, such as http://127.0.0.1:9400. Serve
// it by [Issuer.Handler].
func New(baseURL string, p Profile, o Options) *Issuer {
	if o.ClientID == "" {
		o.ClientID = "console"
	}
	if o.ClientSecret == "" && p.SecretRequired {
		o.ClientSecret = "a client secret for tests"
	}
	if o.People == nil {
		o.People = People()
	}
	o.People = slices.Clone(o.People)
	if o.Lifetime == 0 {
		o.Lifetime = time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Issuer{
		profile: p, base: strings.TrimRight(baseURL, "/"), options: o,
		codes: map[string]*code{}, tokens: map[string]*refreshToken{}, counts: map[string]int{},
	}
}

// Start serves an issuer on 127.0.0.1 until the test ends.
func Start(t testing.TB, p Profile, o Options) *Issuer {
	t.Helper()
	var i *Issuer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { i.Handler().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	i = New(server.URL, p, o)
	return i
}

// URL returns the issuer's URL, which is iss in its tokens.
func (i *Issuer) URL() string { return i.base + i.profile.Path }

// ClientID returns the id of the client.
func (i *Issuer) ClientID() string { return i.options.ClientID }

// ClientSecret returns the secret of the client, or "" for a public one.
func (i *Issuer) ClientSecret() string { return i.options.ClientSecret }

// Register adds a redirect URI of the client, such as https://HOST/console/callback.
func (i *Issuer) Register(redirectURI string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.options.RedirectURIs = append(i.options.RedirectURIs, redirectURI)
}

// SignInAs makes every sign-in from now on that of one of the people, without a page;
// as a browser does that is already signed in to the provider. "" shows the page again.
func (i *Issuer) SignInAs(email string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.as = email
}

// SetGroups changes the groups of a person.
func (i *Issuer) SetGroups(email string, groups ...string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, p := range i.options.People {
		if p.Email == email {
			i.options.People[n].Groups = groups
		}
	}
}

// Calls returns how often an endpoint was called: "discovery", "keys", "authorize",
// "code" and "refresh" (the grants of the token endpoint), "revoke" or "logout".
func (i *Issuer) Calls(endpoint string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.counts[endpoint]
}

// Reused returns how often a refresh token was used that was replaced already.
func (i *Issuer) Reused() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.reused
}

// Handler serves the issuer.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request){
		"GET /.well-known/openid-configuration": i.discovery,
		"GET /keys":                             i.keys,
		"GET /authorize":                        i.authorize,
		"POST /token":                           i.token,
		"POST /revoke":                          i.revoke,
		"GET /logout":                           i.logout,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+i.profile.Path+path, func(w http.ResponseWriter, r *http.Request) {
			i.mu.Lock()
			defer i.mu.Unlock()
			h(w, r)
		})
	}
	return mux
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	i.counts["discovery"]++
	document := map[string]any{
		"issuer":                                i.URL(),
		"authorization_endpoint":                i.URL() + "/authorize",
		"token_endpoint":                        i.URL() + "/token",
		"jwks_uri":                              i.URL() + "/keys",
		"scopes_supported":                      i.profile.Scopes,
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"code_challenge_methods_supported":      []string{"S256"},
	}
	if len(i.profile.AuthMethods) > 0 {
		document["token_endpoint_auth_methods_supported"] = i.profile.AuthMethods
	}
	if i.profile.Revocation {
		document["revocation_endpoint"] = i.URL() + "/revoke"
	}
	if i.profile.EndSession {
		document["end_session_endpoint"] = i.URL() + "/logout"
	}
	if i.profile.IssParameter {
		document["authorization_response_iss_parameter_supported"] = true
	}
	respond(w, http.StatusOK, document)
}

func (i *Issuer) logout(w http.ResponseWriter, r *http.Request) {
	i.counts["logout"]++
	if i.profile.HintRequired && r.URL.Query().Get("id_token_hint") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "id_token_hint is required.")
		return
	}
	i.as = ""
	page(w, http.StatusOK, "Signed out", "<p>You are signed out of the provider.</p>")
}

// respond sends JSON that no cache keeps.
func respond(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refuse sends an error of OAuth 2.0.
func refuse(w http.ResponseWriter, status int, code, description string) {
	respond(w, status, map[string]string{"error": code, "error_description": description})
}

// redirectTo returns a URI with parameters added.
func redirectTo(uri string, parameters url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + parameters.Encode()
}
