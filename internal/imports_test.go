// Package internal_test holds the shape of the project: which package may know
// which.
package internal_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestImportsPointInward(t *testing.T) {
	const module = "github.com/fasttrack-dev/fasttrack/"
	for pkg, forbidden := range map[string]func(dep string) bool{
		// The domain is pure: nothing but the standard library, whose packages
		// have no dot in their first element, and what a text and an address are.
		"internal/run": func(dep string) bool {
			first, _, _ := strings.Cut(dep, "/")
			return strings.Contains(first, ".") && !slices.Contains([]string{module + "api", module + "internal/run", module + "internal/text", module + "hook/email"}, dep)
		},
		// Who uses the public types gets the standard library with them.
		"api": func(dep string) bool {
			first, _, _ := strings.Cut(dep, "/")
			return strings.Contains(first, ".") && dep != module+"api"
		},
		"hook":              func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"hook/hooktest":     func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"functions/hooks":   func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"internal/explain":  func(dep string) bool { return strings.Contains(dep, "aws") },
		"internal/export":   func(dep string) bool { return strings.Contains(dep, "aws") },
		"internal/digest":   func(dep string) bool { return strings.Contains(dep, "aws") },
		"internal/flow":     func(dep string) bool { return strings.Contains(dep, "aws") },
		"functions/request": func(dep string) bool { return strings.HasPrefix(dep, module+"localaws") },
		"functions/approve": func(dep string) bool { return strings.HasPrefix(dep, module+"localaws") },
		"functions/digest":  func(dep string) bool { return strings.HasPrefix(dep, module+"localaws") },
		"functions/record":  func(dep string) bool { return strings.HasPrefix(dep, module+"localaws") },
	} {
		out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
		if err != nil {
			t.Fatalf("%s: %v", pkg, err)
		}
		for _, dep := range strings.Fields(string(out)) {
			if forbidden(dep) {
				t.Errorf("%s imports %s", pkg, dep)
			}
		}
	}
}

// The functions share the types of package api, and link nothing of its client.
func TestFunctionsLinkNoClient(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "record")
	if out, err := exec.Command("go", "build", "-o", binary, "../functions/record").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	symbols, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	const pkg = "github.com/fasttrack-dev/fasttrack/api."
	if !strings.Contains(string(symbols), pkg+"Entry.MarshalJSON") {
		t.Error("no symbol of the types: this test looks for the wrong names")
	}
	for line := range strings.Lines(string(symbols)) {
		if strings.Contains(line, pkg+"(*Client)") {
			t.Errorf("linked: %s", line)
		}
	}
}
