package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// What API Gateway does with tokens
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
const (
	keysKept      = 2 * time.Hour
	issuerTimeout = 1500 * time.Millisecond
)

// algorithms are RSA's: the service takes no others.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512}

// verifier checks the tokens of one issuer by the keys that it publishes.
type verifier struct {
	authorizer Authorizer
	now        func() time.Time

	mu     sync.Mutex
	tokens *oidc.IDTokenVerifier // nil before the first token
	since  time.Time
}

// refused is why a token was refused, as error_description has it.
type refused string

func (why refused) Error() string { return string(why) }

// authenticate is the WWW-Authenticate header of a refusal: the documentation of AWS
// shows this form. Without a token it is the scheme alone.
func authenticate(why error) string {
	if why == nil {
		return "Bearer"
	}
	return fmt.Sprintf(`Bearer scope="" error="invalid_token" error_description=%q`, why.Error())
}

// bearer returns the token of the Authorization headers, with Bearer before it or not;
// "" without any.
func bearer(headers []string) string {
	value := strings.TrimSpace(strings.Join(headers, ","))
	if scheme, token, found := strings.Cut(value, " "); found && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return value
}

// verify returns the claims of a token, flattened as the service hands them over.
func (v *verifier) verify(ctx context.Context, token string) (map[string]string, error) {
	if err := checkHeader(token); err != nil {
		return nil, err
	}
	tokens, err := v.verifier(ctx)
	if err != nil {
		return nil, refused("OIDC discovery endpoint communication error")
	}
	id, err := tokens.Verify(ctx, token)
	if err != nil {
		return nil, refused("the token is not signed by a key of the issuer, or is of another issuer")
	}
	var claims map[string]any
	if err := id.Claims(&numbers{&claims}); err != nil {
		return nil, refused("the token's claims are not a JSON object")
	}
	return flatten(claims), v.check(claims)
}

// numbers keeps numbers as they are written.
type numbers struct{ claims *map[string]any }

func (n *numbers) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(n.claims)
}

// checkHeader refuses a token without a kid, which the service needs, and one with
// another algorithm.
func checkHeader(token string) error {
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var header struct{ Kid, Alg string }
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return refused("the token is not a JSON Web Token")
	}
	if !slices.Contains(algorithms, header.Alg) {
		return refused("the token's signing algorithm is not supported")
	}
	if header.Kid == "" {
		return refused("the token's header has no kid")
	}
	return nil
}

// verifier returns what checks signatures and the issuer. It asks the issuer for its
// keys when it has none, when a token names another, and every two hours.
func (v *verifier) verifier(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tokens != nil && v.now().Sub(v.since) < keysKept {
		return v.tokens, nil
	}
	asking := oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: issuerTimeout})
	provider, err := oidc.NewProvider(asking, v.authorizer.Issuer)
	if err != nil {
		return nil, err
	}
	// Times and audiences are checked as the service does, which has no leeway.
	v.tokens = provider.VerifierContext(asking, &oidc.Config{SupportedSigningAlgs: algorithms, SkipClientIDCheck: true, SkipExpiryCheck: true})
	v.since = v.now()
	return v.tokens, nil
}

// check looks at the claims that the service checks beside the issuer.
func (v *verifier) check(claims map[string]any) error {
	audience, given := claims["aud"]
	if !given {
		audience = claims["client_id"]
	}
	list, many := audience.([]any)
	if !many {
		list = []any{audience}
	}
	if !slices.ContainsFunc(list, func(one any) bool {
		name, is := one.(string)
		return is && slices.Contains(v.authorizer.Audience, name)
	}) {
		return refused("the token does not have a valid audience")
	}
	now := float64(v.now().UnixNano()) / 1e9
	exp, err := seconds(claims, "exp")
	switch {
	case err != nil || exp == nil:
		return refused("the token has no exp")
	case *exp <= now:
		return refused("the token has expired")
	}
	for _, name := range []string{"nbf", "iat"} {
		from, err := seconds(claims, name)
		if err != nil || from != nil && *from > now {
			return refused("the token's " + name + " is in the future")
		}
	}
	return nil
}

// seconds returns a claim that is a time, nil if it is absent.
func seconds(claims map[string]any, name string) (*float64, error) {
	value, given := claims[name]
	if !given {
		return nil, nil
	}
	n, is := value.(json.Number)
	if !is {
		return nil, errors.New(name + " must be a number")
	}
	at, err := n.Float64()
	return &at, err
}

// flatten turns every claim into text, as the authorizer does: a list is [a b].
func flatten(claims map[string]any) map[string]string {
	flat := map[string]string{}
	for name := range maps.Keys(claims) {
		flat[name] = fmt.Sprint(claims[name])
	}
	return flat
}
