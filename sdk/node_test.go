package sdk_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/sdk"
)

// node returns Node.js of this machine.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node.js is not installed")
	}
	return path
}

// The SDK's own tests.
func TestNode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("node/test/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in node/test: %v", err)
	}
	if out, err := exec.Command(node(t), append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}

// The example works with the package as a team has it, and passes `fasttrack hooks check`.
func TestNode_Example(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	installNode(t, dir)
	if err := os.CopyFS(dir, os.DirFS("../examples/sdk-node")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(node(t), "--test", filepath.Join(dir, "index.test.mjs")).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
	flows, err := flow.Load("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, known := flows.Find("aws-access")
	if !known {
		t.Fatal("flows.yaml has no flow aws-access")
	}
	about, err := hookcheck.FlowOf(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range hookcheck.Check(t.Context(), startNode(t, filepath.Join(dir, "index.mjs")), about, hookcheck.Options{Guards: true}) {
		if len(r.Mistakes) > 0 {
			t.Errorf("%s: %s", r.Case, r.Mistakes)
		}
	}
}

// installNode installs the package in a folder, as `fasttrack build` does.
func installNode(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "node_modules", "@fasttrack-dev", "hooks"), sdk.Node); err != nil {
		t.Fatal(err)
	}
}

// Each module of the package is embedded with its types, and nothing else.
func TestNode_Embedded(t *testing.T) {
	raw, err := fs.ReadFile(sdk.Node, "package.json")
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Exports map[string]struct{ Types, Default string }
	}
	if err := json.Unmarshal(raw, &described); err != nil || len(described.Exports) == 0 {
		t.Fatalf("%v: %s", err, raw)
	}
	exported := []string{"package.json"}
	for _, e := range described.Exports {
		exported = append(exported, path.Clean(e.Types), path.Clean(e.Default))
	}
	slices.Sort(exported)
	var files []string
	err = fs.WalkDir(sdk.Node, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Dir(name) != "lib" {
			files = append(files, name)
		}
		return err
	})
	if err != nil || !slices.Equal(files, exported) {
		t.Errorf("embedded are %s, exported %s (%v)", files, exported, err)
	}
}

// The programs of docs/hooks-node.md run as they stand there, with their tests.
func TestNode_Docs(t *testing.T) {
	t.Parallel()
	dir := nodePrograms(t)
	tests, err := filepath.Glob(filepath.Join(dir, "hooks", "*.test.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("the page has no test: %v", err)
	}
	if out, err := exec.Command(node(t), append([]string{"--test"}, tests...)...).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}

var nodeProgram = regexp.MustCompile("(?s)```(?:js|ts)\n// (\\S+)\n(.*?)```")

// nodePrograms writes the programs of the page to a folder that has the package. The first
// line of each names its file.
func nodePrograms(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../docs/hooks-node.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	installNode(t, dir)
	programs := nodeProgram.FindAllSubmatch(page, -1)
	if fences := bytes.Count(page, []byte("```")); len(programs) == 0 || len(programs)*2 != fences {
		t.Fatalf("%d programs name their file, of %d", len(programs), fences/2)
	}
	for _, p := range programs {
		file := filepath.Join(dir, string(p[1]))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, p[2], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
