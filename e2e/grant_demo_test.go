package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestGrantDemo calls the strategy of the samples as functions/grant does: what
// comes late, by its fence, changes nothing, and who has what is on its list.
func TestGrantDemo(t *testing.T) {
	stack, err := local.Start(t.Context(), "", localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(t, "HooksFunction", "../flows.yaml"), Addr: "127.0.0.1:0", OnCall: calls.note,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	client := lambda.New(lambda.Options{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	for _, step := range []struct {
		operation, person string
		fence             int
		want              string // part of the answer; an error if it fails
		fails             bool
	}{
		{"read", "ada", 1, `{"has_access":false}`, false},
		{"give", "ada", 2, `{"has_access":true}`, false},
		{"give", "ada", 2, `{"has_access":true}`, false}, // again
		{"read", "ada", 2, `{"has_access":true}`, false},
		{"read", "bob", 2, `{"has_access":false}`, false},
		{"take", "ada", 1, "a newer one has been here", true},
		{"take", "ada", 3, `{"has_access":false}`, false},
		{"give", "ada", 2, "a newer one has been here", true},
		{"read", "ada", 3, `{"has_access":false}`, false},
		{"list", "", 0, `"target":"prod-ro","has_access":false`, false},
		{"lend", "ada", 4, `unknown operation`, true},
	} {
		asked := fmt.Sprintf(`{"version":"1","operation":%q,"run_id":"01JD0000000000000000000000","fence":%d,"person":{"id":"%s@example.com"},"target":{"id":"prod-ro"}}`, step.operation, step.fence, step.person)
		out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("fasttrack-grant-demo"), Payload: []byte(asked)})
		if err != nil {
			t.Fatal(err)
		}
		if (out.FunctionError != nil) != step.fails || !strings.Contains(string(out.Payload), step.want) {
			t.Errorf("%s by fence %d: got %s, want %s", step.operation, step.fence, out.Payload, step.want)
		}
	}
}
