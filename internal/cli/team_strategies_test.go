package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A strategy is written, and written again by a later version, whose binary is built from
// this checkout.
func TestStrategiesAdd(t *testing.T) {
	into := filepath.Join(t.TempDir(), "access", "eks")
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir("../..") // the source
	add := func(args ...string) string {
		t.Helper()
		code, out, messages := inProcess(t, "", append([]string{"strategies", "add", "eks", "--into", into}, args...)...)
		if code != exitDone {
			t.Fatalf("it exits %d: %s%s", code, out, messages)
		}
		return out
	}
	arch := lambdaArch(runtime.GOARCH)
	if out := add("--arch", runtime.GOARCH); !strings.Contains(out, "strategy eks of fasttrack (devel) for "+arch+"\n") ||
		!strings.Contains(out, "  cd "+filepath.ToSlash(into)+"\n  sam deploy --guided --stack-name fasttrack-eks --capabilities CAPABILITY_IAM\n") {
		t.Errorf("it says\n%s", out)
	}
	// It keeps the processor.
	if out := add(); !strings.Contains(out, " for "+arch+"\nNothing changed.\n") {
		t.Errorf("again, it says\n%s", out)
	}
	manifest := filepath.Join(into, "fasttrack.json")
	var was map[string]string
	raw, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &was); err != nil {
		t.Fatal(err)
	}
	was["version"] = "v1.2.0"
	if raw, err = json.Marshal(was); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := add(); !strings.Contains(out, ", v1.2.0 before\nChanged: fasttrack.json\nNext: sam deploy in ") {
		t.Errorf("after an upgrade, it says\n%s", out)
	}
}
