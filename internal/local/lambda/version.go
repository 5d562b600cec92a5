package lambda

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	version, err := PackageVersion(filepath.Dir(f.cfg.Command))
	if err != nil {
		return err
	}
	f.binary, f.version = info, version
	return nil
}

// PackageVersion makes a version number (1 to 999999999) of every regular file
// of a deployment package: names and content, in the order of names.
func PackageVersion(dir string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		file, err := os.Open(path) // #nosec G122 -- a file that `make build` made
		if err != nil {
			return err
		}
		defer file.Close()
		fmt.Fprintf(h, "%d:%s:", len(rel), rel)
		n, err := io.Copy(h, file)
		fmt.Fprintf(h, ":%d;", n)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read deployment package: %w", err)
	}
	n := binary.BigEndian.Uint64(h.Sum(nil)) % 999_999_999
	return strconv.FormatUint(n+1, 10), nil
}
