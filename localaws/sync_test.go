package localaws_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// withoutPrefix keeps a client from putting "sync-" before the host.
func withoutPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("without prefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
}

// hosts resolves sync- names to this machine, as a line in /etc/hosts does.
func hosts(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(host, "sync-") {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

// SDKs put "sync-" before the host of StartSyncExecution and TestState: the calls
// are answered where that name leads here, and where the client leaves it out.
func TestSyncOperations(t *testing.T) {
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusTeapot),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	url := stack.AWSURL()
	base := sfn.Options{BaseEndpoint: &url, Region: localaws.Region, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), Retryer: aws.NopRetryer{}}
	prefixed, plain := base.Copy(), base.Copy()
	prefixed.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: hosts}}
	plain.APIOptions = append(plain.APIOptions, withoutPrefix)
	for name, options := range map[string]sfn.Options{"with the prefix": prefixed, "without the prefix": plain} {
		t.Run(name, func(t *testing.T) {
			c := sfn.New(options)
			list, err := c.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
			if err != nil || len(list.StateMachines) == 0 {
				t.Fatalf("%+v, %v", list, err)
			}
			var unsupported *types.StateMachineTypeNotSupported
			_, err = c.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: list.StateMachines[0].StateMachineArn})
			if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "use StartExecution") {
				t.Errorf("StartSyncExecution: got %v", err)
			}
			made, err := c.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
				Name: aws.String("quick"), Type: types.StateMachineTypeExpress, RoleArn: aws.String("arn:aws:iam::123456789012:role/r"),
				Definition: aws.String(`{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			ended, err := c.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: made.StateMachineArn, Input: aws.String(`{"a":1}`)})
			if err != nil || ended.Status != types.SyncExecutionStatusSucceeded || *ended.Output != `{"a":1}` || ended.BillingDetails.BilledDurationInMilliseconds < 100 {
				t.Errorf("StartSyncExecution of an EXPRESS machine: got %+v, %v", ended, err)
			}
			var unknown *types.StateMachineDoesNotExist
			_, err = c.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: aws.String("arn:aws:states:us-east-1:123456789012:stateMachine:none")})
			if !errors.As(err, &unknown) {
				t.Errorf("StartSyncExecution of no machine: got %v", err)
			}
			tested, err := c.TestState(t.Context(), &sfn.TestStateInput{Definition: aws.String(`{"Type":"Pass","Result":1,"Next":"On"}`)})
			if err != nil || tested.Status != types.TestExecutionStatusSucceeded || *tested.Output != "1" || *tested.NextState != "On" {
				t.Errorf("TestState: got %+v, %v", tested, err)
			}
		})
	}
	// The name is for AWS's clients alone: a page of such a host gets nothing.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(stack.URL(), "http://"))
	r.Host = "sync-localhost:" + port
	r.Header.Set("Origin", "http://sync-localhost:"+port)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a page of sync-localhost: %d, want 403", res.StatusCode)
	}
}
