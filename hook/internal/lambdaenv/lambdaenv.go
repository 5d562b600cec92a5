// Package lambdaenv is what hooks that call AWS share: a configuration from
// Lambda's environment, and short errors.
package lambdaenv

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
)

// Config gives region, credentials and endpoint of Lambda's environment, which
// hold as long as the environment lives.
func Config() aws.Config {
	cfg := aws.Config{
		Region: os.Getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken: os.Getenv("AWS_SESSION_TOKEN"), Source: "Lambda environment",
			}, nil
		}),
		HTTPClient: awshttp.Client{Doer: http.DefaultClient}, // a call is limited by its context
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return cfg
}

// Short says an AWS error as a reviewer can read it: its code and message, or
// that nobody answered in time.
func Short(err error) error {
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	switch {
	case errors.As(err, &api):
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("AWS did not answer in time")
	case errors.As(err, &answer):
		return fmt.Errorf("AWS did not answer: %d", answer.HTTPStatusCode())
	}
	return err
}

// IsDenied says whether AWS refused a call because the function's role does not
// allow it. A role that names single resources is refused those that are not
// there, too: what has no ARN is none of them.
func IsDenied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException"
}
