package digest

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	cfg := awsenv.Config()
	key := os.Getenv("KEY_ARN")
	lambda.Start(New(Deps{
		Table: store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Sign:  signed.By(cfg, key),
		KeyID: key,
	}).Handle)
}
