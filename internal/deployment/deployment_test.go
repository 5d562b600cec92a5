package deployment_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "not", "there", "deployments.yaml")
	file, err := deployment.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if d, known := file.Find("local"); !known || d.URL != "http://127.0.0.1:8080" || d.Table != "fasttrack-Table" {
		t.Errorf("local is %+v, %v", d, known)
	}
	if _, known := file.Find("prod"); known {
		t.Error("prod is known before it is added")
	}
	file.Default = "prod"
	file.Deployments["prod"] = deployment.Deployment{Region: "eu-west-1", URL: "https://api.acme.test", Table: "t"}
	file.Deployments["local"] = deployment.Deployment{URL: "http://[::1]:9000/x", As: "ada@example.com"}
	if err := file.Write(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	again, err := deployment.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(file, again); diff != "" {
		t.Errorf("read again (-written +read):\n%s", diff)
	}
	if d, _ := again.Find("prod"); d.Stack != "prod" {
		t.Errorf("prod's stack is %q; it is its own name by default", d.Stack)
	}
	if d, _ := again.Find("local"); d.As != "ada@example.com" {
		t.Errorf("the file's local does not count: %+v", d)
	}
}

func TestRead_Refuses(t *testing.T) {
	for text, want := range map[string]string{
		"deployments: {prod: {uri: x}}":                                         "uri",
		"deployments: [prod]":                                                   "deployments.yaml",
		"deployments: {'a b': {}}":                                              `deployments.a b: invalid name`,
		"deployments: {prod: {stack: 1x}}":                                      `deployments.prod.stack: invalid stack name "1x"`,
		"{default: prod, deployments: {}}":                                      `default: no deployment "prod"`,
		"deployments: {prod: {url: 'https://x', as: a}}":                        "deployments.prod.as: allowed only",
		"deployments: {prod: {url: 'http://127.0.0.1:80@evil.test/', as: ada}}": "deployments.prod.as: allowed only",
		"deployments: {prod: {url: 'http://127.0.0.1.evil.test/', as: ada}}":    "deployments.prod.as: allowed only",
	} {
		path := filepath.Join(t.TempDir(), "deployments.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := deployment.Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	const outputs = `<member><OutputKey>ApiUrl</OutputKey><OutputValue>https://api</OutputValue></member>
<member><OutputKey>TableName</OutputKey><OutputValue>table</OutputValue></member>
<member><OutputKey>DigestKeyArn</OutputKey><OutputValue>key</OutputValue></member>`
	stack := func(outputs string) string {
		return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>prod</StackName><StackStatus>CREATE_FAILED</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>` + outputs + `</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
	}
	refusal := func(code, message string) string {
		return fmt.Sprintf(`<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
	}
	for name, tc := range map[string]struct {
		stack, answer string
		status        int
		want          string
	}{
		"its outputs":        {"prod", stack(outputs), 200, ""},
		"no such stack":      {"prod", refusal("ValidationError", "Stack with id prod does not exist"), 400, `no stack "prod" in region eu-west-1 of this account`},
		"no right":           {"prod", refusal("AccessDenied", "not authorized"), 403, "not authorized"},
		"another stack":      {"prod", stack(""), 200, "is not fasttrack: it lacks the outputs ApiUrl and TableName (its status is CREATE_FAILED)"},
		"not a stack's name": {"1;x", "", 500, "invalid stack name"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil || r.Form.Get("Action") != "DescribeStacks" || r.Form.Get("StackName") != tc.stack {
					t.Errorf("called with %v, %v", r.Form, err)
				}
				w.Header().Set("Content-Type", "text/xml")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.answer))
			}))
			defer s.Close()
			d, err := deployment.Describe(t.Context(), aws.Config{
				Region: "eu-west-1", BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
			}, tc.stack)
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				return
			}
			want := deployment.Deployment{Stack: "prod", Region: "eu-west-1", URL: "https://api", Table: "table", Key: "key"}
			if diff := cmp.Diff(want, d); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
