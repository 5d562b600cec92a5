package sdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// lowest is a program that fails in a Python that is older than 3.9.
const lowest = "import sys; sys.exit(sys.version_info < (3, 9))"

// python returns the interpreter of this machine, of the lowest version or newer.
func python(t *testing.T) string {
	t.Helper()
	if exec.Command("python3", "-c", lowest).Run() != nil {
		t.Skip("python3 is missing, or older than 3.9")
	}
	return "python3"
}

// The Python package passes its tests, with each interpreter of FASTTRACK_PYTHONS if that is
// set. Versions differ in what a connection does at its end, and in what a type is.
func TestPythonTests(t *testing.T) {
	t.Parallel()
	interpreters := []string{python(t)}
	if list := os.Getenv("FASTTRACK_PYTHONS"); list != "" {
		interpreters = strings.Fields(list)
	}
	files, err := filepath.Glob("python/tests/test_*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in python/tests: %v", err)
	}
	for _, interpreter := range interpreters {
		if exec.Command(interpreter, "-c", lowest).Run() != nil {
			t.Logf("%s is older than 3.9", interpreter)
			continue
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".py")
			t.Run(strings.TrimPrefix(interpreter, "/")+"/"+name, func(t *testing.T) {
				t.Parallel()
				unittest(t, interpreter, "python", "tests."+name)
			})
		}
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
