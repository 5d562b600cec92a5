package localaws_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// quickTemplate has a machine that tries a function, and one that goes on when it
// fails.
const quickTemplate = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Work: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023, Handler: bootstrap, CodeUri: .}}
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /quick}}
  Slow:
    Type: AWS::StepFunctions::StateMachine
    Properties: {StateMachineName: slow, RoleArn: "arn:aws:iam::123456789012:role/r", DefinitionString: '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}'}
  Quick:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: quick
      Type: EXPRESS
      DefinitionUri: quick.asl.json
      DefinitionSubstitutions: {Work: !GetAtt Work.Arn, Slow: !Ref Slow}
      Logging: {Level: ERROR, IncludeExecutionData: false, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Log.Arn}}]}
`

const quickDefinition = `{"StartAt":"Try","States":{
	"Try":{"Type":"Task","Resource":"${Work}","Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"HandOver"}],"End":true},
	"HandOver":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution",
		"Parameters":{"StateMachineArn":"${Slow}","Name.$":"$$.Execution.Name","Input.$":"$"},"Next":"Done"},
	"Done":{"Type":"Succeed"}}}`

// An EXPRESS machine of a template runs, logs its errors and hands over to a STANDARD
// one, of which alone there is an event.
func TestExpressMachineOfATemplate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"template.yaml": quickTemplate, "quick.asl.json": quickDefinition} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan stepfunctions.ExpressExecution, 1)
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: filepath.Join(dir, "template.yaml"),
		Functions: map[string]lambda.InProcess{"Work": func(context.Context, []byte) ([]byte, error) { return nil, context.DeadlineExceeded }},
		OnExpress: func(x stepfunctions.ExpressExecution) { ended <- x },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	url := stack.AWSURL()
	c := sfn.New(sfn.Options{BaseEndpoint: &url, Region: localaws.Region, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	arn := stack.Template.StateMachines[1].ARN
	started, err := c.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn, Name: aws.String("one"), Input: aws.String(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case x := <-ended:
		if x.ARN != *started.ExecutionArn || x.Status != "SUCCEEDED" || x.States != 3 {
			t.Errorf("ended %+v", x)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	d, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String("arn:aws:states:us-east-1:123456789012:execution:slow:one")})
	if err != nil || *d.Input != `{"a":1}` {
		t.Errorf("handed over: %+v, %v", d, err)
	}
	status, lines := call(t, stack, "POST", "/", strings.NewReader(`{"logGroupName":"/quick"}`), "X-Amz-Target", "Logs_20140328.FilterLogEvents")
	if status != 200 || strings.Count(lines, `execution_arn`) != 1 || !strings.Contains(lines, "LambdaFunctionFailed") || !strings.Contains(lines, *started.ExecutionArn) {
		t.Errorf("logged %s", lines)
	}
}
