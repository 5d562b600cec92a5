package secretsmanager_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/secretsmanager"
)

func TestGenerate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	first, err := secretsmanager.Generate(dir, "app-Key", 64, false)
	if err != nil || !regexp.MustCompile(`^[A-Za-z0-9]{64}$`).MatchString(first) {
		t.Fatalf("got %q (%v)", first, err)
	}
	if again, err := secretsmanager.Generate(dir, "app-Key", 64, false); again != first || err != nil {
		t.Errorf("got %q (%v) the second time, want %q", again, err, first)
	}
	if info, err := os.Stat(filepath.Join(dir, "app-Key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v (%v)", info, err)
	}
	if other, err := secretsmanager.Generate("", "app-Key", 64, false); other == first || err != nil {
		t.Errorf("got %q (%v) without a folder", other, err)
	}
	if long, err := secretsmanager.Generate("", "x", 4096, true); err != nil || !strings.ContainsAny(long, `!"#~`) || len(long) != 4096 {
		t.Errorf("got %d characters (%v), without punctuation", len(long), err)
	}
}

// A secret is found by its ARN or name; a variable of the environment goes before it.
func TestGetSecretValue(t *testing.T) {
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-Key"
	service, err := secretsmanager.New("123456789012", "us-east-1", "TEST_SECRET_", map[string]string{arn: "made"}, "")
	if err != nil {
		t.Fatal(err)
	}
	get := func(id string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"SecretId":"`+id+`"}`))
		r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=k/20261128/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0")
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, id := range []string{arn, "app-Key"} {
		if status, body := get(id); status != 200 || !strings.Contains(body, `"SecretString":"made"`) || !strings.Contains(body, arn) {
			t.Errorf("%s: %d %s", id, status, body)
		}
	}
	if status, body := get("other"); status != 400 || !strings.Contains(body, "ResourceNotFoundException") {
		t.Errorf("unknown: %d %s", status, body)
	}
	t.Setenv("TEST_SECRET_APP_KEY", "mine")
	if _, body := get("app-Key"); !strings.Contains(body, `"SecretString":"mine"`) {
		t.Errorf("with a variable: %s", body)
	}
}

// A created secret has a life: it is described, changed, marked for deletion, restored
// and deleted; and a folder keeps it.
func TestCreated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	service, err := secretsmanager.New("123456789012", "us-east-1", "TEST_SECRET_", nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	call := func(operation, body string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "secretsmanager."+operation)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=k/20261128/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0")
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for i, step := range []struct {
		operation, body string
		status          int
		want            string
	}{
		{"DescribeSecret", `{"SecretId":"db/ada"}`, 400, "ResourceNotFoundException"},
		{"CreateSecret", `{"Name":"a b","SecretString":"x"}`, 400, "InvalidParameterException"},
		{"CreateSecret", `{"Name":"db/ada","SecretString":"one","Tags":[{"Key":"k","Value":"v"}],"ClientRequestToken":"t"}`, 200, `:secret:db/ada"`},
		{"CreateSecret", `{"Name":"db/ada","SecretString":"two"}`, 400, "ResourceExistsException"},
		{"GetSecretValue", `{"SecretId":"db/ada"}`, 200, `"SecretString":"one"`},
		{"DescribeSecret", `{"SecretId":"arn:aws:secretsmanager:us-east-1:123456789012:secret:db/ada"}`, 200, `"Tags":[{"Key":"k","Value":"v"}]`},
		{"PutSecretValue", `{"SecretId":"db/ada","SecretString":"two"}`, 200, `"Name":"db/ada"`},
		{"DeleteSecret", `{"SecretId":"db/ada","RecoveryWindowInDays":7}`, 200, `"DeletionDate":`},
		{"GetSecretValue", `{"SecretId":"db/ada"}`, 400, "InvalidRequestException"},
		{"PutSecretValue", `{"SecretId":"db/ada","SecretString":"x"}`, 400, "InvalidRequestException"},
		{"CreateSecret", `{"Name":"db/ada","SecretString":"x"}`, 400, "InvalidRequestException"},
		{"DescribeSecret", `{"SecretId":"db/ada"}`, 200, `"DeletedDate":`},
		{"RestoreSecret", `{"SecretId":"db/ada"}`, 200, `"Name":"db/ada"`},
		{"", "", 0, ""}, // another service on the folder
		{"GetSecretValue", `{"SecretId":"db/ada"}`, 200, `"SecretString":"two"`},
		{"DeleteSecret", `{"SecretId":"db/ada","ForceDeleteWithoutRecovery":true}`, 200, `"Name":"db/ada"`},
		{"GetSecretValue", `{"SecretId":"db/ada"}`, 400, "ResourceNotFoundException"},
		{"DeleteSecret", `{"SecretId":"db/ada"}`, 400, "ResourceNotFoundException"},
	} {
		if step.operation == "" {
			if service, err = secretsmanager.New("123456789012", "us-east-1", "TEST_SECRET_", nil, dir); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if status, body := call(step.operation, step.body); status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%d, %s: %d %s, want %d %s", i, step.operation, status, body, step.status, step.want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "created.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v (%v)", info, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "created.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secretsmanager.New("1", "us-east-1", "T_", nil, dir); err == nil || !strings.HasPrefix(err.Error(), "created secrets: ") {
		t.Errorf("a broken file: %v", err)
	}
}
