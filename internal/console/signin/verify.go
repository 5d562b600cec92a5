package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// errOpaque is the error of an access token that the API could not verify.
var errOpaque = errors.New("the access token is not a JSON Web Token")

// verifyID verifies the ID token of a token response.
func (d *Door) verifyID(ctx context.Context, p *provider, t *oauth2.Token) (raw string, id *oidc.IDToken, err error) {
	raw, _ = t.Extra("id_token").(string)
	if raw == "" {
		return "", nil, errors.New("the response has no ID token")
	}
	ctx = oidc.ClientContext(ctx, d.HTTPClient)
	if id, err = p.Verifier(&oidc.Config{ClientID: d.ClientID, Now: d.Now}).Verify(ctx, raw); err != nil {
		return "", nil, err
	}
	var claims struct {
		AZP string `json:"azp"`
	}
	if err := id.Claims(&claims); err != nil {
		return "", nil, err
	}
	// OpenID Connect Core 1.0, section 3.1.3.7.
	if claims.AZP != "" && claims.AZP != d.ClientID || claims.AZP == "" && len(id.Audience) > 1 {
		return "", nil, errors.New("the ID token was made for another client")
	}
	if id.Subject == "" {
		return "", nil, errors.New("the ID token has no subject")
	}
	return raw, id, nil
}

// sessionOf returns the session of a token response whose ID token has the nonce.
func (d *Door) sessionOf(ctx context.Context, p *provider, t *oauth2.Token, nonce string) (session, error) {
	raw, id, err := d.verifyID(ctx, p, t)
	if err != nil {
		return session{}, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return session{}, errors.New("the ID token has another nonce")
	}
	now := d.Now()
	ends := now.Add(d.SessionLength)
	if d.Token == IDToken {
		return newSession(raw, t.RefreshToken, now, id.Expiry, ends), nil
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(t.AccessToken); err != nil {
			return session{}, err
		}
	}
	expires, err := accessExpiry(t, now)
	return newSession(t.AccessToken, t.RefreshToken, now, expires, ends), err
}

// renewed returns a session after a refresh. Its end stays.
func (d *Door) renewed(ctx context.Context, p *provider, t *oauth2.Token, s session) (session, error) {
	refresh := t.RefreshToken
	if refresh == "" {
		refresh = s.refresh
	}
	now := d.Now()
	if d.Token != IDToken {
		expires, err := accessExpiry(t, now)
		return newSession(t.AccessToken, refresh, now, expires, s.ends), err
	}
	raw, id, err := d.verifyID(ctx, p, t)
	if err != nil {
		return session{}, err
	}
	// OpenID Connect Core 1.0, section 12.2.
	before, err := claimsOf(s.token)
	if err != nil || before.Subject != id.Subject {
		return session{}, errors.New("the refreshed ID token is of another person")
	}
	return newSession(raw, refresh, now, id.Expiry, s.ends), nil
}

// claims are those that the console reads of a token without verifying it.
type claims struct {
	Subject string  `json:"sub"`
	Expires float64 `json:"exp"`
}

func claimsOf(token string) (c claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, errOpaque
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return c, errOpaque
	}
	return c, nil
}

// accessExpiry returns when an access token expires. API Gateway goes by exp.
func accessExpiry(t *oauth2.Token, now time.Time) (time.Time, error) {
	c, err := claimsOf(t.AccessToken)
	if err != nil {
		return time.Time{}, err
	}
	expires := time.Unix(int64(c.Expires), 0)
	if t.ExpiresIn > 0 {
		if stated := now.Add(time.Duration(t.ExpiresIn) * time.Second); c.Expires == 0 || stated.Before(expires) {
			expires = stated
		}
	}
	if !expires.After(now) {
		return time.Time{}, fmt.Errorf("the access token has expired at %s", expires.UTC().Format(time.RFC3339))
	}
	return expires, nil
}
