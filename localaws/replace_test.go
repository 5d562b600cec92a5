package localaws_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

// page is the code of an API in Python that answers with a text.
func page(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	source := "def handler(event, context):\n    return {'statusCode': 200, 'body': '" + text + "'}\n"
	if err := os.WriteFile(filepath.Join(dir, "handler.py"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A function of a managed runtime is served from its folder, and replaced while it is.
// One with a command of its own runs that.
func TestReplace(t *testing.T) {
	if _, err := managed.Find("python3.13"); err != nil {
		t.Skip(err)
	}
	raw, err := os.ReadFile("testdata/app/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	machine, err := os.ReadFile("testdata/app/machine.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.NewReplacer("Runtime: provided.al2023", "Runtime: python3.13", "Handler: bootstrap", "Handler: handler.handler").Replace(string(raw))
	for name, content := range map[string]string{"template.yaml": text, "machine.asl.json": string(machine)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := t.TempDir()
	if err := os.Rename(page(t, "old"), filepath.Join(build, "ApiFunction")); err != nil {
		t.Fatal(err)
	}
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: filepath.Join(dir, "template.yaml"), BuildDir: build, Log: t.Output(),
		Commands: map[string][]string{"WorkFunction": {"/bin/sh", "-c", "echo works >&2; exit 3"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	get := func(want string) {
		t.Helper()
		res, err := http.Get(stack.URL() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || string(body) != want {
			t.Errorf("got %s %q %v, want %q", res.Status, body, err, want)
		}
	}
	get("old")
	if err := stack.Replace(t.Context(), map[string]string{"ApiFunction": page(t, "new")}, nil); err != nil {
		t.Error(err)
	}
	get("new")
	var failed *lambda.InitError
	if err := stack.Replace(t.Context(), map[string]string{"ApiFunction": page(t, "it's")}, nil); !errors.As(err, &failed) {
		t.Errorf("a syntax error: %v", err)
	}
	get("new")
	if err := stack.Replace(t.Context(), map[string]string{"NoFunction": build}, nil); err == nil {
		t.Error("an unknown function is replaced")
	}
	if r, err := stack.Lambda.Invoke(t.Context(), "local-work", nil); err != nil || !strings.Contains(string(r.Payload), "exit status 3") {
		t.Errorf("a command of its own: %s %v", r.Payload, err)
	}
}
