package console

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

// Start serves the function to the Lambda Runtime API, as the environment configures it.
func Start() {
	h, err := New(os.Getenv, awsenv.Config())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(h.Handle)
}
