package pack_test

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
)

// team writes a team's folder, whose HooksFunction has its code in hooks.
func team(t *testing.T, runtime, handler string, files map[string]string) *folder.Folder {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{folder.TemplateFile: "Resources:\n  HooksFunction:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: hooks/, Runtime: " + runtime + ", Handler: " + handler + "}\n"})
	write(t, dir, files)
	return open(t, dir)
}

func open(t *testing.T, dir string) *folder.Folder {
	t.Helper()
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// packed stages the hooks, and returns the names in the .zip and its path.
func packed(t *testing.T, f *folder.Folder, target pack.Target) (names []string, file string) {
	t.Helper()
	dir := filepath.Join(f.Path(folder.Made), "package", folder.HooksFunction)
	if err := pack.Stage(t.Context(), f, f.Functions[0], dir, target); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(f.Path(folder.Made), "HooksFunction.zip")
	if _, err := pack.Zip(dir, file); err != nil {
		t.Fatal(err)
	}
	r, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, entry := range r.File {
		names = append(names, entry.Name)
	}
	return names, file
}

// What a developer has beside the code stays out of the package: tests, caches, settings.
func TestStage_Python(t *testing.T) {
	f := team(t, "python3.9", "handler.handler", map[string]string{
		"hooks/handler.py": "import rules.one\nhandler = lambda event, context: None\n", "hooks/rules/one.py": "", "hooks/rules/__init__.py": "",
		"hooks/test_handler.py": "", "hooks/rules/one_test.py": "", "hooks/conftest.py": "", "hooks/tests/x.py": "",
		"hooks/__pycache__/handler.cpython-311.pyc": "", "hooks/.env": "TOKEN=secret", "hooks/.venv/x.py": "",
		"hooks/data.json": "{}",
	})
	names, _ := packed(t, f, pack.Lambda("arm64"))
	if want := []string{"data.json", "handler.py", "rules/__init__.py", "rules/one.py"}; !slices.Equal(names, want) {
		t.Errorf("the package has %q, want %q", names, want)
	}
}

func TestStage_Node(t *testing.T) {
	f := team(t, "nodejs22.x", "index.handler", map[string]string{
		"hooks/index.mjs": "export const handler = async () => ({});\n", "hooks/lib/rule.mjs": "", "hooks/index.test.mjs": "", "hooks/test/x.mjs": "",
		"hooks/.npmrc": "//registry.example.com/:_authToken=secret", "hooks/node_modules/vendored/index.js": "",
	})
	names, _ := packed(t, f, pack.Lambda("arm64"))
	if want := []string{"index.mjs", "lib/rule.mjs", "node_modules/vendored/index.js"}; !slices.Equal(names, want) {
		t.Errorf("the package has %q, want %q", names, want)
	}
}

// A mistake is one line with its place, and what was staged before stays.
func TestStage_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		runtime, handler string
		files            map[string]string
		want             string
	}{
		"no folder":            {"python3.9", "handler.handler", nil, "template.yaml:2: Resources.HooksFunction: CodeUri hooks is no folder"},
		"no handler":           {"python3.9", "handler.handler", map[string]string{"hooks/other.py": ""}, "template.yaml:2: Resources.HooksFunction: Handler handler.handler names no file: hooks/handler.py is missing"},
		"handler of no name":   {"python3.9", "handler", map[string]string{"hooks/handler.py": ""}, "Handler must be FILE.NAME"},
		"no handler for Node":  {"nodejs22.x", "index.handler", map[string]string{"hooks/other.mjs": ""}, "hooks/index.mjs is missing"},
		"syntax of Python":     {"python3.9", "handler.handler", map[string]string{"hooks/handler.py": "\n\ndef handler(:\n"}, "hooks/handler.py:3: SyntaxError: "},
		"indentation":          {"python3.9", "handler.handler", map[string]string{"hooks/handler.py": "", "hooks/rules/a.py": "if 1:\nx\n"}, "hooks/rules/a.py:2: IndentationError: "},
		"syntax of JavaScript": {"nodejs22.x", "index.handler", map[string]string{"hooks/index.mjs": "\n\nexport const = 1\n"}, "hooks/index.mjs:3: SyntaxError: "},
		"a folder is required": {"python3.9", "handler.handler", map[string]string{"hooks/handler.py": "", "hooks/requirements.txt": "-r more.txt\n", "hooks/more.txt": "\n-e ../lib\n"}, "hooks/requirements.txt: line 2: -e ../lib is a folder"},
		"manifest":             {"nodejs22.x", "index.handler", map[string]string{"hooks/index.mjs": "", "hooks/package.json": "{"}, "hooks/package.json: unexpected end"},
		"folder of this machine": {"nodejs22.x", "index.handler", map[string]string{"hooks/index.mjs": "", "hooks/package.json": `{"dependencies":{"a":"file:../a"}}`},
			"hooks/package.json: dependency a is a folder of this machine"},
		"compile error": {"provided.al2023", "bootstrap", map[string]string{"go.mod": "module example.com/team\n\ngo 1.24\n", "hooks/main.go": "package main\n\nfunc main() { x }\n"}, "hooks/main.go:3:15: undefined: x"},
		"no main":       {"provided.al2023", "bootstrap", map[string]string{"go.mod": "module example.com/team\n\ngo 1.24\n", "hooks/main.go": "package hooks\n"}, "hooks: must be a program"},
		"no module":     {"provided.al2023", "bootstrap", map[string]string{"hooks/main.go": "package main\n"}, "go.mod"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(c.want, "Error: ") {
				needs(t, map[bool]string{true: "python3", false: "node"}[strings.HasPrefix(c.runtime, "python")])
			}
			f := team(t, c.runtime, c.handler, c.files)
			dir := filepath.Join(f.Path(folder.Made), "local", folder.HooksFunction)
			write(t, dir, map[string]string{"before": "kept"})
			err := pack.Stage(t.Context(), f, f.Functions[0], dir, pack.Lambda(runtime.GOARCH))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(strings.TrimSpace(err.Error()), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "before")); err != nil {
				t.Errorf("what was staged before: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*")); len(left) > 0 {
				t.Errorf("it leaves %q", left)
			}
		})
	}
}

func TestStage_RefusesLinks(t *testing.T) {
	f := team(t, "python3.9", "handler.handler", map[string]string{"hooks/handler.py": "", "secret.txt": "s"})
	if err := os.Symlink("../secret.txt", f.Path("hooks/link.txt")); err != nil {
		t.Skip(err)
	}
	err := pack.Stage(t.Context(), f, f.Functions[0], filepath.Join(t.TempDir(), "x"), pack.Here())
	if err == nil || !strings.Contains(err.Error(), "hooks/link.txt: is no regular file") {
		t.Errorf("got %v", err)
	}
}

// The same content is the same bytes, whenever and by whom it was written.
func TestZip(t *testing.T) {
	files := map[string]string{"a": "1", "b/c": "2", "b/a": "3"}
	one, two := t.TempDir(), t.TempDir()
	write(t, one, files)
	write(t, two, files)
	if err := os.Chmod(filepath.Join(two, "a"), 0o640); err != nil { // #nosec G302 -- the mode of another person's file
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.zip")
	for i, c := range []struct {
		dir     string
		changed bool
	}{{one, true}, {one, false}, {two, false}} {
		if changed, err := pack.Zip(c.dir, file); err != nil || changed != c.changed {
			t.Errorf("%d: changed %v (%v), want %v", i, changed, err, c.changed)
		}
	}
	if err := os.Chmod(filepath.Join(two, "a"), 0o700); err != nil { // #nosec G302 -- a program
		t.Fatal(err)
	}
	if changed, err := pack.Zip(two, file); err != nil || !changed {
		t.Errorf("a file became a program: changed %v (%v)", changed, err)
	}
	r, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in, err := r.File[2].Open()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(in); err != nil || r.File[2].Name != "b/c" || string(text) != "2" || r.File[0].Mode().Perm() != 0o755 {
		t.Errorf("it has %s with %q, and %v (%v)", r.File[2].Name, text, r.File[0].Mode(), err)
	}
}

// Another part of a build that fails ends this one. It then has no mistake of its own,
// which would hide that one's.
func TestStage_Cancelled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are shell scripts")
	}
	for _, tc := range []struct {
		program, runtime, handler string
		files                     map[string]string
	}{
		{"go", "provided.al2023", "bootstrap", map[string]string{"go.mod": "module example.com/team\n\ngo 1.24\n", "hooks/main.go": "package main\n\nfunc main() {}\n"}},
		{"python3", "python3.9", "handler.handler", map[string]string{"hooks/handler.py": "handler = None\n"}},
		{"python3", "python3.9", "handler.handler", map[string]string{"hooks/handler.py": "handler = None\n", "hooks/requirements.txt": "x\n"}},
		{"node", "nodejs22.x", "index.handler", map[string]string{"hooks/index.mjs": "export const handler = null;\n"}},
		{"npm", "nodejs22.x", "index.handler", map[string]string{"hooks/index.mjs": "export const handler = null;\n", "hooks/package.json": `{"dependencies":{"x":"1"}}`}},
	} {
		t.Run(tc.program+" "+tc.runtime, func(t *testing.T) {
			// The program says that it runs, and goes on until it is killed.
			bin, f := t.TempDir(), team(t, tc.runtime, tc.handler, tc.files)
			started := filepath.Join(bin, "started")
			if err := os.WriteFile(filepath.Join(bin, tc.program), []byte("#!/bin/sh\n: >"+started+"\nexec sleep 60\n"), 0o700); err != nil { // #nosec G306 -- it is run
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+":/bin:/usr/bin")
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			go func() {
				for ctx.Err() == nil {
					if _, err := os.Stat(started); err == nil {
						cancel()
					}
					time.Sleep(time.Millisecond)
				}
			}()
			if err := pack.Stage(ctx, f, f.Functions[0], filepath.Join(t.TempDir(), "x"), pack.Lambda("arm64")); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		})
	}
}
