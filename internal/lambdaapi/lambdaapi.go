// Package lambdaapi signs requests to Lambda's API. The SDK's client would add a
// fifth to each cold start of a function, used or not; see docs/performance.md.
package lambdaapi

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// Request returns a signed request about a function, by name or ARN, to the endpoint
// of cfg. path follows the function's path.
func Request(ctx context.Context, cfg aws.Config, method, function, path string, body []byte) (*http.Request, error) {
	headers := map[string]string{}
	if body != nil {
		headers["Content-Type"] = "application/json"
	}
	return signed.Request(ctx, cfg, "lambda", method, "/2015-03-31/functions/"+url.QueryEscape(function)+path, body, headers)
}
