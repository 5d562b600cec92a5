// Package lambdaenv configures clients of AWS from Lambda's environment, and shortens
// their errors.
package lambdaenv

import (
	"cmp"
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

// At returns a configuration with Lambda's own region and credentials, which are valid
// as long as its environment lives, and the endpoint baseURL. An empty one is the
// variable AWS_ENDPOINT_URL's, or AWS's own.
func At(baseURL string) aws.Config {
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
	if endpoint := cmp.Or(baseURL, os.Getenv("AWS_ENDPOINT_URL")); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return cfg
}

// Short returns an error of AWS as a reviewer can read it: its code and message, or
// that AWS did not respond in time.
func Short(err error) error {
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	switch {
	case errors.As(err, &api):
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("AWS did not respond in time")
	case errors.As(err, &answer):
		return fmt.Errorf("AWS did not respond: %d", answer.HTTPStatusCode())
	}
	return err
}

// IsDenied reports whether AWS refused a call because the function's role does not
// allow it. AWS also answers so for a resource that does not exist, where the role
// names single resources.
func IsDenied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException"
}
