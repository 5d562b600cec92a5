package starter_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"golang.org/x/mod/modfile"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/starter"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// mostFiles is how many files a repository has, with the lock file of go and npm and the
// file of a CI system, of which one is added later.
const mostFiles = 8

// each calls a test with the files of each starter, in a folder of their own.
func each(t *testing.T, test func(t *testing.T, dir string, o starter.Options, files []starter.File)) {
	for _, language := range starter.Languages {
		for _, name := range starter.Flows() {
			t.Run(string(language)+" "+name, func(t *testing.T) {
				o := starter.Options{Language: language, Flow: name, Stack: "approvals", Version: "v1.2.3"}
				files, err := starter.Files(o)
				if err != nil {
					t.Fatal(err)
				}
				dir := filepath.Join(t.TempDir(), "made")
				if err := starter.Write(dir, files); err != nil {
					t.Fatal(err)
				}
				test(t, dir, o, files)
			})
		}
	}
}

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, dir string, o starter.Options, files []starter.File) {
		if len(files)+1 > mostFiles {
			t.Errorf("%d files and one of a lock or of CI, want at most %d", len(files), mostFiles)
		}
		for _, f := range files {
			if f.About == "" || strings.Contains(f.Content, "\n\n\n\n") || !strings.HasSuffix(f.Content, "\n") {
				t.Errorf("%s: about %q, content:\n%s", f.Name, f.About, f.Content)
			}
			for _, left := range []string{"@STACK@", "@VERSION@", "@GO@", "@RIGHTS@", "@REQUIRE@", "@PARAMETERS@"} {
				if strings.Contains(f.Content, left) {
					t.Errorf("%s has %s", f.Name, left)
				}
			}
		}
		f, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Functions) != 1 || f.Functions[0].LogicalID != folder.HooksFunction || f.Functions[0].Language != o.Language {
			t.Errorf("its functions are %+v", f.Functions)
		}
		if !folder.Is(dir) {
			t.Error("it is no team's folder")
		}
	})
}

// The flows are valid as written, without a warning. --strict finds the placeholders and
// nothing else; with values of one's own it finds nothing.
func TestFlows(t *testing.T) {
	check := func(t *testing.T, source string) []flow.Error {
		file, err := flow.Parse("flows.yaml", []byte(source))
		if err != nil || len(file.Warnings) > 0 || len(file.Refused) > 0 {
			t.Fatalf("%v %v %v", err, file.Warnings, file.Refused)
		}
		found, _, err := flowcheck.Production{
			Source: []byte(source), File: file, Function: func(*flow.Flow, run.Flow) replay.Function { return nil },
		}.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	own := strings.NewReplacer("example.com", "acme.test", "123456789012", "210987654321", "0000000000000000", "7223abcd00000000", "d-0000000000", "d-9067000000", "P123", "PX7Q2")
	each(t, func(t *testing.T, _ string, o starter.Options, files []starter.File) {
		source := files[0].Content
		left := check(t, source)
		if len(left) < 3 {
			t.Errorf("--strict finds %v", left)
		}
		for _, e := range left {
			if !strings.Contains(e.Detail, "is a placeholder") {
				t.Errorf("--strict finds %v", e)
			}
		}
		for _, id := range map[string][]string{"aws-access": {"123456789012", "ssoins-0000000000000000", "d-0000000000"}, "on-call": {"P123"}}[o.Flow] {
			if !slices.ContainsFunc(left, func(e flow.Error) bool { return strings.Contains(e.Detail, id) }) {
				t.Errorf("--strict does not find %s: %v", id, left)
			}
		}
		if left := check(t, own.Replace(source)); len(left) > 0 {
			t.Errorf("--strict finds %v in a file without placeholders", left)
		}
	})
}

// Nothing of the samples is in a starter: no demo strategy, no rule that approves all.
func TestFiles_NoSample(t *testing.T) {
	each(t, func(t *testing.T, _ string, _ starter.Options, files []starter.File) {
		for _, f := range files {
			for _, sample := range []string{"grant-demo", "DemoStrategy", "everything-goes", "Everything goes"} {
				if strings.Contains(f.Content, sample) {
					t.Errorf("%s has %s", f.Name, sample)
				}
			}
		}
	})
}

func TestGoMod(t *testing.T) {
	ours, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	main, err := modfile.Parse("go.mod", ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	if main.Go.Version != starter.GoVersion {
		t.Errorf("go.mod of a starter says Go %s, that of fasttrack %s", starter.GoVersion, main.Go.Version)
	}
	for version, want := range map[string]int{"v1.2.3": 1, "": 0} {
		files, err := starter.Files(starter.Options{Language: folder.Go, Flow: "approval", Stack: "approvals", Version: version})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(files, func(f starter.File) bool { return f.Name == "go.mod" })
		own, err := modfile.Parse("go.mod", []byte(files[at].Content), nil)
		if err != nil {
			t.Fatal(err)
		}
		if own.Module.Mod.Path != "approvals" || len(own.Tool) != 1 || len(own.Require) != want || len(own.Replace) > 0 {
			t.Errorf("go.mod of version %q:\n%s", version, files[at].Content)
		}
	}
}

// A CI system's file is one more, and calls commands that the other files have.
func TestFiles_CI(t *testing.T) {
	for language, test := range map[folder.Language]string{folder.Go: "make test", folder.Python: "make test", folder.Node: "npm test"} {
		for _, system := range starter.CISystems() {
			o := starter.Options{Language: language, Flow: "approval", Stack: "approvals", Version: "v1.2.3"}
			without, err := starter.Files(o)
			if err != nil {
				t.Fatal(err)
			}
			o.CI = system
			with, err := starter.Files(o)
			if err != nil || !slices.Equal(with[:len(with)-1], without) {
				t.Fatalf("%s, %s: %v (%v), want %v and one more", language, system, with, err, without)
			}
			var workflow struct {
				Jobs map[string]struct {
					Steps []struct{ Run string }
				}
			}
			last := with[len(with)-1]
			if err := yaml.Load([]byte(last.Content), &workflow); err != nil || len(workflow.Jobs) != 1 {
				t.Fatalf("%s: %v\n%s", last.Name, err, last.Content)
			}
			for _, job := range workflow.Jobs {
				if got := job.Steps[len(job.Steps)-1].Run; got != test {
					t.Errorf("%s: %s ends with %q, want %q", language, last.Name, got, test)
				}
			}
		}
	}
}

func TestFiles_Unknown(t *testing.T) {
	for want, o := range map[string]starter.Options{
		`unknown flow "x"`:      {Language: folder.Go, Flow: "x"},
		`unknown language "x"`:  {Language: "x", Flow: "approval"},
		`unknown CI system "x"`: {Language: folder.Go, Flow: "approval", CI: "x"},
	} {
		if _, err := starter.Files(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", o, err, want)
		}
	}
}

// A folder with anything in it stays as it is.
func TestWrite(t *testing.T) {
	files := []starter.File{{Name: "a/b.txt", Content: "b\n"}}
	for name, tc := range map[string]struct {
		has  string
		want string
	}{
		"nothing":          {"", ""},
		"a new repository": {".git/HEAD", ""},
		"a file":           {"README.md", "is not empty: it has README.md"},
		"a hidden file":    {".env", "is not empty: it has .env"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if tc.has != "" {
				at := filepath.Join(dir, filepath.FromSlash(tc.has))
				if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := starter.Write(dir, files)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			_, missing := os.Stat(filepath.Join(dir, "a", "b.txt"))
			if (missing == nil) != (tc.want == "") {
				t.Errorf("the file: %v", missing)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := starter.Write(file, files); err == nil {
		t.Error("it writes into a file")
	}
}

func TestStackName(t *testing.T) {
	for in, want := range map[string]string{
		"approvals": "approvals", "My Approvals": "my-approvals", "prod_access": "prod-access", "42": "approvals-42", "…": "approvals", ".": "approvals",
		strings.Repeat("a", 60): strings.Repeat("a", 47),
	} {
		if got := starter.StackName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := starter.StackName(rapid.String().Draw(t, "folder"))
		if len(name) == 0 || len(name) > 47 || name[0] < 'a' || name[0] > 'z' || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasSuffix(name, "-") {
			t.Errorf("got %q", name)
		}
	})
}
