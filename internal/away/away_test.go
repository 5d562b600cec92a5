package away_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/internal/away"
)

// Each kind of service is refused at once, and the call is named.
func TestServer(t *testing.T) {
	n, err := away.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	endpoint := n.URL()
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	name := "pagerduty-token"
	for want, tc := range map[string]struct {
		call func() error
		says string
	}{
		"secretsmanager GetSecretValue pagerduty-token": {func() error {
			_, err := secretsmanager.NewFromConfig(config).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name})
			return err
		}, "ResourceNotFoundException"},
		"dynamodb ListTables": {func() error {
			_, err := dynamodb.NewFromConfig(config).ListTables(t.Context(), &dynamodb.ListTablesInput{})
			return err
		}, "NotHereException: AWS is not here"},
		"iam ListUsers": {func() error {
			_, err := iam.NewFromConfig(config).ListUsers(t.Context(), &iam.ListUsersInput{})
			return err
		}, "NotHereException: AWS is not here"},
		"lambda GET /2015-03-31/functions": {func() error {
			_, err := lambda.NewFromConfig(config).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
			return err
		}, "NotHereException: AWS is not here"},
	} {
		err := tc.call()
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %s", want, err, tc.says)
		}
		got := n.Refused()
		if len(got) != 1 || got[0].Call != want {
			t.Errorf("it remembers %+v, want once %s", got, want)
		} else if !got[0].In(fmt.Sprint(err)) && !got[0].In("secret pagerduty-token not found") {
			t.Errorf("%s: it is not in %q", want, err)
		} else if got[0].In("PagerDuty did not respond") {
			t.Errorf("%s: it is in any failure", want)
		}
	}
	if got := n.Refused(); len(got) > 0 {
		t.Errorf("it remembers %+v twice", got)
	}
}
