// Package modules_test installs the command and builds what authors write from the
// modules as they are released, out of a file proxy.
package modules_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const (
	main     = "github.com/fasttrack-dev/fasttrack"
	released = "v1.2.3" // of the main module; go.mod says those of the others
)

// nested are the folders of the nested modules.
var nested = []string{"hook", "strategy"}

// What people get from the released modules.
func TestModules(t *testing.T) {
	w := release(t)
	t.Run("command", w.installs)
	for _, name := range nested {
		t.Run(name, func(t *testing.T) { w.builds(t, name) })
	}
}

// installs installs the command. `go install` refuses a go.mod with a replace, and takes
// the nested modules at the versions that go.mod requires.
func (w world) installs(t *testing.T) {
	w.run(t, w.dir, "install", main+"/cmd/fasttrack@"+released)
	command := filepath.Join(w.dir, "bin", "fasttrack")
	out, err := exec.Command(command, "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), released) {
		t.Errorf("its version is %s (%v), want %s", out, err, released)
	}
	info := w.run(t, w.dir, "version", "-m", command)
	for _, want := range []string{"mod\t" + main + "\t" + released, "dep\t" + main + "/hook\t" + w.versions[main+"/hook"]} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q in:\n%s", want, info)
		}
	}
}

// builds builds an author's function that imports one SDK alone. Its module has what the
// SDK needs, and nothing of the command.
func (w world) builds(t *testing.T, name string) {
	sdk, dir := main+"/"+name, t.TempDir()
	program := map[string]string{"hook": "hook.Serve(hook.Flows{})", "strategy": "strategy.Serve(nil, nil, nil)"}[name]
	write(t, filepath.Join(dir, "main.go"), "package main\n\nimport \""+sdk+"\"\n\nfunc main() { "+program+" }\n")
	own := w.mod(t, name)
	write(t, filepath.Join(dir, "go.mod"), "module example.com/author\n\ngo "+own.Go.Version+"\n\nrequire "+sdk+" "+w.versions[sdk]+"\n")
	w.run(t, dir, "build", "-o", os.DevNull, ".")

	const lambda = "github.com/aws/aws-lambda-go"
	file := parse(t, filepath.Join(dir, "go.mod"))
	if got := requirements(file); !slices.Equal(got, []string{sdk, lambda}) {
		t.Errorf("it requires %q, want the SDK and %s", got, lambda)
	}
	for path := range strings.FieldsSeq(w.run(t, dir, "list", "-deps", ".")) {
		if strings.HasPrefix(path, "github.com/aws/aws-sdk-go-v2") {
			t.Errorf("it compiles %s", path)
		}
	}
	graph := w.graph(t, dir)
	if !slices.Contains(graph, lambda) {
		t.Errorf("the graph is %q", graph)
	}
	for _, path := range append(requirements(w.mod(t, ".")), main) {
		if path != sdk && !slices.Contains(requirements(own), path) && slices.Contains(graph, path) {
			t.Errorf("it has %s, which is the command's", path)
		}
	}
}

// world is a proxy with the modules as they would be released, and what calls it.
type world struct {
	root, dir string
	versions  map[string]string
	env       []string
}

// release writes the modules to a file proxy: the main one, and the nested ones at the
// versions that go.mod requires.
func release(t *testing.T) world {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	w := world{root: root, dir: t.TempDir(), versions: map[string]string{main: released}}
	file := w.mod(t, ".")
	if len(file.Replace) > 0 {
		t.Errorf("go.mod has a replace, which go install refuses: %s", file.Replace[0].Old.Path)
	}
	for _, r := range file.Require {
		if strings.HasPrefix(r.Mod.Path, main+"/") {
			w.versions[r.Mod.Path] = r.Mod.Version
		}
	}
	if len(w.versions) != 1+len(nested) {
		t.Fatalf("the modules are %v", w.versions)
	}
	proxy := filepath.Join(w.dir, "proxy")
	for path, version := range w.versions {
		publish(t, proxy, module.Version{Path: path, Version: version}, filepath.Join(root, strings.TrimPrefix(path, main)))
	}

	// Modules of others come from the module cache. What authors build is in it only
	// once the nested modules were built by themselves.
	for _, name := range nested {
		list := exec.Command("go", "list", "-deps", "./...")
		list.Dir, list.Env = filepath.Join(root, name), append(os.Environ(), "GOWORK=off")
		if out, err := list.CombinedOutput(); err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
	}
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(strings.TrimSpace(string(out)), "cache", "download")
	w.env = append(os.Environ(),
		"GOPROXY=file://"+filepath.ToSlash(proxy)+",file://"+filepath.ToSlash(cache), "GOSUMDB=off", "GONOPROXY=none", "GOPRIVATE=", "GOVCS=*:off",
		// A cache of its own: a version is one content there, for ever. -trimpath has
		// what is compiled shared with every other build.
		"GOMODCACHE="+filepath.Join(w.dir, "modules"), "GOBIN="+filepath.Join(w.dir, "bin"),
		"GOFLAGS=-mod=mod -modcacherw -trimpath -buildvcs=false", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	return w
}

// publish adds a version of the module in dir to a proxy
// (https://go.dev/ref/mod#goproxy-protocol).
func publish(t *testing.T, proxy string, m module.Version, dir string) {
	t.Helper()
	var files []zip.File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			nested := path != dir && exists(filepath.Join(path, "go.mod"))
			if built := slices.Contains([]string{".git", ".aws-sam", "build"}, d.Name()); nested || built {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() {
			name, err := filepath.Rel(dir, path)
			files = append(files, source{filepath.ToSlash(name), path})
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	if err := zip.Create(&content, m, files); err != nil {
		t.Fatalf("%s can't be released: %v", m.Path, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(proxy, filepath.FromSlash(m.Path), "@v")
	info, err := json.Marshal(map[string]any{"Version": m.Version, "Time": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(at, "list"), m.Version+"\n")
	write(t, filepath.Join(at, m.Version+".info"), string(info))
	write(t, filepath.Join(at, m.Version+".mod"), string(raw))
	write(t, filepath.Join(at, m.Version+".zip"), content.String())
}

// source is a file of a module.
type source struct{ name, at string }

func (s source) Path() string                 { return s.name }
func (s source) Lstat() (os.FileInfo, error)  { return os.Lstat(s.at) }
func (s source) Open() (io.ReadCloser, error) { return os.Open(s.at) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mod reads the go.mod of a module's folder.
func (w world) mod(t *testing.T, folder string) *modfile.File {
	t.Helper()
	return parse(t, filepath.Join(w.root, folder, "go.mod"))
}

func parse(t *testing.T, path string) *modfile.File {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(path, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func requirements(file *modfile.File) []string {
	var paths []string
	for _, r := range file.Require {
		paths = append(paths, r.Mod.Path)
	}
	return paths
}

// graph returns the paths of all modules that the module in dir could need.
func (w world) graph(t *testing.T, dir string) []string {
	var paths []string
	for _, version := range strings.Fields(w.run(t, dir, "mod", "graph")) {
		path, _, _ := strings.Cut(version, "@")
		paths = append(paths, path)
	}
	return paths
}

// run runs a go command in a folder and returns its output.
func (w world) run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.Command("go", args...)
	command.Dir, command.Env = dir, w.env
	var messages strings.Builder
	command.Stderr = &messages
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, messages.String())
	}
	return string(out)
}
