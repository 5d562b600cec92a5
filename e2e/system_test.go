package e2e

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// system is the whole of fasttrack, on which transcripts are played.
type system struct {
	// url is the API's, api what the stack calls it, services that of AWS's services,
	// table the table's name, machine the state machine's ARN, key that of the key of
	// the digests, if it has one.
	url, api, services, table, machine, key string
}

// emulated says whether the transcripts are played on the emulator, to which
// `make e2e` deploys: FASTTRACK_EMULATOR names the folder of its tools, and
// FASTTRACK_SAM_BUILD what `sam build` made. Else they are played on what
// `make run` serves.
func emulated() bool { return os.Getenv("FASTTRACK_EMULATOR") != "" }

// onlyDeployed skips a test of what can be seen on a deployed stack alone, where
// none is, and has it run beside the others: what there is to wait for is
// deployments.
func onlyDeployed(t *testing.T) {
	t.Helper()
	if !emulated() {
		t.Skip("nothing is deployed: `make e2e` does")
	}
	t.Parallel()
}

// newLogs takes what a system prints, and logs it if the test fails and
// FASTTRACK_E2E_LOGS is set.
func newLogs(t testing.TB) *bytes.Buffer {
	logs := &bytes.Buffer{}
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("FASTTRACK_E2E_LOGS") != "" {
			t.Logf("logs of the functions:\n%s", logs)
		}
	})
	return logs
}

// serve starts a system with the hook function and the flows of one suite, which
// ends with the test.
func serve(t testing.TB, hooks, flows string, o localaws.Options) (system, *localaws.Stack) {
	t.Helper()
	logs := newLogs(t)
	if emulated() {
		on, _ := deploy(t, hooks, flows, logs)
		return on, nil
	}
	o.TemplatePath, o.BuildDir, o.Addr, o.Log = "../template.yaml", layOut(t, hooks, flows), cmp.Or(o.Addr, "127.0.0.1:0"), logs
	o.OnCall = calls.note
	stack, err := local.Start(t.Context(), "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stack.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return system{url: stack.URL(), services: stack.URL() + "/_aws", table: local.StackName + "-Table", machine: stack.Template.StateMachines[0].ARN}, stack
}

// deploy starts an emulator and deploys to it what `sam build` made, with the
// suite's hook function and flows.
func deploy(t testing.TB, hooks, flows string, log io.Writer) (system, *emulator.Emulator) {
	t.Helper()
	build := layOutBuild(t, hooks, flows)
	e := startEmulator(t, log)
	return deployTo(t, e, build, log, nil), e
}

// layOutBuild makes a copy of what `sam build` made, with the hook function and
// the flows of one suite.
func layOutBuild(t testing.TB, hooks, flows string) string {
	t.Helper()
	lookAtSources(t)
	// What was built names the state machine by where it is from build/sam.
	root := t.TempDir()
	build := filepath.Join(root, "build", "sam")
	if err := os.CopyFS(build, os.DirFS(os.Getenv("FASTTRACK_SAM_BUILD"))); err != nil {
		t.Fatal(err)
	}
	copyFile := func(from, to string) {
		t.Helper()
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, content, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyFile("../statemachine.asl.json", filepath.Join(root, "statemachine.asl.json"))
	copyFile("../lifecycle.asl.json", filepath.Join(root, "lifecycle.asl.json"))
	copyFile(filepath.Join(binaries, hooks, "bootstrap"), filepath.Join(build, "HooksFunction", "bootstrap"))
	shipped, err := filepath.Glob(filepath.Join(build, "*", "flows.yaml"))
	if err != nil || len(shipped) == 0 {
		t.Fatalf("%s holds no functions: %v", os.Getenv("FASTTRACK_SAM_BUILD"), err)
	}
	for _, f := range shipped {
		copyFile(flows, f)
	}
	return build
}

func sam() string { return filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "venv", "bin", "sam") }

// startEmulator starts an emulator that ends with the test.
func startEmulator(t testing.TB, log io.Writer) *emulator.Emulator {
	t.Helper()
	e, err := emulator.Start(t.Context(), emulator.Options{
		Venv: filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "emulator"), SAM: sam(), Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

// deployTo deploys what `sam build` made, anew or over what is deployed, by the calls that
// `sam deploy` makes.
func deployTo(t testing.TB, e *emulator.Emulator, build string, log io.Writer, parameters map[string]string) system {
	t.Helper()
	return deployBy(t, e, e.DeployPacked, build, log, parameters)
}

// deployBy deploys by one of the emulator's two ways.
func deployBy(t testing.TB, e *emulator.Emulator, way func(context.Context, string, map[string]string) (emulator.Outputs, error), build string, log io.Writer, parameters map[string]string) system {
	t.Helper()
	all := map[string]string{
		// A hook function of one's own, which does not exist.
		"HookFunctionArns": "arn:aws:lambda:" + emulator.Region + ":" + emulator.AccountID + ":function:python-hooks",
		"AuditDigest":      "true",
	}
	maps.Copy(all, parameters)
	outputs, err := way(t.Context(), build, all)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	s := system{url: e.URL(), services: e.ServicesURL(), table: outputs["TableName"], machine: outputs["StateMachineArn"], key: outputs["DigestKeyArn"], api: outputs["ApiUrl"]}
	// The emulator looks for this right where AWS does for lambda:GetAlias; without it
	// guards are called that do not exist.
	d := deployed{s, e}
	d.allow(t, d.role(t, emulator.StackName+"-engine-record"), "lambda:ListAliases")
	return s
}
