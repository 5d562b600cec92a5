// Package token keeps what authorizes calls: a secret as it is, or a token that is minted
// with a secret and expires.
package token

import (
	"context"
	"sync"
	"time"
)

// Token is the value of a header Authorization.
type Token struct {
	Header string
	// Expires is when it is of no use any more; zero for never.
	Expires time.Time
}

// Secret is a text that may be rotated, such as a secret of Secrets Manager.
type Secret interface {
	Get(context.Context) (string, error)
	Rejected(ctx context.Context, used string) (changed bool, err error)
}

// Mint makes a token with the text of the secret.
type Mint func(ctx context.Context, text string) (Token, error)

// Source keeps a token until it expires or is rejected. It is the Credentials of package
// rest, and safe for concurrent use.
type Source struct {
	secret Secret
	mint   Mint
	now    func() time.Time

	mu    sync.Mutex
	text  string
	token Token
}

// New returns a source. A nil secret is for a mint that needs none.
func New(secret Secret, mint Mint, now func() time.Time) *Source {
	return &Source{secret: secret, mint: mint, now: now}
}

// early is how long before its end a token is minted anew.
const early = 2 * time.Minute

// Header returns the header of a token that is valid for a while.
func (s *Source) Header(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	if s.secret != nil {
		var err error
		if text, err = s.secret.Get(ctx); err != nil {
			return "", err
		}
	}
	valid := s.token.Expires.IsZero() || s.now().Before(s.token.Expires.Add(-early))
	if s.token.Header != "" && text == s.text && valid {
		return s.token.Header, nil
	}
	t, err := s.mint(ctx, text)
	if err != nil {
		return "", err
	}
	s.text, s.token = text, t
	return t.Header, nil
}

// Rejected reports whether a retry may work after a 401: the secret was rotated, or the
// token was one that is minted, and a new one can be.
func (s *Source) Rejected(ctx context.Context, header string) (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.Header != header {
		return true, nil // another call has replaced it
	}
	minted := !s.token.Expires.IsZero()
	if s.secret != nil {
		if changed, err = s.secret.Rejected(ctx, s.text); err != nil {
			return false, err
		}
	}
	if changed || minted {
		s.token = Token{}
	}
	return changed || minted, nil
}
