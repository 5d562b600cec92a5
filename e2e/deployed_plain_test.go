package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
)

// hooksOnly is a stack of the hook function alone, as a team deploys it that brings its
// own infrastructure code.
const hooksOnly = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Architecture: {Type: String}
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /mine/hooks}}
  Hooks:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: mine-hooks
      CodeUri: HooksFunction
      Runtime: provided.al2023
      Handler: bootstrap
      Architectures: [!Ref Architecture]
      Timeout: 200
      AutoPublishAlias: live
      LoggingConfig: {LogGroup: !Ref Logs}
Outputs:
  Arn: {Value: !Ref Hooks.Alias}
`

// TestDeployedPlain deploys the engine as plain CloudFormation, with its code in S3 and
// the hook function in a stack of its own: a request is approved by the latter.
func TestDeployedPlain(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	build := layOutBuild(t, "CasesFunction", "testdata/cases/flows.yaml")
	e := startEmulator(t, logs)
	run := func(dir, program string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "venv", "bin", program), args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), e.Environ()...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", program, args[0], err, out)
		}
	}

	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	parameters := map[string]string{
		"CodeBucket": "code", "CodePrefix": "fasttrack/v1/",
		"HooksFunctionArn":  "arn:aws:lambda:" + emulator.Region + ":" + emulator.AccountID + ":function:mine-hooks:live",
		"HooksFunctionName": "mine-hooks", "HooksLogGroupName": "/mine/hooks",
	}
	if err := os.WriteFile(filepath.Join(build, "hooks.yaml"), []byte(hooksOnly), 0o600); err != nil {
		t.Fatal(err)
	}
	run(build, "sam", "deploy", "-t", "hooks.yaml", "--stack-name", "mine", "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
		"--region", emulator.Region, "--no-confirm-changeset", "--parameter-overrides", "Architecture="+architecture)

	zips := t.TempDir()
	functions, err := filepath.Glob(filepath.Join(build, "*Function"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range functions {
		name := strings.ToLower(strings.TrimSuffix(filepath.Base(dir), "Function"))
		if _, err := pack.Zip(dir, filepath.Join(zips, name+".zip")); err != nil {
			t.Fatal(err)
		}
	}
	script, err := filepath.Abs("testdata/plain.py")
	if err != nil {
		t.Fatal(err)
	}
	run(build, "python", script, parameters["CodeBucket"], parameters["CodePrefix"], zips)

	plain, err := merge.Plain(merge.Options{Architecture: architecture})
	if err != nil {
		t.Fatal(err)
	}
	engine := t.TempDir()
	if err := os.WriteFile(filepath.Join(engine, "template.yaml"), plain, 0o600); err != nil {
		t.Fatal(err)
	}
	on := deployTo(t, e, engine, logs, parameters)
	d := deployed{on, e}
	d.ask(t, `{"flow":"replayed","fields":{"do":"on_request=approve"}}`, "approved")
	id := d.ask(t, `{"flow":"replayed"}`, "pending")
	d.act(t, "grace@example.com", id, "approve")
	d.await(t, id, "approved")
}
