package lambda_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// A version is a number that stays while the package stays and changes with any
// file of it.
func TestVersion(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	version := func() string {
		s := newService(t, lambda.Options{}, func(f *lambda.Function) { f.Command = filepath.Join(dir, "bootstrap") })
		v, ok := s.Version("fixture")
		if !ok || !regexp.MustCompile(`^[1-9][0-9]*$`).MatchString(v) {
			t.Fatalf("version %q, want a number", v)
		}
		return v
	}
	write("bootstrap", "one")
	first := version()
	if again := version(); again != first {
		t.Errorf("same package, versions %s and %s", first, again)
	}
	write("flows.yaml", "flows: []")
	second := version()
	write("bootstrap", "two")
	third := version()
	if first == second || second == third || first == third {
		t.Errorf("versions %s, %s, %s of three packages, want three", first, second, third)
	}
}

// A missing binary, or one that can't be run, is an error at once.
func TestRegister_NoBinary(t *testing.T) {
	s := newService(t, lambda.Options{})
	missing := filepath.Join(t.TempDir(), "bootstrap")
	err := s.Register(lambda.Function{Name: "other", Command: missing})
	if err == nil || err.Error() != "function other: no binary at "+missing+": build it first" {
		t.Errorf("err = %v", err)
	}
	if err := os.WriteFile(missing, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Register(lambda.Function{Name: "other", Command: missing}); err == nil {
		t.Error("a file without the executable bit was registered")
	}
}
