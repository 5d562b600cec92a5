package issuertest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// keyID names the key that issuers sign with.
const keyID = "issuertest-1"

// signingKey is shared by the issuers of a process: to make one takes long.
var signingKey, otherKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// keys publishes the key.
func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	i.counts["keys"]++
	respond(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: &signingKey().PublicKey, KeyID: keyID, Algorithm: "RS256", Use: "sig"},
	}})
}

// sign returns a token with the given claims.
func sign(claims map[string]any, s Signature) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	key := jose.SigningKey{Algorithm: jose.RS256, Key: signingKey()}
	switch s {
	case OtherKey:
		key.Key = otherKey()
	case None:
		b := base64.RawURLEncoding.EncodeToString
		return b([]byte(`{"alg":"none","typ":"JWT","kid":"`+keyID+`"}`)) + "." + b(payload) + "."
	case HS256:
		key = jose.SigningKey{Algorithm: jose.HS256, Key: x509.MarshalPKCS1PublicKey(&signingKey().PublicKey)}
	}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", keyID))
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}
