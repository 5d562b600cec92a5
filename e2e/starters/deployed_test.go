package starters_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/kit/build"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// pending is the exit code of a request that nobody has decided yet.
const pending = 10

// TestDeployed deploys the starters that call other systems, each in one language. The one
// of `approval` is what e2e/newcomer deploys in all three.
func TestDeployed(t *testing.T) {
	if tools == "" {
		t.Skip("FASTTRACK_STARTERS is not set: `make starters` runs this test")
	}
	e := emulator.Run(t, tools)
	t.Run("on-call", func(t *testing.T) { onCall(t, e) })
	t.Run("aws-access", func(t *testing.T) { awsAccess(t, e) })
}

// onCall has the rule approve who is on call, by a secret that its own policy lets it read,
// and leave everybody else to people.
func onCall(t *testing.T, e *emulator.Emulator) {
	const key = "u+the-key"
	pagerduty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Token token="+key {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"oncalls":[{"user":{"id":"U1","email":"ada@example.com"},"schedule":{"id":"P123"}}]}`))
	}))
	defer pagerduty.Close()
	name, value := "pagerduty-token", key
	if _, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}); err != nil {
		t.Fatal(err)
	}
	s := deploy(t, e, folder.Python, "on-call", "on-call", `"https://api.pagerduty.com"`, `"`+pagerduty.URL+`"`)
	if out := s.run(t, 0, "ada", "request", "on-call", "-r", "The queue is full", "--wait", "20s"); !strings.Contains(out, "ada@example.com is on call.") {
		t.Errorf("the rule did not approve:\n%s", out)
	}
	id := s.file(t, "eve", "request", "on-call", "-r", "The queue is full")
	if out := s.run(t, 0, "grace", "approve", id, "-r", "go ahead"); !strings.Contains(out, "approved: go ahead") {
		t.Errorf("grace's approve says:\n%s", out)
	}
}

// awsAccess has the rule approve what is low risk, and leave the rest to people. The
// emulator has no IAM Identity Center, so granting fails: operators are notified, it goes on
// trying, and nobody is said to have access.
func awsAccess(t *testing.T, e *emulator.Emulator) {
	s := deploy(t, e, folder.Node, "aws-access", "aws-access")
	id := s.file(t, "ada", "request", "aws-access", "--field", "target=prod-admin", "-r", "Look at the queue")
	if out := s.run(t, 0, "grace", "deny", id, "-r", "not today"); !strings.Contains(out, "denied: not today") {
		t.Errorf("grace's deny says:\n%s", out)
	}
	var filed struct{ ID string }
	if err := json.Unmarshal([]byte(s.run(t, -1, "ada", "request", "aws-access", "--field", "target=prod-read", "-r", "Look at the queue", "--json")), &filed); err != nil {
		t.Fatal(err)
	}
	var out string
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(out, `"about": "failing"`); time.Sleep(200 * time.Millisecond) {
		if out = s.run(t, -1, "ada", "show", filed.ID, "--json"); time.Now().After(deadline) {
			t.Fatalf("nobody is notified that granting fails:\n%s", out)
		}
	}
	var shown struct{ Status string }
	if err := json.Unmarshal([]byte(out), &shown); err != nil || shown.Status != "approved" || !strings.Contains(out, "Production, read-only is low risk.") {
		t.Errorf("it is %s (%v), want approved by the rule:\n%s", shown.Status, err, out)
	}
}

// stack is a starter that is deployed, as people call it.
type stack struct {
	program string
	env     []string
}

// deploy writes a starter with pairs of texts replaced in its flows.yaml, builds it, and
// deploys it with its own samconfig.toml and who may call.
func deploy(t *testing.T, e *emulator.Emulator, language folder.Language, flow, name string, replace ...string) stack {
	t.Helper()
	dir := begin(t, language, flow, name)
	edit(t, filepath.Join(dir, "flows.yaml"), func(text string) string { return strings.NewReplacer(replace...).Replace(text) })
	callers := fmt.Sprintf(`"Architecture=%s", "AuthMode=JWT", "JwtIssuer=%s", "JwtAudience=fasttrack"`, map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH], e.URL())
	edit(t, filepath.Join(dir, "samconfig.toml"), func(text string) string {
		if strings.Contains(text, "parameter_overrides = [") {
			return strings.Replace(text, "parameter_overrides = [", "parameter_overrides = [\n  "+callers+",", 1)
		}
		return text + "parameter_overrides = [" + callers + "]\n"
	})
	if _, err := build.Build(t.Context(), build.Options{Dir: dir, Arch: runtime.GOARCH, Engine: filepath.Dir(program(t))}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(tools, "venv", "bin", "sam"), "deploy", "--no-confirm-changeset", "--no-progressbar")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), e.Environ()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sam deploy: %v\n%s", err, out)
	}
	if _, err := e.Adopt(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return stack{program(t), append(os.Environ(), "FASTTRACK_URL="+e.URL(), "HOME="+t.TempDir())}
}

func edit(t *testing.T, path string, change func(string) string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(raw))), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run calls the command line as somebody, which must end with an exit code unless it is -1.
func (s stack) run(t *testing.T, want int, who string, args ...string) string {
	t.Helper()
	var out, messages bytes.Buffer
	cmd := exec.CommandContext(t.Context(), s.program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(s.env, "FASTTRACK_AS="+who+"@example.com"), &out, &messages
	err := cmd.Run()
	if cmd.ProcessState == nil || want >= 0 && cmd.ProcessState.ExitCode() != want {
		t.Fatalf("fasttrack %s: %v, want exit code %d\n%s%s", strings.Join(args, " "), err, want, &out, &messages)
	}
	return out.String()
}

// file files a request that waits for people, and returns its id.
func (s stack) file(t *testing.T, who string, args ...string) string {
	t.Helper()
	var filed struct{ ID string }
	out := s.run(t, pending, who, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &filed); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filed.ID
}
