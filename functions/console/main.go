// Command console serves the web console behind API Gateway. It is deployed where the
// parameter ConsoleClientId names a client of the issuer.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fasttrack-dev/fasttrack/functions/console/console"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

func main() {
	h, err := console.New(os.Getenv, awsenv.Config())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(h.Handle)
}
