package internal_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Each package that others import shows how it is used, by an Example that is
// compiled and, with an output, run.
func TestPublicPackagesHaveExamples(t *testing.T) {
	packages := map[string]bool{"../localaws": false}
	for _, root := range []string{"../api", "../hook", "../strategy"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "internal" || d.Name() == "testdata"):
				return fs.SkipDir
			case filepath.Ext(path) == ".go":
				packages[filepath.Dir(path)] = false
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for dir := range packages {
		tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			text, err := os.ReadFile(test)
			if err != nil {
				t.Fatal(err)
			}
			packages[dir] = packages[dir] || bytes.Contains(text, []byte("\nfunc Example"))
		}
		if !packages[dir] {
			t.Errorf("%s has no Example", dir)
		}
	}
	if len(packages) < 10 {
		t.Errorf("only %d packages were found", len(packages))
	}
}
