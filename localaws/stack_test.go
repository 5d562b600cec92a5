package localaws_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// answering replaces every function by one that answers with the status alone.
func answering(status int) map[string]lambda.InProcess {
	functions := map[string]lambda.InProcess{}
	for _, id := range []string{"ApiFunction", "WorkFunction"} {
		functions[id] = func(context.Context, []byte) ([]byte, error) {
			return fmt.Appendf(nil, `{"statusCode":%d}`, status), nil
		}
	}
	return functions
}

// The API gets paths as they came, without a redirect; AWS calls go to their
// services, and a function of someone else's has a Runtime API of its own.
func TestStartServes(t *testing.T) {
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusTeapot), Attach: []string{"theirs"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]int{
		"/healthz":       http.StatusTeapot,
		"/links/../none": http.StatusNotFound,
		"//healthz":      http.StatusNotFound,
		"/_awsome":       http.StatusNotFound,
		"/_aws":          http.StatusBadRequest,
		"/_aws/2015-03-31/functions/none/invocations": http.StatusNotFound,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", stack.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Path = path
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, res.StatusCode, want)
		}
	}
	attached := stack.Attached()
	if len(attached) != 1 || attached[0].Name != "theirs" || attached[0].Addr == "" {
		t.Fatalf("attached %+v", attached)
	}
	res, err := client.Post("http://"+attached[0].Addr+"/2018-06-01/runtime/invocation/none/response", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer to no invocation: %d, want 400", res.StatusCode)
	}
}

// What can't be served is said in one line.
func TestStartRefuses(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	template := func(replace, by string) string {
		raw, err := os.ReadFile("testdata/app/template.yaml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(raw), replace, by, 1)
		if changed == string(raw) {
			t.Fatalf("the template has no %s", replace)
		}
		path := filepath.Join(t.TempDir(), "template.yaml")
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tc := range map[string]struct {
		options localaws.Options
		want    string
	}{
		"a port in use":        {localaws.Options{Addr: busy.Addr().String()}, "is in use by another program"},
		"an open address":      {localaws.Options{Addr: "0.0.0.0:0"}, "is not on loopback"},
		"no template":          {localaws.Options{Addr: "127.0.0.1:0", TemplatePath: "none.yaml"}, "none.yaml"},
		"an unknown resource":  {localaws.Options{Addr: "127.0.0.1:0", TemplatePath: template("AWS::Events::EventBus", "AWS::Kinesis::Stream")}, "AWS::Kinesis::Stream is not supported on this machine"},
		"a bad port to attach": {localaws.Options{Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(200), Attach: []string{"a=b"}}, "must be NAME or NAME=PORT"},
		"our own to attach":    {localaws.Options{Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(200), Attach: []string{"local-work"}}, "is the stack's own"},
		"a missing binary":     {localaws.Options{Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", BuildDir: t.TempDir()}, "function ApiFunction has no binary at"},
	} {
		t.Run(name, func(t *testing.T) {
			stack, err := localaws.Start(t.Context(), tc.options)
			if err == nil {
				_ = stack.Close(t.Context())
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want one line with %q", err, tc.want)
			}
		})
	}
}

// A state machine that could not run here is refused before anything is served:
// a catcher of States.ALL would hide it at run time.
func TestStartRefusesWhatCannotRun(t *testing.T) {
	dir := t.TempDir()
	template, err := os.ReadFile("testdata/app/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	machine, err := os.ReadFile("testdata/app/machine.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(machine), ":states:::lambda:invoke", ":states:::sns:publish", 1)
	for name, text := range map[string]string{"template.yaml": string(template), "machine.asl.json": broken} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: filepath.Join(dir, "template.yaml"), Functions: answering(http.StatusTeapot),
	})
	if err == nil {
		stack.Close(context.Background())
		t.Fatal("it starts")
	}
	for _, part := range []string{"machine.asl.json", "sns:publish is not implemented on this machine", "/States/Work/Resource"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q: %v", part, err)
		}
	}
}

// What the stack of a machine adds: parameters that the template may lack, secrets, and
// variables of functions.
func TestStartAddsWhatTheMachineHas(t *testing.T) {
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusOK),
		DefaultParameters: func(string) map[string]string { return map[string]string{"NoParameterOfTheTemplate": "x"} },
		Secrets:           map[string]string{"chat": "token"},
		FunctionEnvironment: func(logicalID, apiURL string) map[string]string {
			if logicalID != "ApiFunction" {
				return nil
			}
			return map[string]string{"CHAT_URL": apiURL + "/_local/chat"}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	credentials := aws.Config{Region: localaws.Region, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
	}), BaseEndpoint: aws.String(stack.AWSURL())}
	secret, err := secretsmanager.NewFromConfig(credentials).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("chat")})
	if err != nil || *secret.SecretString != "token" {
		t.Errorf("got secret %v (%v)", secret, err)
	}
	for id, want := range map[string]string{"ApiFunction": stack.URL() + "/_local/chat", "WorkFunction": ""} {
		name := ""
		for _, f := range stack.Template.Functions {
			if f.LogicalID == id {
				name = f.Name
			}
		}
		got, err := awslambda.NewFromConfig(credentials).GetFunctionConfiguration(t.Context(), &awslambda.GetFunctionConfigurationInput{FunctionName: &name})
		if err != nil {
			t.Fatal(err)
		}
		if got.Environment == nil && want != "" || got.Environment != nil && got.Environment.Variables["CHAT_URL"] != want {
			t.Errorf("%s: got %v, want %q", id, got.Environment, want)
		}
	}
}
