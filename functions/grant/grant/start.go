package grant

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/sealed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/iamgroup"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	lambda.Start(New(Deps{
		Store: store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")), Seal: sealed.New(cfg, os.Getenv("OUTPUT_KEY")).Sealer(),
		Strategies: strategy.Set{
			"lambda":          custom.NewFromConfig(awsenv.Patient(), os.Getenv("STACK_NAME")),
			"iam-group":       iamgroup.New(iam.NewFromConfig(cfg)),
			"identity-center": identitycenter.NewFromConfig(cfg, os.Getenv("IDENTITY_CENTER_REGION")),
		},
	}).Handle)
}
