// Package emulator deploys the template with the SAM CLI to an emulator of AWS on
// this machine, for tests, so that the transcripts of this repository are played
// on a stack that CloudFormation made.
//
// ministack is CloudFormation, with AWS's own SAM translator in it, and IAM,
// Lambda, DynamoDB, API Gateway, EventBridge, S3 and the rest; the roles of the
// functions are enforced. Step Functions is moto's server, since ministack's
// knows neither TimeoutSecondsPath nor what a function's version was. The edge
// puts both behind one endpoint. docs/e2e.md lists what differs from AWS.
package emulator
