package template_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

const withStream = `Resources:
  Stream: {Type: AWS::Kinesis::Stream, Properties: {Name: !GetAZs ""}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Events: {Every: {Type: Schedule}}
      Policies: [{Statement: [{Effect: Allow, Action: kinesis:PutRecord, Resource: !GetAtt Stream.Arn}]}]
      Environment: {Variables: {NAME: NONE}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: kinesis:PutRecord, Resource: !GetAtt Stream.Arn}]}}]
`

func loadSkipping(t *testing.T, text string) (*template.Stack, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return template.Load(path, template.Options{Region: "eu-central-1", AccountID: account, StackName: "app", SkipUnserved: true})
}

// What is not served is left out and listed, unless something that is served needs it.
func TestLoad_SkipUnserved(t *testing.T) {
	stack, err := loadSkipping(t, withStream)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Stream (AWS::Kinesis::Stream)", "Events of F"}; !slices.Equal(stack.Skipped, want) {
		t.Errorf("skipped %q, want %q", stack.Skipped, want)
	}
	for _, r := range stack.Resources {
		if r.LogicalID == "Stream" {
			t.Error("the stream is listed as a resource")
		}
	}
	for _, reference := range []string{"!Ref Stream", "!GetAtt Stream.Arn", `!Sub "${Stream}"`} {
		_, err := loadSkipping(t, strings.Replace(withStream, "NONE", reference, 1))
		if want := "t.yaml:9: resource F: Stream is needed here, and its type AWS::Kinesis::Stream is not served on this machine"; err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", reference, err, want)
		}
	}
}
