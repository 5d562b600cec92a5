// Command digest signs once a day where the history of each run stands.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/fasttrack-dev/fasttrack/functions/digest/digest"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func main() {
	cfg := awsenv.Config()
	key := os.Getenv("KEY_ARN")
	lambda.Start(digest.New(digest.Deps{
		Table: store.NewFromConfig(cfg, os.Getenv("TABLE_NAME")),
		Sign:  digest.ByKMS(kms.NewFromConfig(cfg), key),
		KeyID: key,
	}).Handle)
}
