package internal_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// A comment that begins with a function's old name, or links to a name that is gone,
// sends its reader to look for a name that does not exist.
func TestCommentsNameWhatIsThere(t *testing.T) {
	tree := goTree(t, "..")
	files := 0
	for _, p := range tree {
		files += len(p.files)
	}
	if files < 500 {
		t.Fatalf("found %d Go files, want the whole tree", files)
	}
	for _, complaint := range staleNames(tree) {
		t.Error(complaint)
	}
}

func TestStaleNamesAreFound(t *testing.T) {
	const other = "package room\n\ntype Door struct{ Key int }\n\nfunc (Door) Open() {}\n"
	for _, tc := range []struct {
		name, source string
		found        int
	}{
		{"the name", "// Open opens.\nfunc Open() {}", 0},
		{"a sentence", "// Whoever opens must close.\nfunc open() {}", 0},
		{"an article", "// A Door opens.\ntype Door int", 0},
		{"another case", "// open opens.\nfunc Open() {}", 1},
		{"another name", "// openDoor opens.\nfunc open() {}", 1},
		{"an exported function by another word", "// Shut opens.\nfunc Open() {}", 1},
		{"another case of a constant", "// limit is high.\nconst Limit = 1", 1},
		{"a method", "type D int\n\n// Shut opens.\nfunc (D) Open() {}", 1},
		{"a link of this package", "// x opens [Open].\nfunc x() {}\n\nfunc Open() {}", 0},
		{"a link to nothing", "// x opens [Open].\nfunc x() {}", 1},
		{"links of another package", "// x opens [room.Door], [room.Door.Open], [room.Door.Key], [*room.Door].\nfunc x() {}", 0},
		{"a link to nothing of another package", "// x opens [room.Window].\nfunc x() {}", 1},
		{"a link to nothing of a type", "// x opens [room.Door.Close].\nfunc x() {}", 1},
		{"a link of a standard package", "// x reads [json.RawMessage].\nfunc x() {}", 0},
		{"a comment inside a function", "func x() {\n\t// as [room.Window] does\n}", 1},
		{"brackets that are no link", "// x reads a[I] and [1] and [no name].\nfunc x() {}", 0},
	} {
		tree := map[string]*goPackage{}
		addFile(t, tree, "room/room.go", other)
		addFile(t, tree, "x/x.go", "package x\n\n"+tc.source+"\n")
		if got := staleNames(tree); len(got) != tc.found {
			t.Errorf("%s: got %q, want %d", tc.name, got, tc.found)
		}
	}
	tree := map[string]*goPackage{}
	addFile(t, tree, "x/x.go", "// Package room opens doors.\npackage x\n")
	if got := staleNames(tree); len(got) != 1 {
		t.Errorf("the comment of another package: got %q, want 1", got)
	}
}

// goPackage is what the files of a folder that share a package name declare.
type goPackage struct {
	name  string
	files map[string]*ast.File
	// names are those declared: Type, Func, Type.Method, Type.Field.
	names map[string]bool
}

// goTree parses the Go files below a folder, by folder and package.
func goTree(t *testing.T, root string) map[string]*goPackage {
	t.Helper()
	tree := map[string]*goPackage{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "build" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != root):
			return filepath.SkipDir
		case strings.HasSuffix(file, ".go"):
			addFile(t, tree, filepath.ToSlash(file), nil)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// addFile parses a file, or its source unless that is nil, into the tree. The
// external tests of a package are taken for a part of it.
func addFile(t *testing.T, tree map[string]*goPackage, file string, source any) {
	t.Helper()
	f, err := parser.ParseFile(commentFiles, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(f.Name.Name, "_test")
	key := path.Dir(file) + " " + name
	p := tree[key]
	if p == nil {
		p = &goPackage{name: name, files: map[string]*ast.File{}, names: map[string]bool{}}
		tree[key] = p
	}
	p.files[file] = f
	p.declare(f)
}

// commentFiles holds the positions of what is parsed.
var commentFiles = token.NewFileSet()

// declare adds the names that a file declares.
func (p *goPackage) declare(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			p.names[strings.TrimPrefix(receiver(d)+"."+d.Name.Name, ".")] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						p.names[name.Name] = true
					}
				case *ast.TypeSpec:
					p.names[spec.Name.Name] = true
					p.members(spec.Name.Name, spec.Type)
				}
			}
		}
	}
}

// members adds the fields of a struct, or the methods of an interface.
func (p *goPackage) members(of string, t ast.Expr) {
	var list *ast.FieldList
	switch t := t.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			p.names[of+"."+name.Name] = true
		}
	}
}

// receiver returns the type whose method a function is, "" for none.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch of := t.(type) {
		case *ast.StarExpr:
			t = of.X
		case *ast.IndexExpr:
			t = of.X
		case *ast.Ident:
			return of.Name
		default:
			return ""
		}
	}
}

// staleNames returns what the comments of a tree get wrong about its names.
func staleNames(tree map[string]*goPackage) []string {
	byName := map[string][]*goPackage{}
	for _, p := range tree {
		byName[p.name] = append(byName[p.name], p)
	}
	var out []string
	for _, p := range tree {
		for _, f := range p.files {
			complain := func(at ast.Node, text string) {
				out = append(out, commentFiles.Position(at.Pos()).String()+": "+text)
			}
			if words := strings.Fields(f.Doc.Text()); len(words) > 1 && words[0] == "Package" && words[1] != f.Name.Name {
				complain(f.Doc, "the comment of package "+f.Name.Name+" is of package "+words[1])
			}
			for _, d := range documented(f) {
				if word := firstWord(d.doc); d.misnamed(word) {
					complain(d.doc, "the comment of "+d.name+" begins with "+strconv.Quote(word))
				}
			}
			for _, group := range f.Comments {
				for _, link := range docLink.FindAllStringSubmatch(group.Text(), -1) {
					if !p.resolves(strings.TrimPrefix(link[1], "*"), byName) {
						complain(group, "["+link[1]+"] links to nothing")
					}
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// docLink matches a link of a Go doc comment to an exported name, maybe one of a
// package.
var docLink = regexp.MustCompile(`(?:^|[\s(])\[(\*?(?:[a-z][a-z0-9]*\.)?[A-Z]\w*(?:\.[A-Z]\w*)?)\](?:$|[\s.,;:!?)])`)

// resolves reports whether a link leads to a name: of the package, or of one of this
// tree by its package's name. A package that isn't of this tree is taken at its word.
func (p *goPackage) resolves(link string, byName map[string][]*goPackage) bool {
	of, name, ok := strings.Cut(link, ".")
	if !ok || unicode.IsUpper(rune(of[0])) {
		return p.names[link]
	}
	of = strings.TrimPrefix(of, "*")
	if len(byName[of]) == 0 {
		return true
	}
	return slices.ContainsFunc(byName[of], func(q *goPackage) bool { return q.names[name] })
}

// declaration is a name with its comment.
type declaration struct {
	name string
	doc  *ast.CommentGroup
	// exact is set for an exported function outside of tests: its comment begins with
	// its name.
	exact bool
}

// documented returns the declarations of a file that have a comment of their own.
func documented(f *ast.File) []declaration {
	test := strings.HasSuffix(commentFiles.Position(f.Pos()).Filename, "_test.go")
	var out []declaration
	add := func(name string, doc *ast.CommentGroup, exact bool) {
		if doc != nil {
			out = append(out, declaration{name, doc, exact})
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d.Name.Name, d.Doc, !test && d.Name.IsExported())
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				doc := d.Doc
				if d.Lparen.IsValid() {
					doc = nil
				}
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name.Name, cmp.Or(spec.Doc, doc), false)
				case *ast.ValueSpec:
					if len(spec.Names) == 1 {
						add(spec.Names[0].Name, cmp.Or(spec.Doc, doc), false)
					}
				}
			}
		}
	}
	return out
}

func firstWord(doc *ast.CommentGroup) string {
	word, _, _ := strings.Cut(strings.TrimSpace(doc.Text()), " ")
	return strings.TrimRight(word, ".,:;\n")
}

// camelCase matches a word that can only be a name in code.
var camelCase = regexp.MustCompile(`^[a-z]+[A-Z]\w*$`)

// misnamed reports whether a comment's first word is another name than the one it
// documents.
func (d declaration) misnamed(word string) bool {
	if word == d.name {
		return false
	}
	return d.exact || camelCase.MatchString(word) || strings.EqualFold(word, d.name)
}
