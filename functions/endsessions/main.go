// Command endsessions ends the sessions of IAM Identity Center that outlast their
// access. It is deployed where the parameter SessionPolicyArn names a policy.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/fasttrack-dev/fasttrack/functions/endsessions/endsessions"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

func main() {
	lambda.Start(endsessions.New(endsessions.Deps{
		Policies: organizations.NewFromConfig(awsenv.Config()),
		PolicyID: endsessions.IDOf(os.Getenv("POLICY_ARN")),
	}).Handle)
}
