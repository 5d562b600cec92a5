package pack

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// copyCode copies the files of a function's code. It leaves out files whose names begin
// with a dot, which hold settings and secrets of the developer, and what skip names: tests
// and what a tool made, which would change the package without changing the function. A
// link is refused, since it may lead out of the folder.
func copyCode(code, from, to string, skip func(name string, dir bool) bool) error {
	return filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, at)
		if err != nil || rel == "." {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case strings.HasPrefix(d.Name(), ".") || skip(name, d.IsDir()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.Mkdir(filepath.Join(to, rel), 0o750)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s: is no regular file; a package has files alone, so put a copy there", path.Join(code, name))
		}
		return copyFile(at, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return out.Close()
}

// mentions reports whether a file below dir with one of the extensions has a word.
func mentions(dir, word string, extensions ...string) (bool, error) {
	found := false
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, ext := range extensions {
			if filepath.Ext(at) == ext {
				raw, err := os.ReadFile(at) // #nosec G122 -- the team's own code, read as a text
				if err != nil {
					return err
				}
				if strings.Contains(string(raw), word) {
					found = true
					return fs.SkipAll
				}
			}
		}
		return nil
	})
	return found, err
}
