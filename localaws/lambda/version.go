package lambda

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// identify checks that the function's binary can be run and computes the
// version of its package, again when the binary has changed on disk since.
func (f *function) identify() error {
	info, err := os.Stat(f.cfg.Command)
	if err != nil || info.IsDir() {
		return fmt.Errorf("no binary at %s: build it first", f.cfg.Command)
	}
	if info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not executable", f.cfg.Command)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.binary != nil && f.binary.Size() == info.Size() && f.binary.ModTime().Equal(info.ModTime()) {
		return nil
	}
	version, err := PackageVersion(filepath.Dir(f.cfg.Command), f.cfg.TaskRoot)
	if err != nil {
		return err
	}
	f.binary, f.version = info, version
	return nil
}

// PackageVersion returns a version number (1 to 999999999) derived from the names and
// content of all regular files in a deployment package. The package is the union of
// dirs; of files with the same name the last counts.
func PackageVersion(dirs ...string) (string, error) {
	files := map[string]string{}
	for _, dir := range dirs {
		if err := list(dir, files); err != nil {
			return "", fmt.Errorf("read deployment package: %w", err)
		}
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := digest(h, name, files[name]); err != nil {
			return "", fmt.Errorf("read deployment package: %w", err)
		}
	}
	n := binary.BigEndian.Uint64(h.Sum(nil)) % 999_999_999
	return strconv.FormatUint(n+1, 10), nil
}

// list adds each regular file of a folder to files: its name there, and its path.
func list(dir string, files map[string]string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = path
		return err
	})
}

// digest adds a file to a hash, its name and length with it.
func digest(h io.Writer, name, path string) error {
	file, err := os.Open(path) // #nosec G122 -- a file that `make build` made
	if err != nil {
		return err
	}
	defer file.Close()
	fmt.Fprintf(h, "%d:%s:", len(name), name)
	n, err := io.Copy(h, file)
	fmt.Fprintf(h, ":%d;", n)
	return err
}
