package cli

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/api/sigv4"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// credential is who calls the API: how a call is signed, and what to do if it is
// refused.
type credential struct {
	signer api.Signer
	advice func(status int) string
}

// credential returns who calls, by the flags and the environment. The URL is checked
// first, so that no credential goes to another address.
func (a *caller) credential(ctx context.Context) (credential, error) {
	if err := api.CheckURL(a.url); err != nil {
		return credential{}, usageError{fmt.Errorf("--url (FASTTRACK_URL): %w", err)}
	}
	u, err := url.Parse(a.url)
	local := err == nil && loopback.Is(u.Hostname())
	switch token := strings.TrimSpace(a.process.Getenv("FASTTRACK_TOKEN")); {
	case a.as != "" && !local:
		return credential{}, usageError{errors.New("--as (FASTTRACK_AS) works only on your own machine; " + a.url + " needs a token (FASTTRACK_TOKEN) or AWS credentials")}
	case a.as != "":
		return credential{api.Bearer(a.as), func(int) string {
			return "You called as --as (FASTTRACK_AS) " + a.as + "; it must be EMAIL[;GROUP,…]."
		}}, nil
	case token != "":
		return credential{api.Bearer(token), func(status int) string { return tokenAdvice(token, status, a.process.Now()) }}, nil
	case local && a.process.Getenv("AWS_ACCESS_KEY_ID") == "":
		return credential{}, usageError{errors.New("who are you? Give --as EMAIL, or set FASTTRACK_AS; if this machine runs AuthMode=IAM, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, such as ada and ada")}
	}
	cfg, err := loadAWS(ctx)
	if err != nil {
		return credential{}, err
	}
	if local {
		if cfg.Region == "" {
			cfg.Region = "us-east-1"
		}
		return credential{sigv4.New(cfg), localAdvice}, nil
	}
	return credential{sigv4.New(cfg), func(status int) string { return awsAdvice(ctx, cfg, status) }}, nil
}

// hint returns what to do about a problem with who calls, "" for any other problem.
func (c credential) hint(p *api.Problem) string {
	switch {
	case p.Status == http.StatusUnauthorized:
		return c.advice(p.Status)
	case p.Status < 400:
		return "If that is the API, set --url to it."
	case p.Status == http.StatusForbidden && p.Document == nil: // refused before the API
		return c.advice(p.Status)
	}
	return ""
}

// tokenAdvice returns what to do about a refused token. It prints nothing of the token
// but its times, issuer and audience.
func tokenAdvice(token string, status int, now time.Time) string {
	const fresh = "Get a new one from your identity provider and set FASTTRACK_TOKEN."
	if status == http.StatusForbidden {
		return "The API may need AWS credentials (AuthMode=IAM) instead: unset FASTTRACK_TOKEN to sign with them."
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "FASTTRACK_TOKEN is not a JSON Web Token. " + fresh
	}
	var claims struct {
		Issuer   string          `json:"iss"`
		Audience json.RawMessage `json:"aud"`
		Client   string          `json:"client_id"`
		Expires  float64         `json:"exp"`
		From     float64         `json:"nbf"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return "FASTTRACK_TOKEN is not a JSON Web Token. " + fresh
	}
	at := func(seconds float64) time.Time { return time.Unix(int64(seconds), 0) }
	switch {
	case claims.Expires > 0 && !now.Before(at(claims.Expires)):
		return fmt.Sprintf("FASTTRACK_TOKEN expired at %s. %s", moment(at(claims.Expires)), fresh)
	case claims.From > 0 && now.Before(at(claims.From)):
		return fmt.Sprintf("FASTTRACK_TOKEN is not valid before %s; is your clock right?", moment(at(claims.From)))
	}
	audience := strings.Trim(string(claims.Audience), `"`)
	return fmt.Sprintf("FASTTRACK_TOKEN is of issuer %q for audience %q: they must be the stack's parameters JwtIssuer and JwtAudience. "+
		"An API with AuthMode=IAM needs AWS credentials instead: unset FASTTRACK_TOKEN.", claims.Issuer, cmp.Or(audience, claims.Client))
}

// localAdvice returns what to do about a refused call that was signed for this machine.
func localAdvice(status int) string {
	if status == http.StatusUnauthorized {
		return "The call was signed with AWS credentials, and this machine runs AuthMode=JWT: give --as EMAIL."
	}
	return "The call was signed with AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be those of an identity of `fasttrack local --identities`, such as ada and ada."
}

// awsAdvice names the key that signed a refused call. The id of a key is no secret.
func awsAdvice(ctx context.Context, cfg aws.Config, status int) string {
	key := "unknown"
	if cfg.Credentials != nil {
		if c, err := cfg.Credentials.Retrieve(ctx); err == nil {
			key = c.AccessKeyID
		}
	}
	who := fmt.Sprintf("The call was signed with the AWS access key %s; `aws sts get-caller-identity` shows whose it is. ", key)
	if status == http.StatusUnauthorized {
		return who + "An API with AuthMode=JWT needs a token: set FASTTRACK_TOKEN."
	}
	return who + "It needs execute-api:Invoke on this API, in the stack's own account. Also check the region and the clock."
}
