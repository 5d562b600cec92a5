package template_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// A resource's own name is its physical name, and an EventInvokeConfig reaches its
// function.
func TestLoad_OwnNames(t *testing.T) {
	const text = `
Resources:
  Failed: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-failed"}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Reader: {Type: AWS::IAM::Role, Properties: {RoleName: reader}}
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: provided.al2023, Role: !GetAtt Reader.Arn, Environment: {Variables: {TOPIC: !Ref Topic}}}
  Config:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref F
      Qualifier: $LATEST
      MaximumRetryAttempts: 0
      MaximumEventAgeInSeconds: 60
      DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn}}
`
	path := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	stack, err := template.Load(path, options(nil))
	if err != nil {
		t.Fatal(err)
	}
	failed := "arn:aws:sqs:eu-central-1:" + account + ":app-failed"
	queues := []template.Queue{{LogicalID: "Failed", Name: "app-failed", ARN: failed, URL: "https://sqs.eu-central-1.amazonaws.com/" + account + "/app-failed"}}
	if diff := cmp.Diff(queues, stack.Queues); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
	f := stack.Functions[0]
	if diff := cmp.Diff(&template.Async{MaxAge: time.Minute, OnFailure: failed}, f.Async); diff != "" {
		t.Errorf("asynchronous invocations (-want +got):\n%s", diff)
	}
	if f.RoleARN != "arn:aws:iam::"+account+":role/reader" || f.Environment["TOPIC"] != "arn:aws:sns:eu-central-1:"+account+":news" {
		t.Errorf("role %s, topic %s", f.RoleARN, f.Environment["TOPIC"])
	}
}
