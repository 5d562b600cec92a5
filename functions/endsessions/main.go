// Command endsessions ends the sessions of IAM Identity Center that outlast their
// access. It is deployed where the parameter SessionPolicyArn names a policy.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/fasttrack-dev/fasttrack/functions/endsessions/end"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

func main() {
	lambda.Start(end.New(end.Deps{Policies: organizations.NewFromConfig(awsenv.Config()), PolicyID: end.IDOf(os.Getenv("POLICY_ARN"))}).Handle)
}
