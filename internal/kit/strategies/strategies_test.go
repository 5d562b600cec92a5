package strategies_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
)

func options(name, version string) strategies.Options {
	return strategies.Options{Name: name, Version: version, Architecture: "x86_64", Binary: []byte("the binary of " + version)}
}

// Each folder of the repository with a template is a strategy, which has a binary in a
// release and a line in the documentation.
func TestAll(t *testing.T) {
	const root = "../../../"
	templates, err := filepath.Glob(root + "strategies/*/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var folders, names []string
	for _, path := range templates {
		folders = append(folders, filepath.Base(filepath.Dir(path)))
	}
	page, err := os.ReadFile(root + "docs/strategies.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strategies.All {
		names = append(names, s.Name)
		if line := "| [" + s.Name + "](strategies/" + s.Name + ".md) | " + s.About + " |"; !strings.Contains(string(page), line) {
			t.Errorf("docs/strategies.md has no line %q", line)
		}
	}
	if !slices.Equal(names, folders) || !slices.Equal(names, engine.Strategies) {
		t.Errorf("there are %q, with templates of %q and binaries of %q", names, folders, engine.Strategies)
	}
}

func TestFind(t *testing.T) {
	if s, err := strategies.Find("github"); err != nil || s.Name != "github" {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, name := range []string{"", "okta", "../okta-group", "OKTA-GROUP"} {
		if _, err := strategies.Find(name); err == nil || !strings.Contains(err.Error(), "there are eks, github, google-group, okta-group, postgres") {
			t.Errorf("%q: got %v, want the names that there are", name, err)
		}
	}
}

// The template names the package beside it, for the one processor, and needs no build. All
// else is as in the repository.
func TestFiles(t *testing.T) {
	for _, s := range strategies.All {
		files, err := strategies.Files(options(s.Name, "v1.2.3"))
		if err != nil {
			t.Fatal(err)
		}
		content := map[string][]byte{}
		for _, f := range files {
			content[f.Name] = f.Data
		}
		if got := programs(t, content[s.Name+".zip"]); got != "bootstrap -rwxr-xr-x the binary of v1.2.3" {
			t.Errorf("%s: its package has %q", s.Name, got)
		}
		if !strings.Contains("\n"+string(content[".gitignore"]), "\n/"+s.Name+".zip\n") {
			t.Errorf("%s: git does not ignore the package:\n%s", s.Name, content[".gitignore"])
		}
		root := parse(t, content["template.yaml"])
		for path, want := range map[string]string{
			"Metadata/Fasttrack/Strategy": s.Name, "Metadata/Fasttrack/Version": "v1.2.3",
			"Parameters/Architecture/Default": "x86_64", "Resources/Function/Properties/CodeUri": s.Name + ".zip",
			"Resources/Function/Properties/Handler": "bootstrap",
		} {
			if n := folder.Member(root, strings.Split(path, "/")...); n == nil || n.Value != want {
				t.Errorf("%s: %s is %v, want %s", s.Name, path, n, want)
			}
		}
		if allowed := folder.Member(root, "Parameters", "Architecture", "AllowedValues"); len(allowed.Content) != 1 || allowed.Content[0].Value != "x86_64" {
			t.Errorf("%s: it can be deployed for another processor", s.Name)
		}
		if folder.Member(root, "Resources", "Function", "Metadata") != nil {
			t.Errorf("%s: sam build would build it", s.Name)
		}
		original, err := os.ReadFile("../../../strategies/" + s.Name + "/template.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(original)) {
			if changed := []string{"BuildMethod", "CodeUri", "arm64", "It must be the one that was built for"}; slices.ContainsFunc(changed, func(c string) bool { return strings.Contains(line, c) }) {
				continue
			}
			if !strings.Contains(string(content["template.yaml"]), line) {
				t.Errorf("%s: the template lacks %q", s.Name, line)
			}
		}
	}
}

// Written once more, nothing changes; another version replaces what was written, and no
// other file.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "strategies", "okta-group")
	all := []string{".gitignore", "okta-group.zip", "template.yaml", "fasttrack.json"}
	write := func(version string, want ...string) {
		t.Helper()
		if changed, err := strategies.Write(dir, options("okta-group", version)); err != nil || !slices.Equal(changed, want) {
			t.Errorf("%s: changed %q (%v), want %q", version, changed, err, want)
		}
	}
	write("v1.2.3", all...)
	write("v1.2.3")
	own := filepath.Join(dir, "samconfig.toml")
	if err := os.WriteFile(own, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	write("v1.3.0", "okta-group.zip", "template.yaml", "fasttrack.json")
	if got, err := os.ReadFile(own); err != nil || string(got) != "mine" {
		t.Errorf("samconfig.toml is %q (%v)", got, err)
	}
	// As git clones it.
	remove(t, dir, "okta-group.zip")
	write("v1.3.0", "okta-group.zip")
	// Who commits the package removes what ignores it.
	remove(t, dir, ".gitignore")
	write("v1.2.3", "okta-group.zip", "template.yaml", "fasttrack.json")
	remove(t, dir, "template.yaml")
	write("v1.2.3", "template.yaml")
	// A call that was interrupted left the new template with the old manifest.
	files, err := strategies.Files(options("okta-group", "v1.4.0"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), files[2].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	write("v1.4.0", "okta-group.zip", "fasttrack.json")
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the folder are %v (%v)", entries, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "okta-group.zip")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the package is %v (%v), want one that a team shares", info.Mode(), err)
	}
}

// A folder that is not the strategy's own stays as it is.
func TestWrite_Refuses(t *testing.T) {
	for want, prepare := range map[string]func(t *testing.T, dir string){
		"is not empty: it has main.go":               func(t *testing.T, dir string) { put(t, dir, "main.go", "package main") },
		"is a file; name another folder with --into": func(t *testing.T, dir string) { put(t, filepath.Dir(dir), filepath.Base(dir), "text") },
		"not a directory": func(t *testing.T, dir string) {
			put(t, filepath.Dir(filepath.Dir(dir)), filepath.Base(filepath.Dir(dir)), "text")
		},
		"has the strategy github": func(t *testing.T, dir string) {
			if _, err := strategies.Write(dir, options("github", "v1.2.3")); err != nil {
				t.Fatal(err)
			}
		},
		"template.yaml was changed since fasttrack v1.2.3 wrote it": func(t *testing.T, dir string) {
			if _, err := strategies.Write(dir, options("eks", "v1.2.3")); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "template.yaml", "Resources: {}")
		},
		"fasttrack.json is not what `fasttrack strategies add` writes": func(t *testing.T, dir string) { put(t, dir, "fasttrack.json", "{") },
	} {
		base := t.TempDir()
		dir := filepath.Join(base, "a", "b")
		prepare(t, dir)
		before := tree(t, base)
		if changed, err := strategies.Write(dir, options("eks", "v1.3.0")); err == nil || changed != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("changed %q, %v; want an error that says %q", changed, err, want)
		}
		if after := tree(t, base); before != after {
			t.Errorf("%s: it left\n%s\nwant\n%s", want, after, before)
		}
	}
}

func TestFindWritten(t *testing.T) {
	root := t.TempDir()
	for dir, name := range map[string]string{"strategies/eks": "eks", "access/of/billing": "postgres", ".fasttrack/eks": "eks", "node_modules/eks": "eks", "a/b/c/d/e": "eks"} {
		if _, err := strategies.Write(filepath.Join(root, dir), options(name, "v1.2.3")); err != nil {
			t.Fatal(err)
		}
	}
	written, err := strategies.FindWritten(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range written {
		got = append(got, w.Dir+" "+w.Strategy+" "+w.Version+" "+w.Architecture)
	}
	if want := []string{"access/of/billing postgres v1.2.3 x86_64", "strategies/eks eks v1.2.3 x86_64"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	put(t, filepath.Join(root, "strategies", "eks"), "fasttrack.json", "{}")
	if _, err := strategies.FindWritten(root); err == nil || !strings.Contains(err.Error(), filepath.Join("strategies", "eks", "fasttrack.json")) {
		t.Errorf("a broken manifest: %v", err)
	}
}

// programs describes the files of a .zip.
func programs(t *testing.T, data []byte) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Name+" "+f.Mode().String()+" "+string(content))
	}
	return strings.Join(all, "\n")
}

func parse(t *testing.T, template []byte) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Load(template, &doc); err != nil {
		t.Fatalf("%v\n%s", err, template)
	}
	return doc.Content[0]
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// tree returns all files below a folder, with their contents.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		b.WriteString(path + "\n")
		if !d.IsDir() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.Write(content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
