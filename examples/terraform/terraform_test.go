// Package terraform_test compares the Terraform configuration with what it deploys.
package terraform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/build"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// The stack gets each parameter that has no default, and none that the engine's template
// lacks. Its outputs are the template's.
func TestParameters(t *testing.T) {
	raw, err := merge.Plain(merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Load(raw, &doc); err != nil {
		t.Fatal(err)
	}
	root := doc.Content[0]
	given := names(t, "fasttrack/main.tf", `(?s)parameters = merge\(var\.parameters, \{(.*?)\}`, `(?m)^\s+(\w+)\s+=`)
	given = append(given, names(t, "main.tf", `(?s)parameters = \{(.*?)\}`, `(?m)^\s+(\w+)\s+=`)...)
	parameters := folder.Member(root, "Parameters")
	for _, name := range given {
		if folder.Member(parameters, name) == nil {
			t.Errorf("the engine's template has no parameter %s", name)
		}
	}
	for i := 0; i+1 < len(parameters.Content); i += 2 {
		name := parameters.Content[i].Value
		if folder.Member(parameters.Content[i+1], "Default") == nil && !slices.Contains(given, name) {
			t.Errorf("the parameter %s is not set", name)
		}
	}
	for _, name := range names(t, "fasttrack/outputs.tf", `(?s)(.*)`, `outputs\["(\w+)"\]`) {
		if folder.Member(folder.Member(root, "Outputs"), name) == nil {
			t.Errorf("the engine's template has no output %s", name)
		}
	}
}

// What is uploaded is what `fasttrack build --plain` makes.
func TestPackages(t *testing.T) {
	var want []string
	for _, f := range engine.Functions {
		want = append(want, f.Name+".zip")
	}
	if got := names(t, "fasttrack/main.tf", `(?s)code = toset\(\[(.*?)\]\)`, `"([^"]+)"`); !slices.Equal(got, want) {
		t.Errorf("uploaded are %q, want %q", got, want)
	}
	for _, file := range append(names(t, "fasttrack/main.tf", `template = (".*")`, `\$\{var\.built\}/([^"]+)"`), names(t, "hooks.tf", `(?m)^\s+filename\s+= (.*)$`, `\$\{local\.built\}/([^"]+)"`)...) {
		if file != build.PlainFile && file != folder.HooksFunction+".zip" {
			t.Errorf("%s is not made", file)
		}
	}
	if got := names(t, "main.tf", `(?m)^\s+built = (.*)$`, `\$\{path\.module\}/([^"]+)"`); !slices.Equal(got, []string{folder.Made}) {
		t.Errorf("it is read from %q, want %s", got, folder.Made)
	}
}

// The hook function is that of a new folder in Python.
func TestHooks(t *testing.T) {
	raw, err := os.ReadFile("../../internal/kit/starter/files/python/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for property, argument := range map[string]string{"Runtime": "runtime", "Handler": "handler"} {
		got := names(t, "hooks.tf", `(?m)^\s+`+argument+`\s+= (.*)$`, `"([^"]+)"`)
		if len(got) != 1 || !strings.Contains(string(raw), property+": "+got[0]+"\n") {
			t.Errorf("its %s is %q, want that of the starter", argument, got)
		}
	}
}

func TestFormat(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	if out, err := exec.Command(terraform, "fmt", "-check", "-diff", "-recursive", ".").CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}

// names returns what the second pattern finds in the one place that the first one finds.
func names(t *testing.T, file, in, each string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	places := regexp.MustCompile(in).FindAllSubmatch(raw, -1)
	if len(places) != 1 {
		t.Fatalf("%s has %d places like %s, want one", file, len(places), in)
	}
	var found []string
	for _, m := range regexp.MustCompile(each).FindAllSubmatch(places[0][1], -1) {
		found = append(found, string(m[1]))
	}
	if len(found) == 0 {
		t.Fatalf("%s: no %s in %s", file, each, places[0][1])
	}
	return found
}
