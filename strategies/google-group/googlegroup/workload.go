package googlegroup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/jwt"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
)

// Workload is workload identity federation: Google trusts the function's role, which may
// have a service account sign. No key exists that could leak.
type Workload struct {
	// Provider is that of the pool, as Google names it:
	// //iam.googleapis.com/projects/…/locations/global/workloadIdentityPools/…/providers/…
	Provider string
	// ServiceAccount is the address of the service account.
	ServiceAccount string
	// Region and Credentials are the function's.
	Region      string
	Credentials aws.CredentialsProvider
}

// signByWorkload has Google sign an assertion of the service account.
func (c credentials) signByWorkload(ctx context.Context, a jwt.Assertion) (string, error) {
	w := c.options.Workload
	federated, err := c.exchange(ctx)
	if err != nil {
		return "", err
	}
	claims := map[string]any{"iss": w.ServiceAccount, "aud": a.Audience, "scope": a.Scope, "iat": a.Issued.Unix(), "exp": a.Expires.Unix()}
	if a.Subject != "" {
		claims["sub"] = a.Subject
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	var out struct {
		SignedJWT string `json:"signedJwt"`
	}
	_, err = c.client(c.options.URLs.IAM).Do(ctx, rest.Call{
		Method: http.MethodPost, Path: "/v1/projects/-/serviceAccounts/" + url.PathEscape(w.ServiceAccount) + ":signJwt",
		Body: map[string]string{"payload": string(payload)}, Header: http.Header{"Authorization": {"Bearer " + federated}},
	}, &out)
	switch {
	case rest.HasStatus(err, http.StatusForbidden), rest.NotFound(err):
		return "", fmt.Errorf("%s does not let the function sign as %s; grant the pool's principal roles/iam.serviceAccountTokenCreator on it", service, w.ServiceAccount)
	case err != nil:
		return "", err
	case out.SignedJWT == "":
		return "", fmt.Errorf("%s sent no signed assertion", service)
	}
	return out.SignedJWT, nil
}

// exchange returns a token of the pool for the function's role:
// https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#rest
func (c credentials) exchange(ctx context.Context) (string, error) {
	subject, err := c.subject(ctx)
	if err != nil {
		return "", err
	}
	var out struct {
		AccessToken string `json:"access_token"`
	}
	_, err = c.client(c.options.URLs.STS).Do(ctx, rest.Call{Method: http.MethodPost, Path: "/v1/token", Body: map[string]string{
		"audience": c.options.Workload.Provider, "grantType": "urn:ietf:params:oauth:grant-type:token-exchange", // #nosec G101 -- names of RFC 8693, no credentials
		"requestedTokenType": "urn:ietf:params:oauth:token-type:access_token", "scope": "https://www.googleapis.com/auth/cloud-platform",
		"subjectTokenType": "urn:ietf:params:aws:token-type:aws4_request", "subjectToken": subject,
	}}, &out)
	switch {
	case rest.HasStatus(err, http.StatusBadRequest), rest.HasStatus(err, http.StatusUnauthorized), rest.HasStatus(err, http.StatusForbidden):
		return "", fmt.Errorf("%s does not trust the function's role; check the provider of the workload identity pool and its condition", service)
	case err != nil:
		return "", err
	case out.AccessToken == "":
		return "", fmt.Errorf("%s sent no token for the function's role", service)
	}
	return out.AccessToken, nil
}

// emptyHash is the SHA-256 of no body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// subject is the proof of the function's role: a signed request to AWS for the caller's
// identity, which Google sends. It is bound to the provider.
func (c credentials) subject(ctx context.Context) (string, error) {
	w := c.options.Workload
	keys, err := w.Credentials.Retrieve(ctx)
	if err != nil {
		return "", errors.New("the function has no credentials of AWS")
	}
	at := "https://sts." + w.Region + ".amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("x-goog-cloud-target-resource", w.Provider)
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, emptyHash, "sts", w.Region, c.now()); err != nil {
		return "", errors.New("the proof of the function's role can't be signed")
	}
	type header struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	headers := []header{{"host", req.URL.Host}}
	for name := range req.Header {
		headers = append(headers, header{name, req.Header.Get(name)})
	}
	raw, err := json.Marshal(map[string]any{"url": at, "method": http.MethodPost, "headers": headers})
	return url.QueryEscape(string(raw)), err
}
