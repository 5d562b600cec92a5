package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestStrategies plays flows whose strategies come with fasttrack, each as the binary that
// is deployed, against a server that behaves as the other system's documentation says.
func TestStrategies(t *testing.T) {
	const flows, name = "testdata/strategies/flows.yaml", "okta-group"
	bin := t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-o", bin+"/", "./strategies/okta-group", "./strategies/okta-group/oktatest/okta")
	build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	url := startOkta(t, filepath.Join(bin, "okta"))
	t.Setenv("FASTTRACK_SECRET_OKTA_TOKEN", "00QCjAl4MlV-WPXM-ApiTokenOfTests")
	on, stack := serve(t, "HooksFunction", flows, localaws.Options{Attach: []string{name}})
	table := createBook(t, on)
	for _, a := range stack.Attached() {
		command := exec.CommandContext(t.Context(), filepath.Join(bin, name))
		command.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+a.Addr, "AWS_ENDPOINT_URL="+on.services, "AWS_REGION="+localaws.Region,
			"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "OKTA_URL="+url, "SECRET_ARN=okta-token", "BOOK_TABLE="+table)
		started(t, command)
		attached(t, stack, a.Name)
	}
	playWith(t, on, "HooksFunction", flows, testscript.Params{Dir: "testdata/strategies", Setup: func(env *testscript.Env) error {
		env.Setenv("OKTA_URL", url)
		env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
		return nil
	}}, &client{url: on.url})
}

// startOkta serves an organization in Okta, and returns its URL.
func startOkta(t *testing.T, command string) string {
	t.Helper()
	okta := exec.CommandContext(t.Context(), command, "serve")
	out, err := okta.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started(t, okta)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// started starts a process, which ends with the test.
func started(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

// createBook creates the table of a strategy, as its template does.
func createBook(t *testing.T, on system) string {
	t.Helper()
	db := dynamodb.New(dynamodb.Options{Region: localaws.Region, BaseEndpoint: &on.services, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	name := "okta-group-book"
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return name
}
