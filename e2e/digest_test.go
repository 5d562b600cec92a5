package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	domain "github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestDigestOfYesterday has the function itself sign yesterday, with the key of
// the template, and the command line verify what everybody did.
func TestDigestOfYesterday(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	o := localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(t, "HooksFunction", "../flows.yaml"), Addr: "127.0.0.1:0", Data: data,
		Parameters: map[string]string{"AuditDigest": "true"}, OnCall: calls.note,
	}
	stack, err := local.Start(t.Context(), "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	cfg := aws.Config{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")}
	table := dynamodb.NewFromConfig(cfg)
	name := stack.Template.Tables[0].Name

	c := &client{url: stack.URL(), who: "ada@example.com"}
	if err := c.call("POST", "/requests", []byte(`{"flow":"everything-goes"}`)); err != nil || c.status != 201 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	yesterday := time.Now().UTC().AddDate(0, 0, -1)
	old, err := domain.New(domain.Draft{ID: domain.NewID(yesterday), Flow: domain.Flow{Name: "f"}, Channel: domain.ViaAPI, Requester: domain.Person{ID: "ada@example.com"}}, yesterday)
	if err != nil {
		t.Fatal(err)
	}
	// Its execution is started by nobody: it is on its own from here.
	if err := store.New(table, name).Create(t.Context(), old, nil); err != nil {
		t.Fatal(err)
	}
	out, err := lambda.NewFromConfig(cfg).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("fasttrack-engine-digest")})
	if err != nil || out.FunctionError != nil {
		t.Fatalf("%v: %s", err, out.Payload)
	}
	day := yesterday.Format("2006-01-02")
	if !strings.Contains(string(out.Payload), `"day":"`+day+`"`) || !strings.Contains(string(out.Payload), `"count":1`) {
		t.Skipf("it is midnight just now: %s", out.Payload)
	}
	verify := func(status int, want ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), "audit", "verify", "--table", name, "--endpoint-url", stack.AWSURL(), "--key", "fasttrack-DigestKey")
		text, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) != (status != 0) || exit != nil && exit.ExitCode() != status {
			t.Errorf("it ended with %v, want status %d", err, status)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("got\n%s\nwant %q", text, w)
			}
		}
	}
	verify(0, "2 requests verified, 0 wrong", "1 digest verified, "+day+" to "+day+", 0 wrong, signed by arn:aws:kms:")
	if info, err := os.Stat(filepath.Join(data, "keys", "fasttrack-DigestKey.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is kept as %v (%v), want 0600", info, err)
	}

	// With another start the key is the same.
	if err := stack.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stack, err = local.Start(t.Context(), "", o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	verify(0, "1 digest verified")
	table = dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = aws.String(stack.AWSURL()) })
	if _, err := table.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "RUN#" + old.ID}, "sk": &types.AttributeValueMemberS{Value: "RUN"},
	}}); err != nil {
		t.Fatal(err)
	}
	verify(1, old.ID+"  it is missing: its entries up to 1 were signed on "+day)
}
