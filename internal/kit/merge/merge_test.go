package merge_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// hooks is the least that a team's template has.
const hooks = `Resources:
  HooksFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: hooks/, Runtime: python3.13, Handler: handler.handler}
`

// open opens a folder whose template has the given text.
func open(t *testing.T, template string) *folder.Folder {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, folder.TemplateFile), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func merged(t *testing.T, template string) *yaml.Node {
	t.Helper()
	m, err := merge.Merge(open(t, template), merge.Options{Version: "v1.2.3", Architecture: "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, m.Template)
}

func parsed(t *testing.T, template []byte) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Load(template, &doc); err != nil {
		t.Fatalf("%v:\n%s", err, template)
	}
	return doc.Content[0]
}

// names returns the names of a section.
func names(root *yaml.Node, section string) []string {
	var list []string
	if n := folder.Member(root, section); n != nil {
		for i := 0; i+1 < len(n.Content); i += 2 {
			list = append(list, n.Content[i].Value)
		}
	}
	slices.Sort(list)
	return list
}

// text returns a part of a template as YAML.
func text(t *testing.T, root *yaml.Node, path ...string) string {
	t.Helper()
	n := root
	for _, key := range path {
		n = folder.Member(n, key)
	}
	if n == nil {
		return ""
	}
	out, err := yaml.Dump(n, yaml.WithLineWidth(-1))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The whole engine is in a merged template: what is missing is the samples' own, by name.
func TestMerge_KeepsTheEngine(t *testing.T) {
	reference, got := parsed(t, fasttrack.Template), merged(t, hooks)
	for section, gone := range map[string][]string{
		"Resources":  {"DemoTable", "GrantDemoFunction", "GrantDemoLogs", "GrantDemoRole", "HooksRole"},
		"Parameters": {"DemoStrategy", "HookInvokeArns", "HookSecretArns"},
		"Conditions": {"HasDemoStrategy", "HasHookInvokes", "HasHookSecretKeys", "HasHookSecrets"},
		"Mappings":   nil,
		"Rules":      nil,
		"Outputs":    nil,
	} {
		want := slices.DeleteFunc(names(reference, section), func(name string) bool { return slices.Contains(gone, name) })
		if diff := cmp.Diff(want, names(got, section)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", section, diff)
		}
	}
	for _, name := range []string{"DemoStrategy", "HookInvokeArns", "HookSecretArns", "grant-demo", "HasDemo", "HooksRole"} {
		if strings.Contains(text(t, got), name) {
			t.Errorf("the merged template speaks of %s", name)
		}
	}
	if folder.Member(got, "Globals") != nil {
		t.Error("the merged template has Globals, which would apply to both")
	}
}

// The code of each function of the engine is the .zip file of its name.
func TestMerge_NamesTheEngineFunctions(t *testing.T) {
	m, err := merge.Merge(open(t, hooks), merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for id, name := range m.Engine {
		got = append(got, name)
		if uri := text(t, parsed(t, m.Template), "Resources", id, "Properties", "CodeUri"); uri != name+".zip\n" {
			t.Errorf("%s has its code in %s", id, uri)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(slices.Sorted(slices.Values(functions.Names())), got); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
}
