// Package internal_test holds the shape of the project: which package may know
// which.
package internal_test

import (
	"os/exec"
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
			return strings.Contains(first, ".") && !slices.Contains([]string{module + "internal/run", module + "internal/text", module + "hook/email"}, dep)
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
