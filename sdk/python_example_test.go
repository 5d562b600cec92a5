package sdk_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
)

const pythonExample = "../examples/sdk-python"

// The example's tests pass, and the conformance kit finds nothing in its
// hooks that call no other system.
func TestPythonExample(t *testing.T) {
	t.Parallel()
	unittest(t, python(t), pythonExample)
	function := pythonFunction(t, pythonExample, "handler")
	for _, name := range []string{"everything-goes", "aws-access"} {
		f, err := hookcheck.FlowOf(sample(t, name))
		if err != nil {
			t.Fatal(err)
		}
		conforms(t, function, f)
	}
}

// sample returns a flow of flows.yaml.
func sample(t *testing.T, name string) *flow.Flow {
	t.Helper()
	raw, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flows, err := flow.Parse("flows.yaml", raw)
	if err != nil {
		t.Fatal(err)
	}
	f, found := flows.Find(name)
	if !found {
		t.Fatalf("flows.yaml has no flow %s", name)
	}
	return f
}

// The programs of docs/hooks-python.md run as they stand there, with their tests.
func TestPythonDocs(t *testing.T) {
	t.Parallel()
	unittest(t, python(t), programs(t))
}

// programs writes the programs of the page to a folder. The first line of each names its file.
func programs(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../docs/hooks-python.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, block := range regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		name := regexp.MustCompile(`^# hooks/([a-z_]+\.py)\n`).FindStringSubmatch(block[1])
		if name == nil {
			t.Fatalf("the first line does not name the file:\n%s", block[1])
		}
		if err := os.WriteFile(filepath.Join(dir, name[1]), []byte(block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
