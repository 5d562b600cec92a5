package api

import (
	"context"
	"net/http"
)

// Signer authenticates a call.
type Signer interface {
	// Sign adds the caller's credentials to r, whose body is given. Each attempt of a
	// call is signed anew.
	Sign(ctx context.Context, r *http.Request, body []byte) error
}

// SignerFunc is a function that signs.
type SignerFunc func(ctx context.Context, r *http.Request, body []byte) error

// Sign calls f.
func (f SignerFunc) Sign(ctx context.Context, r *http.Request, body []byte) error {
	return f(ctx, r, body)
}

// Bearer signs with a token, for an API whose AuthMode is JWT. Package sigv4 has the
// signer for AuthMode IAM.
func Bearer(token string) Signer {
	return SignerFunc(func(_ context.Context, r *http.Request, _ []byte) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	})
}
