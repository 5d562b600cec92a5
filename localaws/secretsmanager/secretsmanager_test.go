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
	service := secretsmanager.New("123456789012", "us-east-1", "TEST_SECRET_", map[string]string{arn: "made"})
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
