package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tree has no word that has a better one, but where notclean.txt says so.
func TestTree(t *testing.T) {
	findings, err := check("../..", notClean, exceptions)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// Sentences as they must not be written, and what is found in them.
var planted = []struct{ sentence, found string }{
	{"The API answers with the run.", "the run"},
	{"What is asked of a hook is one document.", "What is asked"},
	{"A hook is asked twice.", "is asked"},
	{"The act is stored.", "The act"},
	{"A hook's answer decides.", "hook's answer"},
	{"It hears of each change.", "hears"},
	{"Those who may decide get a message.", "Those who may decide"},
	{"It goes to those who are meant.", "those who are meant"},
	{"Grace is told.", "told"},
	{"matches tells whether it matches.", "tells"},
	{"Access is taken back at its end.", "taken back"},
	{"The group gives access.", "gives access"},
	{"Then access is gone.", "access is gone"},
	{"find gives the first.", "gives"},
	{"A number was expected.", "was expected"},
	{"Thus there is no such flow.", "there is no"},
	{"x is no flow.", "is no flow"},
	{"The item is not there.", "is not there"},
	{"The version is not known.", "is not known"},
	{"A request that on_request approved.", "on_request approved"},
	{"It is tried again.", "tried again"},
	{"A request stands still.", "stands still"},
	{"The document is not in order.", "not in order"},
	{"Nothing goes wrong.", "goes wrong"},
	{"It is in the way of a deployment.", "in the way of"},
	{"Get going what died.", "Get going"},
	{"There was nothing to do but wait.", "nothing to do but"},
	{"Loads the request of an execution.", "the request"},
}

func TestEachRuleFindsASentence(t *testing.T) {
	compiled := compile(rules)
	used := map[string]bool{}
	for _, p := range planted {
		var found []string
		for _, kind := range []Kind{Comment, Prose} {
			for i, r := range compiled {
				for _, f := range find(compiled[i:i+1], Text{File: "internal/run/x.go", Line: 1, Kind: kind, Body: p.sentence}) {
					used[r.Not] = true
					found = append(found, f.Text)
				}
			}
		}
		if !strings.Contains(strings.Join(found, "|"), p.found) {
			t.Errorf("%q: found %q, want %q", p.sentence, found, p.found)
		}
	}
	for _, r := range rules {
		if !used[r.Not] {
			t.Errorf("no planted sentence has %s", r.Not)
		}
	}
}

func TestFineSentences(t *testing.T) {
	for _, sentence := range []string{
		"`make run` runs the tests.",
		"It gives up after three attempts.",
		"Approve the request, or deny it.",
		"Try again in a minute.",
		"The list is in order of time.",
		"A person acts on a request.",
		"Use `there is no` in code.",
	} {
		for _, kind := range []Kind{Message, Prose} {
			for _, text := range textsOf("docs/x.md", []byte(sentence)) {
				text.Kind = kind
				for _, f := range find(compile(rules), text) {
					t.Errorf("%q: %v", sentence, f)
				}
			}
		}
	}
}

// A sentence is found wherever English stands, at its line; a phrase also where
// the line breaks.
func TestWhereEnglishStands(t *testing.T) {
	for file, c := range map[string]struct {
		text string
		line int
	}{
		"docs/page.md":   {"# Page\n\nFine.\n\nAccess is taken\nback at its end.\n", 5},
		"README.md":      {"| a | b |\n|---|---|\n| x | Grace is told |\n", 3},
		"CHANGELOG.md":   {"# Changelog\n\n## Unreleased\n\n- Grace is told.\n\n## 0.1.0\n\n- Grace was told.\n", 5},
		"x/x.go":         {"package x\n\n// Find gives\n// one.\nfunc Find() {}\n", 3},
		"x/y.go":         {"package x\n\nvar err = errors.New(\"a number was expected\")\n", 3},
		"x/raw.go":       {"package x\n\nconst help = `Usage:\n  there is no flow`\n", 4},
		"x/y_test.go":    {"package x\n\n// Grace is told.\nvar x = \"Grace is told\"\n", 3},
		"template.yaml":  {"A:\n  Description: Fine.\n  AlarmDescription: Access was taken back.\n", 3},
		"flows.yaml":     {"flows:\n  # Grace is told\n  - name: x\n", 2},
		"schema/a.json":  {"{\n  \"description\": \"Access is given.\"\n}\n", 2},
		"machine.json":   {"{\n  \"Comment\": \"Grace is told.\"\n}\n", 2},
		"Makefile":       {"help: ## Say what there is\nx: ## Hooks are asked\n", 2},
		"x/test.txtar":   {"# Grace is told.\nexec x\n", 1},
		"examples/x.py":  {"import x\n# Grace is told.\n", 2},
		"docs/long.md":   {strings.Repeat("One word. ", 46) + "\n", 1},
		"docs/slow.md":   {"# Slow\n\n" + strings.Repeat("word ", 21) + ".\n", 1},
		"docs/cell.md":   {"| a |\n|---|\n| " + strings.Repeat("word ", maxCell+1) + "|\n", 3},
		"docs/items.md":  {"- " + strings.Repeat("word ", 91) + "\n", 1},
		"docs/nested.md": {"1. Fine.\n   - Fine.\n\n     Grace is told.\n", 4},
	} {
		t.Run(file, func(t *testing.T) {
			findings := checkFiles(t, map[string]string{file: c.text}, "")
			if len(findings) != 1 || findings[0].File != file || findings[0].Line != c.line {
				t.Errorf("got %v, want one finding at %s:%d", findings, file, c.line)
			}
		})
	}
}

func TestCodeIsNotEnglish(t *testing.T) {
	for file, text := range map[string]string{
		"docs/page.md":      "# Page\n\n```\nthere is no flow\n```\n\nUse `told`.\n",
		"docs/table.md":     "| a |\n|---|\n| " + strings.Repeat("word ", maxCell) + "|\n",
		"docs/fragments.md": "- " + strings.Repeat("word ", 40) + "\n- " + strings.Repeat("word ", 40) + "\n",
		"x/x.go":            "package x\n\nvar told = \"told\"\n\n//\ttold := there is no\n",
		"decisions/a.bin":   "told",
	} {
		for _, f := range checkFiles(t, map[string]string{file: text}, "") {
			t.Errorf("%s: %v", file, f)
		}
	}
}

func TestListOnlyShrinks(t *testing.T) {
	dirty := map[string]string{"x/x.go": "package x\n\n// told\n", "x/x_test.go": "package x\n", "y/y.go": "package y\n"}
	if found := checkFiles(t, dirty, "x  somebody\n"); len(found) != 0 {
		t.Errorf("a listed folder: %v", found)
	}
	for _, list := range []string{"x\ny  is clean\n", "x\nx:tests\n", "x\nz  does not exist\n"} {
		if found := checkFiles(t, dirty, list); len(found) != 1 || found[0].File != listFile || found[0].Line != 2 {
			t.Errorf("list %q: %v, want its second line", list, found)
		}
	}
}

func TestExceptions(t *testing.T) {
	root := write(t, map[string]string{"x/x.go": "package x\n\n// AWS is told.\n"})
	for text, want := range map[string]int{"AWS is told": 0, "Grace is told": 2} {
		found, err := check(root, "", []Exception{{File: "x/x.go", Text: text, Reason: "a test"}})
		if err != nil || len(found) != want {
			t.Errorf("exception for %q: %v, %v; want %d findings", text, found, err, want)
		}
	}
	for _, e := range exceptions {
		if e.Reason == "" {
			t.Errorf("%s: %q has no reason", e.File, e.Text)
		}
	}
}

func checkFiles(t *testing.T, files map[string]string, list string) []Finding {
	t.Helper()
	findings, err := check(write(t, files), list, nil)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
