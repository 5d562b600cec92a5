package internal_test

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The files of a room can be read in an order in which each uses only those that
// come later: no arrow between them runs back. Package run, when it held all of the
// rooms, had 52 of its 67 files in one circle.
func TestFilesOfARoomUseNoneInACircle(t *testing.T) {
	exports := exportsOf(t)
	for _, room := range rooms {
		files := usesOf(t, filepath.FromSlash(room), exports)
		if circle := circleIn(files); circle != nil {
			t.Errorf("internal/%s: %s", room, strings.Join(circle, " uses "))
		}
	}
}

func TestCirclesAreFound(t *testing.T) {
	line := map[string][]string{"a.go": {"b.go", "c.go"}, "b.go": {"c.go"}, "c.go": nil}
	if circle := circleIn(line); circle != nil {
		t.Errorf("got %v, want none", circle)
	}
	line["c.go"] = []string{"b.go"}
	if circle, want := circleIn(line), []string{"b.go", "c.go", "b.go"}; !slices.Equal(circle, want) {
		t.Errorf("got %v, want %v", circle, want)
	}
}

// exportsOf returns the file with the compiler's export data of each package that
// the rooms import.
func exportsOf(t *testing.T) map[string]string {
	t.Helper()
	args := []string{"list", "-deps", "-export", "-f", "{{.ImportPath}}={{.Export}}"}
	for _, room := range rooms {
		args = append(args, "./"+room)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	return exports
}

// usesOf returns for each file of a package the others that it uses.
func usesOf(t *testing.T, dir string, exports map[string]string) map[string][]string {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		raw, err := os.ReadFile(exports[path])
		return io.NopCloser(bytes.NewReader(raw)), err
	})}
	pkg, err := config.Check(dir, fset, files, &info)
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string][]string{}
	for ident, obj := range info.Uses {
		if obj.Pkg() != pkg {
			continue
		}
		from, to := filepath.Base(fset.Position(ident.Pos()).Filename), filepath.Base(fset.Position(obj.Pos()).Filename)
		if from != to && !slices.Contains(uses[from], to) {
			uses[from] = append(uses[from], to)
		}
	}
	return uses
}

// circleIn returns a circle among uses, or nil.
func circleIn(uses map[string][]string) []string {
	done := map[string]bool{}
	var circle []string
	var visit func(file string, path []string)
	visit = func(file string, path []string) {
		if i := slices.Index(path, file); i >= 0 && circle == nil {
			circle = append(slices.Clone(path[i:]), file)
		}
		if done[file] || circle != nil {
			return
		}
		for _, to := range slices.Sorted(slices.Values(uses[file])) {
			visit(to, append(path, file))
		}
		done[file] = true
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		visit(file, nil)
	}
	return circle
}
