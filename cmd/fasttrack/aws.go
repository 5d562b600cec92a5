package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/local/loopback"
)

// awsConfig is what the clients of AWS services are made with. It takes region
// and credentials from where the AWS CLI does; for this machine none are needed.
// An endpoint that is given counts before any that the environment names.
func awsConfig(ctx context.Context, endpoint string) (aws.Config, error) {
	if u, err := url.Parse(endpoint); err == nil && endpoint != "" && loopback.Is(u.Hostname()) {
		return aws.Config{
			Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	if endpoint != "" {
		// Its sources would name endpoints of single services after this.
		cfg.BaseEndpoint, cfg.ConfigSources = &endpoint, nil
	}
	return cfg, nil
}

// endpointFlag says where AWS answers.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	cmd.Flags().StringVar(endpoint, "endpoint-url", "", "where AWS answers, such as /_aws of `fasttrack local`; empty for AWS itself")
}
