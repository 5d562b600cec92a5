package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// goProgram returns the program that a document shows.
func goProgram(t *testing.T, document string) string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindStringSubmatch(string(text))
	if program == nil {
		t.Fatalf("%s shows no program", document)
	}
	return program[1]
}

// The search that docs/hooks.md shows is that of an example whose output is
// checked.
func TestShownSearch(t *testing.T) {
	docs, err := os.ReadFile("../../docs/hooks.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../hook/example_prefetch_test.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)// services finds.*?\n}\n").FindString(string(docs))
	if shown == "" || !strings.Contains(string(source), shown) {
		t.Errorf("docs/hooks.md shows another search than the example:\n%s", shown)
	}
}

// README and docs show the program of examples/go-hooks. Its hook is that of the
// package's example, whose output is checked, and of the flow that ships.
func TestShownProgram(t *testing.T) {
	shown := goProgram(t, "../../README.md")
	program, err := os.ReadFile("../../examples/go-hooks/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(program) != shown {
		t.Errorf("README shows another program than examples/go-hooks/main.go:\n%s", shown)
	}
	if docs := goProgram(t, "../../docs/hooks.md"); docs != shown {
		t.Errorf("docs/hooks.md shows another program than README:\n%s", docs)
	}
	_, hooks, found := strings.Cut(shown, "// fastTrackEmergencies")
	if !found {
		t.Fatalf("it has no fastTrackEmergencies:\n%s", shown)
	}
	for _, file := range []string{"../../hook/example_test.go", "aws_access.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), strings.TrimSpace(hooks)) {
			t.Errorf("%s has other hooks than README shows", file)
		}
	}
}
