package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	transport "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// awsConfig is what the clients of AWS services are made with. It takes region
// and credentials from where the AWS CLI does; for this machine none are needed.
// An endpoint that is given counts before any that the environment names.
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
	cfg.HTTPClient = awshttp.Client{Doer: cfg.HTTPClient}
	if cfg.Region == "" {
		return aws.Config{}, errors.New("no AWS region is set: set AWS_REGION, or give --endpoint-url for `fasttrack local`")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("there are no AWS credentials; see `aws configure` and `aws sso login`, or give --endpoint-url for `fasttrack local`: %w", err)
	}
	if endpoint != "" {
		// Its sources would name endpoints of single services after this.
		cfg.BaseEndpoint, cfg.ConfigSources = &endpoint, nil
	}
	return cfg, nil
}

// endpointFlag says where AWS answers.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	stackFlag(cmd, new(string))
	cmd.Flags().StringVar(endpoint, "endpoint-url", "", "the `URL` where AWS answers, such as http://127.0.0.1:8080/_aws of 'fasttrack local'; empty for AWS itself")
}

// table is the table that a command reads with AWS credentials: its flags.
type table struct{ name, endpoint string }

func (t *table) flags(cmd *cobra.Command, p Process) {
	t.nameFlag(cmd, p)
	endpointFlag(cmd, &t.endpoint)
}

func (t *table) nameFlag(cmd *cobra.Command, p Process) {
	cmd.Flags().StringVar(&t.name, "table", p.Getenv("FASTTRACK_TABLE"), "the `NAME` of the table to read: the stack's output TableName (FASTTRACK_TABLE)")
}

// open gives what is stored in the table, and what it is reached with.
func (t *table) open(ctx context.Context) (*store.Store, aws.Config, error) {
	cfg, err := awsConfig(ctx, t.endpoint)
	if err != nil {
		return nil, aws.Config{}, err
	}
	return store.New(dynamodb.NewFromConfig(cfg), t.name), cfg, nil
}
