package sdk_test

import (
	"io/fs"
	"path"
	"testing"

	"github.com/fasttrack-dev/fasttrack/sdk"
)

// Each file of the Python package is embedded, and nothing else.
func TestPython(t *testing.T) {
	err := fs.WalkDir(sdk.Python, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Ext(name) != ".py" && path.Base(name) != "py.typed" {
			t.Errorf("%s is embedded", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fasttrack_hooks/__init__.py", "fasttrack_hooks/serve.py", "fasttrack_hooks/py.typed"} {
		if _, err := fs.Stat(sdk.Python, name); err != nil {
			t.Error(err)
		}
	}
}
