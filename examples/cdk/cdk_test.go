// Package cdk_test compares the CDK app with what it deploys, synthesises the CDK app, and deploys it to an emulator of AWS.
package cdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/kit/build"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// tools is the folder of the tools, with those of package.json in cdk.
var tools = os.Getenv("FASTTRACK_CDK")

// Each function of the engine gets its package by the name that fasttrack.ts makes of its
// logical id.
func TestPackages(t *testing.T) {
	for _, f := range engine.Functions {
		if name := strings.ToLower(strings.TrimSuffix(f.LogicalID, "Function")); name != f.Name {
			t.Errorf("%s has the package %s.zip, and fasttrack.ts takes %s.zip", f.LogicalID, f.Name, name)
		}
	}
}

// The hook function runs in AWS as template.yaml runs it on this machine.
func TestHooks(t *testing.T) {
	f, err := folder.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	app := read(t, "app.ts")
	if len(f.Functions) != 1 || f.Functions[0].LogicalID != folder.HooksFunction {
		t.Fatalf("its functions are %+v", f.Functions)
	}
	fn := f.Functions[0]
	runtime := "lambda.Runtime." + strings.ToUpper(strings.Replace(fn.Runtime, "nodejs22.x", "nodejs_22_x", 1))
	for _, want := range []string{`handler: "` + fn.Handler + `"`, runtime + ",", `built = "` + folder.Made + `"`} {
		if !strings.Contains(app, want) {
			t.Errorf("app.ts lacks %s", want)
		}
	}
}

// TestDeployed synthesises the app with its own tools, lints the template, and deploys it.
// The rule approves there, and a person does.
func TestDeployed(t *testing.T) {
	if tools == "" {
		t.Skip("FASTTRACK_CDK is not set: `make cdk` runs this test")
	}
	e := emulator.Run(t, tools)
	a := open(t, e)
	both(t,
		func() error { return a.build(t.Context()) },
		func() error { return a.try(t.Context(), "node_modules/.bin/tsc") },
	)
	a.bucket(t)
	if err := a.try(t.Context(), "node_modules/.bin/cdk", "deploy", "--app", "node cdk.out/app/app.js", "--require-approval", "never", "--ci", "--no-notices"); err != nil {
		t.Fatal(err)
	}
	both(t,
		// Parameters that app.ts sets are none any more: groups name them (W4001), and
		// conditions on them are known (W8003). A function that the CDK makes depends twice
		// on its role (W3005).
		func() error {
			return a.try(t.Context(), filepath.Join(tools, "venv", "bin", "cfn-lint"), "-t", "cdk.out/approvals.template.json", "--ignore-checks", "W4001", "W8003", "W3005")
		},
		func() error {
			a.template(t)
			if _, err := e.Adopt(t.Context(), "approvals"); err != nil {
				return err
			}
			return a.requests(t.Context(), e.URL())
		},
	)
}

// both does two things at the same time.
func both(t *testing.T, one, other func() error) {
	t.Helper()
	var first error
	var done sync.WaitGroup
	done.Go(func() { first = one() })
	if err := errors.Join(other(), func() error { done.Wait(); return first }()); err != nil {
		t.Fatal(err)
	}
}

// app is a copy of this folder, in which commands run with the emulator for AWS.
type app struct {
	dir string
	env []string
}

// bucket takes the assets: the emulator does not let the roles of `cdk bootstrap` in.
const bucket = "assets"

// open copies the folder. Callers prove who they are as they
// do to `make run`, and the CDK acts with the emulator's credentials.
func open(t *testing.T, e *emulator.Emulator) app {
	t.Helper()
	a := app{t.TempDir(), append(os.Environ(), e.Environ()...)}
	a.env = append(a.env, "CDK_DISABLE_VERSION_CHECK=1", "CDK_DISABLE_CLI_TELEMETRY=true", "HOME="+t.TempDir())
	for _, name := range []string{"app.ts", "fasttrack.ts", "tsconfig.json", "cdk.json", "package.json", "flows.yaml", "template.yaml", "hooks/index.mjs"} {
		content := read(t, name)
		if name == "app.ts" {
			content = replace(t, content, `{ AuthMode: "IAM" }`, `{ AuthMode: "JWT", JwtIssuer: "`+e.URL()+`", JwtAudience: ["fasttrack"] }`)
			content = replace(t, content, `new App()`, `new App({ defaultStackSynthesizer: new CliCredentialsStackSynthesizer({ fileAssetsBucketName: "`+bucket+`" }) })`)
			content = replace(t, content, `{ App,`, `{ App, CliCredentialsStackSynthesizer,`)
		}
		at := filepath.Join(a.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(tools, "cdk", "node_modules"), filepath.Join(a.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return a
}

// build makes what is deployed, with the engine of this machine.
func (a app) build(ctx context.Context) error {
	binaries, err := filepath.Abs("../../build/bin")
	if err != nil {
		return err
	}
	_, err = build.Build(ctx, build.Options{Dir: a.dir, Arch: runtime.GOARCH, Engine: binaries, Plain: true})
	return err
}

// try runs a program that must succeed.
func (a app) try(ctx context.Context, program string, args ...string) error {
	_, err := a.exits(ctx, 0, program, args...)
	return err
}

// exits runs a program that must end with an exit code, and returns what it printed.
func (a app) exits(ctx context.Context, want int, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = a.dir, a.env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		return "", fmt.Errorf("%s %s: %w, want exit code %d\n%s", filepath.Base(program), strings.Join(args, " "), err, want, out)
	}
	return string(out), nil
}

// bucket makes the bucket of the assets.
func (a app) bucket(t *testing.T) {
	t.Helper()
	script, err := filepath.Abs("../../e2e/testdata/plain.py")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.try(t.Context(), filepath.Join(tools, "venv", "bin", "python"), script, bucket, "", t.TempDir()); err != nil {
		t.Fatal(err)
	}
}

// requests has the rule approve, and a person approve what the rule leaves.
func (a app) requests(ctx context.Context, url string) error {
	program, err := filepath.Abs("../../build/bin/fasttrack")
	if err != nil {
		return err
	}
	as := func(who string) app {
		return app{a.dir, append(slices.Clone(a.env), "FASTTRACK_URL="+url, "FASTTRACK_AS="+who+"@example.com")}
	}
	out, err := as("ada").exits(ctx, 0, program, "request", "deploy", "--field", "service=website", "-r", "Fix a typo", "--wait", "20s")
	if err != nil {
		return err
	}
	if !strings.Contains(out, "website is low risk.") {
		return fmt.Errorf("the rule did not approve:\n%s", out)
	}
	const pending = 10
	if out, err = as("ada").exits(ctx, pending, program, "request", "deploy", "--field", "service=billing", "-r", "New invoice", "--json"); err != nil {
		return err
	}
	var filed struct{ ID string }
	if err := json.Unmarshal([]byte(out), &filed); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if out, err = as("grace").exits(ctx, 0, program, "approve", filed.ID, "-r", "go ahead"); err != nil {
		return err
	}
	if !strings.Contains(out, "approved: go ahead") {
		return fmt.Errorf("grace did not approve:\n%s", out)
	}
	return nil
}

func replace(t *testing.T, text, old, by string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("app.ts lacks %s", old)
	}
	return strings.Replace(text, old, by, 1)
}

// template checks that each function has a package of its own, and none the placeholder.
func (a app) template(t *testing.T) {
	t.Helper()
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ Code struct{ S3Key string } }
		}
	}
	raw, err := os.ReadFile(filepath.Join(a.dir, "cdk.out", "approvals.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for id, r := range template.Resources {
		if r.Type != "AWS::Lambda::Function" {
			continue
		}
		if key := r.Properties.Code.S3Key; len(key) != len("0.zip")+63 || slices.Contains(keys, key) {
			t.Errorf("%s has the code %q", id, key)
		} else {
			keys = append(keys, key)
		}
	}
	if want := len(engine.Functions) + 1; len(keys) != want {
		t.Errorf("%d functions, want %d", len(keys), want)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
