package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every cold start pays for what a package does when it is loaded. So no package of a
// function compiles a regular expression there: sync.OnceValue does when it is needed.
func TestNothingIsCompiledAtStart(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.Dir}}{{end}}", "../functions/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(path, module) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			looked++
			for _, at := range compiledAtStart(t, file, nil) {
				t.Errorf("%s: a regular expression is compiled at each cold start", at)
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d files were looked at", looked)
	}
}

func TestWhatIsCompiledAtStartIsFound(t *testing.T) {
	for source, want := range map[string]int{
		"var a = regexp.MustCompile(`x`)":                                                  1,
		"var a, b = regexp.MustCompile(`x`), regexp.MustCompilePOSIX(`y`)":                 2,
		"var a = map[string]*regexp.Regexp{`x`: regexp.MustCompile(`x`)}":                  1,
		"func init() { a = regexp.MustCompile(`x`) }":                                      1,
		"var a = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`x`) })": 0,
		"func f() bool { return regexp.MustCompile(`x`).MatchString(`x`) }":                0,
	} {
		if got := compiledAtStart(t, "a.go", "package a\n"+source); len(got) != want {
			t.Errorf("%s: got %v, want %d", source, got, want)
		}
	}
}

// compiledAtStart returns where a file compiles regular expressions when its package is
// loaded: in variables of the package, outside of functions, and in init.
func compiledAtStart(t *testing.T, file string, source any) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	look := func(n ast.Node) bool {
		if _, is := n.(*ast.FuncLit); is {
			return false
		}
		if call, is := n.(*ast.CallExpr); is {
			if f, is := call.Fun.(*ast.SelectorExpr); is && strings.HasPrefix(f.Sel.Name, "MustCompile") {
				found = append(found, files.Position(call.Pos()).String())
			}
		}
		return true
	}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			ast.Inspect(d, look)
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				ast.Inspect(d, look)
			}
		}
	}
	return found
}
