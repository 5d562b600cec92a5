// Package sigv4 signs calls of the API with AWS credentials, for an API whose
// AuthMode is IAM.
package sigv4

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/partition"
)

// gatewayHost matches the host name of an API without a custom domain
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-publish.html).
var gatewayHost = regexp.MustCompile(`^[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.[a-z0-9.-]+$`)

// New returns a signer with the credentials of cfg. It signs for the region in the
// API's host name or, behind a custom domain, for cfg's.
func New(cfg aws.Config) api.Signer {
	signer := v4.NewSigner()
	return api.SignerFunc(func(ctx context.Context, r *http.Request, body []byte) error {
		region := cfg.Region
		if m := gatewayHost.FindStringSubmatch(r.URL.Hostname()); m != nil && partition.HasSuffix(r.URL.Hostname()) {
			region = m[1]
		}
		if region == "" {
			return errors.New("no AWS region: set AWS_REGION")
		}
		if cfg.Credentials == nil {
			return ErrNoCredentials
		}
		credentials, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoCredentials, err)
		}
		sum := sha256.Sum256(body)
		return signer.SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), "execute-api", region, time.Now())
	})
}

// ErrNoCredentials is the error of a call without AWS credentials.
var ErrNoCredentials = errors.New("no AWS credentials")
