package tests_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/starter"
	"github.com/fasttrack-dev/fasttrack/internal/kit/tests"
)

// programs run the tests of the languages. Starters in Go need the module proxy of
// e2e/newcomer; their tests are packages of this module.
var programs = map[folder.Language]string{folder.Python: "python3", folder.Node: "node"}

// open writes a starter to a folder, with some of its files changed, and opens it.
func open(t *testing.T, language folder.Language, flow string, changed map[string]string) *folder.Folder {
	t.Helper()
	if _, err := exec.LookPath(programs[language]); err != nil {
		t.Skipf("%s is not installed", programs[language])
	}
	files, err := starter.Files(starter.Options{Language: language, Flow: flow, Stack: "approvals", Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if content, is := changed[f.Name]; is {
			files[i].Content = content
		}
	}
	dir := t.TempDir()
	if err := starter.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The tests of the starters pass as written, and leave nothing but .fasttrack behind.
func TestRun_Starters(t *testing.T) {
	for language := range programs {
		for _, flow := range starter.Flows() {
			t.Run(string(language)+" "+flow, func(t *testing.T) {
				t.Parallel()
				f := open(t, language, flow, nil)
				before := listed(t, f.Dir)
				var out strings.Builder
				if err := tests.Run(t.Context(), f, &out); err != nil {
					t.Fatalf("%v\n%s", err, out.String())
				}
				if after := listed(t, f.Dir); after != before {
					t.Errorf("it leaves %s, want %s", after, before)
				}
				if _, err := os.Stat(f.Path(folder.Made + "/.gitignore")); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// listed returns the files of a folder, without those of .fasttrack.
func listed(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(at string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == folder.Made {
			return filepath.SkipDir
		}
		names = append(names, strings.TrimPrefix(at, dir))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestRun_Fails(t *testing.T) {
	for name, tc := range map[string]struct {
		language folder.Language
		changed  map[string]string
		want     string
	}{
		"a Python test that fails":     {folder.Python, map[string]string{"hooks/test_handler.py": "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.fail('no')\n"}, "the tests in hooks failed: python3 -m "},
		"a Python hook that is none":   {folder.Python, map[string]string{"hooks/handler.py": "def handler(:\n"}, "the tests in hooks failed: python3 -m "},
		"a Node.js test that fails":    {folder.Node, map[string]string{"hooks/index.test.mjs": "import {test} from 'node:test'; test('x', () => { throw new Error('no'); });\n"}, "the tests in hooks failed: node --test"},
		"an unknown export of the SDK": {folder.Node, map[string]string{"hooks/index.test.mjs": "import {nothing} from '@fasttrack-dev/hooks'; nothing();\n"}, "the tests in hooks failed: node --test"},
		"another missing package":      {folder.Node, map[string]string{"hooks/index.test.mjs": "import 'no-such-package';\n"}, "the tests in hooks failed: node --test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			if err := tests.Run(t.Context(), open(t, tc.language, "approval", tc.changed), &out); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got %v, want %s\n%s", err, tc.want, out.String())
			}
		})
	}
}

// Tests that unittest does not see are no pass.
func TestRun_Unseen(t *testing.T) {
	without := t.TempDir() // pytest, which would see them
	if err := os.WriteFile(filepath.Join(without, "pytest.py"), []byte("raise ImportError\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", without)
	f := open(t, folder.Python, "approval", map[string]string{"hooks/test_handler.py": "def test_it(): assert False\n"})
	var out strings.Builder
	if err := tests.Run(t.Context(), f, &out); err == nil || !strings.Contains(err.Error(), "no test of hooks ran") {
		t.Errorf("got %v\n%s", err, out.String())
	}
}

// A function without tests is named.
func TestRun_NoTests(t *testing.T) {
	f := open(t, folder.Python, "approval", nil)
	if err := os.Remove(f.Path("hooks/test_handler.py")); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := tests.Run(t.Context(), f, &out); err != nil || out.String() != "hooks has no tests\n" {
		t.Errorf("got %v\n%s", err, out.String())
	}
}

// A program that is missing is named, with where to get it.
func TestRun_NotInstalled(t *testing.T) {
	folders := map[string]*folder.Folder{
		"python3": open(t, folder.Python, "approval", nil),
		"node":    open(t, folder.Node, "approval", nil),
	}
	t.Setenv("PATH", t.TempDir())
	for program, f := range folders {
		if err := tests.Run(t.Context(), f, new(strings.Builder)); err == nil || !strings.HasPrefix(err.Error(), program+" is not installed") {
			t.Errorf("%s: %v", program, err)
		}
	}
}
