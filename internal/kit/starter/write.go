package starter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes the files to a folder, which it makes. A folder that has anything but a
// repository without files is refused, and nothing is written then.
func Write(dir string, list []File) error {
	if i, err := os.Stat(dir); err == nil && !i.IsDir() {
		return fmt.Errorf("%s is a file; name a folder that is empty or does not exist", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return fmt.Errorf("%s is not empty: it has %s; name a folder that is empty or does not exist", dir, e.Name())
		}
	}
	for _, f := range list {
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { // #nosec G301 -- source code, as git would write it
			return err
		}
		if err := os.WriteFile(to, []byte(f.Content), 0o644); err != nil { // #nosec G306 -- source that a team shares
			return err
		}
	}
	return nil
}
