// Package lambdaapi signs requests to Lambda's API. The SDK's client would add a
// fifth to each cold start of a function, used or not; see docs/performance.md.
package lambdaapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/internal/partition"
)

// Request returns a signed request about a function, by name or ARN, to the endpoint
// of cfg. path follows the function's path.
func Request(ctx context.Context, cfg aws.Config, method, function, path string, body []byte) (*http.Request, error) {
	address := endpoint(cfg) + "/2015-03-31/functions/" + url.QueryEscape(function) + path
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	return req, v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(hash[:]), "lambda", cfg.Region, time.Now())
}

// endpoint returns the endpoint of Lambda.
func endpoint(cfg aws.Config) string {
	if at := aws.ToString(cfg.BaseEndpoint); at != "" {
		return strings.TrimSuffix(at, "/")
	}
	return "https://lambda." + cfg.Region + "." + partition.Suffix(cfg.Region)
}
