package hook

import "github.com/aws/aws-lambda-go/lambda"

// Serve serves the hooks as a Lambda function. It does not return.
func Serve(f Flows) { lambda.Start(f.Respond) }
