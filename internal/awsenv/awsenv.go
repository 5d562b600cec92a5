// Package awsenv builds an aws.Config from the environment of a Lambda function.
// config.LoadDefaultConfig looks in more places than a function has, and more than
// doubles a cold start; docs/performance.md has the figures.
package awsenv

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	transport "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
)

// attemptTimeout limits one attempt, connection included, far above what any call
// here takes. Without it, a connection that died while the function was frozen
// would use up the function's time. With it, all attempts fit into the 29 s of the
// API.
const attemptTimeout = 4 * time.Second

// Config returns the configuration of a function's clients: region, credentials and
// endpoint from its environment (AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ENDPOINT_URL), which stay valid as
// long as the environment lives. A call is attempted up to five times, each for at
// most four seconds. The clients share their connections.
func Config() aws.Config {
	cfg := aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: aws.NewCredentialsCache(aws.CredentialsProviderFunc(credentials)),
		HTTPClient:  limited(attemptTimeout),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = 5
				o.MaxBackoff = 2 * time.Second
			})
		},
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg
}

// Patient returns [Config] for clients that wait for other functions: an attempt may
// take as long as the longest function here, 120 s, and a margin.
func Patient() aws.Config {
	cfg := Config()
	cfg.HTTPClient = limited(130 * time.Second)
	return cfg
}

// limited returns a client whose attempts take at most timeout.
func limited(timeout time.Duration) aws.HTTPClient {
	return awshttp.Client{Doer: transport.NewBuildableClient().WithTimeout(timeout)}
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "Lambda environment",
	}, nil
}
