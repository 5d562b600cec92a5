package issuertest

import "net/url"

// Profile is the shape of a provider.
type Profile struct {
	Name string
	// Path is the path of the issuer's URL.
	Path string
	// Scopes are those that can be requested, other than by their prefix api://.
	Scopes []string
	// AuthMethods are the members of token_endpoint_auth_methods_supported; none leaves
	// it out.
	AuthMethods []string
	// Revocation, EndSession and IssParameter say that the discovery document offers
	// RFC 7009, RP-initiated logout and RFC 9207.
	Revocation, EndSession, IssParameter bool
	// HintRequired says that the logout endpoint refuses a call without id_token_hint.
	HintRequired bool
	// SecretRequired says that a client needs its secret in spite of PKCE.
	SecretRequired bool
	// Rotates says that each refresh returns a new refresh token.
	Rotates bool
	// DetectsReuse says that a refresh token can be used once, and that a second use
	// revokes all tokens of that sign-in.
	DetectsReuse bool
	// RefreshBytes is the length of a refresh token.
	RefreshBytes int
	// Offline reports whether a sign-in with these parameters returns a refresh token.
	Offline func(authorize url.Values) bool
	// ID returns the claims of an ID token beyond iss, aud, iat, exp and nonce.
	ID func(g Grant) map[string]any
	// Access returns the claims of an access token beyond iss, iat and exp; nil for an
	// opaque token.
	Access func(g Grant) map[string]any
}

// Grant is what a token is made for.
type Grant struct {
	Person
	ClientID string
	// Issuer is the issuer's URL.
	Issuer string
	Scopes []string
	// AuthTime is when the person signed in.
	AuthTime int64
}

// Profiles returns the profile of every provider.
func Profiles() []Profile { return []Profile{Cognito(), Okta(), Entra(), Google()} }

// hasScope returns a [Profile.Offline] that needs a scope.
func hasScope(scope string) func(url.Values) bool {
	return func(authorize url.Values) bool { return contains(authorize.Get("scope"), scope) }
}
