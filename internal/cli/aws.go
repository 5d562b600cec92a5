package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	transport "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
	"github.com/fasttrack-dev/fasttrack/internal/deployment"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// awsConfig returns the configuration of clients of AWS. It has the region and
// credentials of the AWS CLI; this machine needs none. The endpoint takes precedence
// over those of the environment.
func awsConfig(ctx context.Context, endpoint string) (aws.Config, error) {
	if u, err := url.Parse(endpoint); err == nil && endpoint != "" && loopback.Is(u.Hostname()) {
		return aws.Config{
			Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			HTTPClient: awshttp.Client{Doer: transport.NewBuildableClient()},
		}, nil
	}
	cfg, err := loadAWS(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	if cfg.HTTPClient == nil { // without AWS_CA_BUNDLE, each service would make its own
		cfg.HTTPClient = transport.NewBuildableClient()
	}
	cfg.HTTPClient = awshttp.Client{Doer: cfg.HTTPClient}
	if cfg.Region == "" {
		return aws.Config{}, errors.New("no AWS region: set AWS_REGION, or give --endpoint-url for `fasttrack local`")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("no AWS credentials: see `aws configure` and `aws sso login`, or give --endpoint-url for `fasttrack local`: %w", err)
	}
	if endpoint != "" {
		// Its sources would otherwise override it for single services.
		cfg.BaseEndpoint, cfg.ConfigSources = &endpoint, nil
	}
	return cfg, nil
}

// endpointFlag adds --endpoint-url.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	stackFlag(cmd, new(string))
	followFlag(cmd, "endpoint-url", "the `URL` of AWS, such as http://127.0.0.1:8080/_aws of 'fasttrack local'; empty for AWS itself", followed{
		value: endpoint, of: func(d deployment.Deployment) string { return d.Endpoint },
	})
}

// table has the flags of a command that reads the table with AWS credentials.
type table struct {
	name, endpoint string
	// when reports whether the command reads the table; nil is always.
	when func() bool
}

func (t *table) flags(cmd *cobra.Command, p Process) {
	t.nameFlag(cmd, p)
	endpointFlag(cmd, &t.endpoint)
}

func (t *table) nameFlag(cmd *cobra.Command, p Process) {
	t.name = p.Getenv("FASTTRACK_TABLE")
	followFlag(cmd, "table", "the `NAME` of the table to read: the stack's output TableName (FASTTRACK_TABLE)", followed{
		value: &t.name, variable: "FASTTRACK_TABLE", isOutput: true, of: func(d deployment.Deployment) string { return d.Table }, when: t.when,
	})
}

// open opens the table, and returns the configuration to reach its AWS account.
func (t *table) open(ctx context.Context) (*store.Store, aws.Config, error) {
	cfg, err := awsConfig(ctx, t.endpoint)
	if err != nil {
		return nil, aws.Config{}, err
	}
	return store.New(dynamodb.NewFromConfig(cfg), t.name), cfg, nil
}

// loadAWS loads region and credentials as the AWS CLI does, except for what the
// deployment says.
func loadAWS(ctx context.Context) (aws.Config, error) {
	// The SDK's own log would name each place where it looks for credentials.
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})}
	d := deploymentOf(ctx)
	if d.Region != "" {
		options = append(options, config.WithRegion(d.Region))
	}
	if d.AWSProfile != "" {
		options = append(options, config.WithSharedConfigProfile(d.AWSProfile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	return cfg, nil
}

// lambdaClient returns a client that invokes functions at AWS or on this machine.
func lambdaClient(ctx context.Context, endpoint string) (*lambda.Client, error) {
	cfg, err := awsConfig(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	return lambda.NewFromConfig(cfg), nil
}

// functionError returns the message of a function that failed.
func functionError(out *lambda.InvokeOutput) string {
	return replay.Answer{Payload: out.Payload, FunctionError: aws.ToString(out.FunctionError)}.Failure()
}
