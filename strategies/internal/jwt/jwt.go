// Package jwt signs the assertions with which a function authorizes itself.
package jwt

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Assertion is what is signed.
type Assertion struct {
	Issuer, Subject, Audience string
	// Issued and Expires are the times of iat and exp.
	Issued, Expires time.Time
	// ID is the claim jti, "" for none.
	ID string
	// Scope is Google's claim of that name, "" for none.
	Scope string
}

// Sign signs an assertion with RS256. key is a PEM of PKCS #1 or PKCS #8, or a JSON web
// key; keyID names it, and may be "". The error never holds the key.
func Sign(a Assertion, key, keyID string) (string, error) {
	private, id, err := parse(key)
	if err != nil {
		return "", err
	}
	if keyID == "" {
		keyID = id
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if keyID != "" {
		options = options.WithHeader("kid", keyID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, options)
	if err != nil {
		return "", errors.New("the private key can't sign")
	}
	claims := struct {
		jwt.Claims
		Scope string `json:"scope,omitempty"`
	}{jwt.Claims{
		Issuer: a.Issuer, Subject: a.Subject, Audience: jwt.Audience{a.Audience}, ID: a.ID,
		IssuedAt: jwt.NewNumericDate(a.Issued), Expiry: jwt.NewNumericDate(a.Expires),
	}, a.Scope}
	if a.Audience == "" {
		claims.Audience = nil
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		return "", errors.New("the assertion can't be signed")
	}
	return text, nil
}

// parse reads a private key, and its id if it has one.
func parse(key string) (private *rsa.PrivateKey, id string, err error) {
	if block, _ := pem.Decode([]byte(key)); block != nil {
		if private, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return private, "", nil
		}
		any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if private, is := any.(*rsa.PrivateKey); err == nil && is {
			return private, "", nil
		}
		return nil, "", errors.New("the private key in the secret must be an RSA key")
	}
	var web jose.JSONWebKey
	if web.UnmarshalJSON([]byte(key)) == nil {
		if private, is := web.Key.(*rsa.PrivateKey); is {
			return private, web.KeyID, nil
		}
	}
	return nil, "", errors.New("the private key in the secret must be a PEM or a JSON web key of RSA")
}
