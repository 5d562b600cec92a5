// Package signed makes signed calls of AWS services whose SDK clients would cost a
// function's cold start: docs/performance.md.
package signed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/internal/partition"
)

// Request returns a request of a service, such as "lambda", signed with the
// credentials of cfg. path follows the service's endpoint in cfg. headers are signed
// too.
func Request(ctx context.Context, cfg aws.Config, service, method, path string, body []byte, headers map[string]string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, endpoint(cfg, service)+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	return req, v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(hash[:]), service, cfg.Region, time.Now())
}

// endpoint returns the endpoint of a service.
func endpoint(cfg aws.Config, service string) string {
	if at := aws.ToString(cfg.BaseEndpoint); at != "" {
		return strings.TrimSuffix(at, "/")
	}
	if service == "ses" { // which its addresses call email
		service = "email"
	}
	return "https://" + service + "." + cfg.Region + "." + partition.Suffix(cfg.Region)
}
