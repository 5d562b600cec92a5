// Package localaws runs a SAM application on one machine. It reads the template that
// deploys to AWS and serves its HTTP API, Lambda functions, Step Functions state
// machines, DynamoDB tables, EventBridge buses and rules, SQS queues and KMS keys from
// one process on a loopback address. No AWS account, container or network is involved.
//
// [Start] returns a running [Stack]. The API answers at [Stack.URL]. The AWS services
// answer at [Stack.AWSURL], in their own protocols, to any AWS SDK or the AWS CLI; the
// functions call them there too, since Lambda's environment sets AWS_ENDPOINT_URL.
//
// What the template or a call asks for is either done as AWS does it or refused by name:
// no property, operation or member that changes behaviour is ignored. README.md lists
// both, and how each service is held against AWS.
//
// The services are packages of their own, each usable alone: dynamodb, lambda,
// stepfunctions with the interpreter asl, eventbridge, gateway, cloudwatchlogs,
// sqs, sns, kms, secretsmanager, iam, sts and cloudformation. Package
// template reads SAM templates, identities the callers that may sign requests.
//
// A test that moves Options.Clock waits with Stack.Motion.Idle before each step, so that
// all that can happen at one time has happened before the next.
package localaws
