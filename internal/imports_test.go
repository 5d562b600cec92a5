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

const module = "github.com/fasttrack-dev/fasttrack/"

// beyond reports whether a package imports more than the standard library, whose
// packages have no dot in their first element, and the rooms named.
func beyond(rooms ...string) func(dep string) bool {
	return func(dep string) bool {
		first, _, _ := strings.Cut(dep, "/")
		return strings.Contains(first, ".") && !slices.Contains(rooms, strings.TrimPrefix(dep, module))
	}
}

// commands reports whether a package is the command line, or what it is made with.
func commands(dep string) bool {
	return dep == module+"internal/cli" || strings.HasPrefix(dep, "github.com/spf13/")
}

func TestImportsPointInward(t *testing.T) {
	for pkg, forbidden := range map[string]func(dep string) bool{
		// The rooms of the engine, from the ground up: each imports the standard
		// library, what texts and addresses are, and the rooms below it.
		"internal/strictjson":    beyond(),
		"internal/destination":   beyond("hook/email"),
		"internal/deliver":       beyond("api", "internal/destination", "internal/run", "internal/strictjson", "internal/text", "hook/email"),
		"internal/mail":          beyond("api", "internal/deliver", "internal/destination", "internal/run", "internal/strictjson", "internal/text", "hook/email"),
		"internal/run":           beyond("api", "internal/destination", "internal/strictjson", "internal/text", "hook/email"),
		"internal/fields":        beyond("api", "internal/strictjson", "internal/text", "hook/email"),
		"internal/hookapi":       beyond("api", "internal/destination", "internal/run", "internal/strictjson", "internal/text", "hook/email"),
		"internal/engine":        beyond("api", "internal/destination", "internal/hookapi", "internal/run", "internal/strictjson", "internal/text", "hook/email"),
		"internal/engine/stepfn": beyond("api", "internal/destination", "internal/engine", "internal/hookapi", "internal/run", "internal/strictjson", "internal/text", "hook/email"),
		// Every function links package step.
		"internal/step": func(dep string) bool {
			return strings.Contains(dep, "aws-sdk-go") || strings.HasPrefix(dep, module+"functions/")
		},
		// Who uses the public types gets the standard library with them.
		"api":             beyond(),
		"hook":            func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"hook/hooktest":   func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"functions/hooks": func(dep string) bool { return strings.HasPrefix(dep, module+"internal/") },
		"internal/digest": func(dep string) bool { return strings.Contains(dep, "aws") },
		"internal/flow":   func(dep string) bool { return strings.Contains(dep, "aws") },
		// What commands do is data in, data out: no flags, and no AWS where none is read.
		"internal/audit":          commands,
		"internal/flowcheck":      commands,
		"internal/hookfunc":       commands,
		"internal/simulate":       commands,
		"internal/backtest":       func(dep string) bool { return commands(dep) || strings.Contains(dep, "aws") },
		"internal/explain":        func(dep string) bool { return commands(dep) || strings.Contains(dep, "aws") },
		"internal/export":         func(dep string) bool { return commands(dep) || strings.Contains(dep, "aws") },
		"internal/hookcheck":      func(dep string) bool { return commands(dep) || strings.Contains(dep, "aws") },
		"internal/replay":         func(dep string) bool { return commands(dep) || strings.Contains(dep, "aws") },
		"internal/deployment":     commands,
		"internal/console/signin": func(dep string) bool { return strings.Contains(dep, "aws") || dep == "testing" },
		// No function that is deployed links the stand-in for AWS, or what only a console
		// on a person's own machine has.
		"functions/...": func(dep string) bool {
			return strings.HasPrefix(dep, module+"localaws") || dep == module+"internal/backtest" ||
				dep == module+"internal/console/backtestpage" || dep == module+"internal/console/localdoor"
		},
		// How localaws serves HTTP stays ignorant of the console: its option Front takes it.
		"internal/console": func(dep string) bool {
			return commands(dep) || strings.Contains(dep, "aws") || dep == module+"internal/backtest"
		},
	} {
		out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
		if err != nil {
			t.Fatalf("%s: %v", pkg, err)
		}
		for _, dep := range strings.Fields(string(out)) {
			if dep != module+pkg && forbidden(dep) {
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
