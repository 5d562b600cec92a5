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
			test := exec.CommandContext(t.Context(), interpreter, "-m", "unittest", "tests."+name)
			test.Dir = "python"
			test.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
			if out, err := test.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
