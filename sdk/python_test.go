package sdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python returns the interpreter of this machine, of the lowest version or newer.
func python(t *testing.T) string {
	t.Helper()
	if exec.Command("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))").Run() != nil {
		t.Skip("python3 is missing, or older than 3.9")
	}
	return "python3"
}

// The Python package passes its tests.
func TestPythonTests(t *testing.T) {
	t.Parallel()
	interpreter := python(t)
	files, err := filepath.Glob("python/tests/test_*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in python/tests: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".py")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			unittest(t, interpreter, "python", "tests."+name)
		})
	}
}

// unittest runs tests in Python, of a module or, without one, of all in a folder.
func unittest(t *testing.T, interpreter, folder string, modules ...string) {
	t.Helper()
	path, err := filepath.Abs("python")
	if err != nil {
		t.Fatal(err)
	}
	test := exec.CommandContext(t.Context(), interpreter, append([]string{"-m", "unittest"}, modules...)...)
	test.Dir = folder
	test.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+path)
	out, err := test.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Ran 0 tests") {
		t.Errorf("%v\n%s", err, out)
	}
}
