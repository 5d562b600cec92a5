package slack

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() { lambda.Start(New(os.Getenv, awsenv.Config()).Handle) }
