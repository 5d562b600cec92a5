// Package modules_test installs the command and builds what authors write from the
// modules as they are released, out of a file proxy.
package modules_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/fasttrack-dev/fasttrack/e2e/moduleproxy"
	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

const (
	main     = modules.Main
	released = "v1.2.3"
)

// What people get from the released modules.
func TestModules(t *testing.T) {
	w := release(t)
	t.Run("command", w.installs)
	t.Run("function", w.buildsFunctions)
	for _, name := range modules.Nested {
		t.Run(name, func(t *testing.T) { w.builds(t, name) })
	}
}

// installs installs the command. `go install` refuses a go.mod with a replace, and takes
// the nested modules at the versions that go.mod requires. The command builds a strategy
// from the module that it came from.
func (w world) installs(t *testing.T) {
	w.run(t, w.dir, "install", main+"/cmd/fasttrack@"+released)
	command := filepath.Join(w.dir, "bin", "fasttrack")
	out, err := exec.Command(command, "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), released) {
		t.Errorf("its version is %s (%v), want %s", out, err, released)
	}
	info := w.run(t, w.dir, "version", "-m", command)
	for _, want := range []string{"mod\t" + main + "\t" + released, "dep\t" + main + "/hook\t" + released} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q in:\n%s", want, info)
		}
	}

	add := exec.Command(command, "strategies", "add", "postgres", "--arch", runtime.GOARCH)
	add.Dir, add.Env = t.TempDir(), append(slices.Clone(w.env), "GOCACHE="+strings.TrimSpace(w.run(t, w.dir, "env", "GOCACHE")), "XDG_CACHE_HOME="+t.TempDir())
	if out, err := add.CombinedOutput(); err != nil || !strings.Contains(string(out), "strategy postgres of fasttrack "+released+" for ") {
		t.Errorf("strategies add: %v\n%s", err, out)
	}
	if made, err := filepath.Glob(filepath.Join(add.Dir, "strategies", "postgres", "*")); err != nil || len(made) != 4 {
		t.Errorf("it writes %q (%v), want a template, a package, what was written and what git ignores", made, err)
	}
}

// buildsFunctions builds a function of the engine where the module cache has the module,
// by the module's own go.mod and go.sum.
func (w world) buildsFunctions(t *testing.T) {
	var m struct{ Dir string }
	if err := json.Unmarshal([]byte(w.run(t, w.dir, "mod", "download", "-json", main+"@"+released)), &m); err != nil {
		t.Fatal(err)
	}
	w.run(t, w.dir, "build", "-C", m.Dir, "-mod=readonly", "-o", os.DevNull, "./functions/record")
}

// builds builds an author's function that imports one SDK alone. Its module has what the
// SDK needs, and nothing of the command.
func (w world) builds(t *testing.T, name string) {
	sdk, dir := main+"/"+name, t.TempDir()
	program := map[string]string{"hook": "hook.Serve(hook.Flows{})", "strategy": "strategy.Serve(nil, nil, nil)"}[name]
	write(t, filepath.Join(dir, "main.go"), "package main\n\nimport \""+sdk+"\"\n\nfunc main() { "+program+" }\n")
	own := w.mod(t, name)
	write(t, filepath.Join(dir, "go.mod"), "module example.com/author\n\ngo "+own.Go.Version+"\n\nrequire "+sdk+" "+released+"\n")
	w.run(t, dir, "mod", "tidy")
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

// world is a folder, with the environment of who works in it.
type world struct {
	root, dir string
	env       []string
}

// release releases the checkout to a proxy.
func release(t *testing.T) world {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	w := world{root: root, dir: t.TempDir()}
	proxy := moduleproxy.New(filepath.Join(w.dir, "proxy"))
	if err := proxy.Release(root, released); err != nil {
		t.Fatal(err)
	}
	// Modules of others come from the module cache. What authors build is in it only
	// once the nested modules were built by themselves.
	for _, name := range modules.Nested {
		list := exec.Command("go", "list", "-deps", "./...")
		list.Dir, list.Env = filepath.Join(root, name), append(os.Environ(), "GOWORK=off")
		if out, err := list.CombinedOutput(); err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
	}
	env, err := proxy.Environ(filepath.Join(w.dir, "modules"))
	if err != nil {
		t.Fatal(err)
	}
	w.env = append(append(os.Environ(), env...), "GOBIN="+filepath.Join(w.dir, "bin"))
	return w
}

func write(t *testing.T, path, content string) {
	t.Helper()
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
