package issuertest

import "net/url"

// Signature is how an ID token is signed.
type Signature string

// The signatures. Only RS256 is one that a client may accept.
const (
	RS256    Signature = ""
	OtherKey Signature = "a key that the issuer does not publish"
	None     Signature = "none"
	// HS256 is signed with the issuer's public key as the shared secret.
	HS256 Signature = "HS256"
)

// Tamper is what an issuer does wrong, to play an attacker. The zero value does nothing
// wrong.
type Tamper struct {
	// ID changes the claims of an ID token.
	ID func(claims map[string]any)
	// Signature is that of ID tokens.
	Signature Signature
	// Callback changes the parameters with which a browser returns to the client.
	Callback func(url.Values)
	// Response changes the token response.
	Response func(map[string]any)
	// Status, unless 0, is what the token endpoint responds instead.
	Status int
}

// Tamper makes the issuer do something wrong from now on.
func (i *Issuer) Tamper(t Tamper) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tamper = t
}
