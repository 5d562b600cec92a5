package lambda_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// sdkClient is the real SDK, pointed at s.
func sdkClient(t *testing.T, s *lambda.Service) *awslambda.Client {
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return awslambda.New(awslambda.Options{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String(srv.URL),
		Credentials: aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
		Retryer: aws.NopRetryer{},
	})
}

// The SDK invokes by name, ARN and qualifier, in every invocation type.
func TestAPI_Invoke(t *testing.T) {
	s := newService(t, lambda.Options{})
	c := sdkClient(t, s)
	version, _ := s.Version("fixture")
	arn := "arn:aws:lambda:eu-central-1:123456789012:function:fixture"
	for _, test := range []struct {
		in      awslambda.InvokeInput
		version string
	}{
		{awslambda.InvokeInput{FunctionName: aws.String("fixture")}, "$LATEST"},
		{awslambda.InvokeInput{FunctionName: aws.String(arn)}, "$LATEST"},
		{awslambda.InvokeInput{FunctionName: aws.String(arn + ":live")}, version},
		{awslambda.InvokeInput{FunctionName: aws.String("123456789012:function:fixture:" + version)}, version},
		{awslambda.InvokeInput{FunctionName: aws.String("fixture"), Qualifier: aws.String("live")}, version},
		{awslambda.InvokeInput{FunctionName: aws.String("fixture"), Qualifier: aws.String("$LATEST")}, "$LATEST"},
	} {
		in := test.in
		in.Payload = []byte(`{"do":"echo","text":"hi"}`)
		out, err := c.Invoke(t.Context(), &in)
		if err != nil {
			t.Errorf("Invoke %s %s: %v", *in.FunctionName, aws.ToString(in.Qualifier), err)
			continue
		}
		if out.StatusCode != 200 || string(out.Payload) != `"hi"` || aws.ToString(out.ExecutedVersion) != test.version || out.FunctionError != nil {
			t.Errorf("Invoke %s = %d %s version %s error %v", *in.FunctionName, out.StatusCode, out.Payload, aws.ToString(out.ExecutedVersion), out.FunctionError)
		}
	}
	for kind, want := range map[types.InvocationType]int32{types.InvocationTypeEvent: 202, types.InvocationTypeDryRun: 204} {
		out, err := c.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("fixture"), InvocationType: kind, Payload: []byte(`{"do":"pid"}`)})
		if err != nil || out.StatusCode != want {
			t.Errorf("%s: %v, want status %d", kind, err, want)
		}
	}
	out, err := c.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("fixture"), Payload: []byte(`{"do":"error","text":"no"}`)})
	if err != nil || aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), `"errorType":"errorString"`) {
		t.Errorf("a failing function: %+v, %v", out, err)
	}
}

// Errors of the service have the service's names.
func TestAPI_Errors(t *testing.T) {
	s := newService(t, lambda.Options{})
	c := sdkClient(t, s)
	tests := []struct {
		name string
		in   awslambda.InvokeInput
		want string
	}{
		{"unknown function", awslambda.InvokeInput{FunctionName: aws.String("nobody")}, "ResourceNotFoundException"},
		{"unknown qualifier", awslambda.InvokeInput{FunctionName: aws.String("fixture"), Qualifier: aws.String("7")}, "ResourceNotFoundException"},
		{"two qualifiers", awslambda.InvokeInput{FunctionName: aws.String("fixture:live"), Qualifier: aws.String("7")}, "InvalidParameterValueException"},
		{"not JSON", awslambda.InvokeInput{FunctionName: aws.String("fixture"), Payload: []byte("{")}, "InvalidRequestContentException"},
		{"too large", awslambda.InvokeInput{FunctionName: aws.String("fixture"), Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)}, "RequestTooLargeException"},
		{"event too large", awslambda.InvokeInput{FunctionName: aws.String("fixture"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)}, "RequestTooLargeException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Invoke(t.Context(), &tt.in)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != tt.want {
				t.Errorf("err = %v, want %s", err, tt.want)
			}
		})
	}
}
