package endsessions

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	lambda.Start(New(Deps{
		Policies: organizations.NewFromConfig(awsenv.Config()),
		PolicyID: IDOf(os.Getenv("POLICY_ARN")),
	}).Handle)
}
