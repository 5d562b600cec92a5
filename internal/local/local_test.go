package local_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	hooksecret "github.com/fasttrack-dev/fasttrack/hook/secret"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/secretsmanager"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// silent replaces every function of template.yaml with one that answers null.
func silent(t *testing.T) map[string]lambda.InProcess {
	t.Helper()
	stack, err := template.Load("../../template.yaml", options(map[string]string{"SlackTeams": "T1", "SlackSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:slack"}))
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]lambda.InProcess{}
	for _, f := range stack.Functions {
		functions[f.LogicalID] = func(context.Context, []byte) ([]byte, error) { return []byte("null"), nil }
	}
	return functions
}

func start(t *testing.T, flows string, o localaws.Options) *localaws.Stack {
	t.Helper()
	o.TemplatePath, o.Addr, o.Functions = "../../template.yaml", "127.0.0.1:0", silent(t)
	stack, err := local.Start(t.Context(), flows, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	return stack
}

func TestStartSignsInByToken(t *testing.T) {
	stack := start(t, "../../flows.yaml", localaws.Options{})
	p := stack.Template.Parameters
	if p["AuthMode"] != "JWT" || p["JwtIssuer"] != stack.URL() || p["JwtAudience"] != "fasttrack" {
		t.Errorf("AuthMode, JwtIssuer, JwtAudience: got %s, %s, %s", p["AuthMode"], p["JwtIssuer"], p["JwtAudience"])
	}
	if name := stack.Template.Tables[0].Name; !strings.HasPrefix(name, local.StackName+"-") {
		t.Errorf("the table is named %s", name)
	}
	var out bytes.Buffer
	local.Report(&out, stack, "/data")
	for _, want := range []string{"Open " + stack.URL() + "/ in a browser", stack.URL() + "/requests", "Bearer ada@example.com", "--endpoint-url " + stack.AWSURL(), "Requests are kept in /data."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &out)
		}
	}
}

func TestStartSignsInBySignature(t *testing.T) {
	stack := start(t, "", localaws.Options{Parameters: map[string]string{"AuthMode": "IAM"}})
	if p := stack.Template.Parameters; p["JwtIssuer"] != "" || p["JwtAudience"] != "" {
		t.Errorf("JwtIssuer and JwtAudience: got %q, %q, want none", p["JwtIssuer"], p["JwtAudience"])
	}
	var out bytes.Buffer
	local.Report(&out, stack, "")
	if !strings.Contains(out.String(), "AWS_ACCESS_KEY_ID=ada") || strings.Contains(out.String(), "Bearer") {
		t.Errorf("the report is\n%s", &out)
	}
}

func TestIdentities(t *testing.T) {
	set, err := local.Identities()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"ada", "grace", "linus", "root", "ci", "alan"} {
		if who, known := set.Lookup(key); !known || who.AccountID() != localaws.AccountID {
			t.Errorf("%s is %+v, known: %v", key, who, known)
		}
	}
	if roles := set.Roles(localaws.AccountID); len(roles) != 3 {
		t.Errorf("got %d roles: %+v", len(roles), roles)
	}
}

// A hook that reads a secret from its environment and one that asks Secrets Manager
// read the same variable.
func TestSecretsHaveOneVariable(t *testing.T) {
	o, err := local.Options(localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"okta", "team/db-Password_2", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:s"} {
		if got, want := secretsmanager.Variable(o.SecretPrefix, name), hooksecret.Variable(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	o := localaws.Options{TemplatePath: "../../template.yaml", Addr: "127.0.0.1:0", BuildDir: t.TempDir()}
	if _, err := local.Start(t.Context(), "", o); err == nil || !strings.HasSuffix(err.Error(), "; build it with `make build`") {
		t.Errorf("without binaries: %v", err)
	}
	if _, err := local.Start(t.Context(), filepath.Join(t.TempDir(), "none.yaml"), o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without flows: %v", err)
	}
}

// This machine serves the first stage of the file, or the one that is named.
func TestStartServesAStage(t *testing.T) {
	flows := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(flows, []byte("stages: [dev, prod]\nflows: [{name: f, admins: [root@example.com]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, parameters := range map[string]map[string]string{"dev": nil, "prod": {"Stage": "prod"}} {
		stack := start(t, flows, localaws.Options{Parameters: parameters})
		if got := stack.Template.Parameters["Stage"]; got != want {
			t.Errorf("parameter Stage: got %q, want %q", got, want)
		}
		var out bytes.Buffer
		local.Report(&out, stack, "")
		if !strings.Contains(out.String(), "those of stage "+want+";") {
			t.Errorf("the report lacks the stage:\n%s", &out)
		}
	}
}
