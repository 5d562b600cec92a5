package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// wholeFile is a file that is there whole or not at all: it gets its name once
// all is written.
type wholeFile struct {
	*os.File
	path string
	kept bool
}

// newWholeFile begins the file, for its owner alone (0600). One that has the
// name already stays until [wholeFile.keep].
func newWholeFile(path string) (*wholeFile, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, usageError{fmt.Errorf("%s is no file that could be replaced; without -o it goes to standard output", path)}
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("%s can't be written: %w", path, err)
	}
	return &wholeFile{File: file, path: path}, nil
}

// keep gives the file its name.
func (f *wholeFile) keep() error {
	err := f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		return fmt.Errorf("%s can't be written: %w", f.path, err)
	}
	f.kept = true
	return nil
}

// discard removes what was not kept.
func (f *wholeFile) discard() {
	if !f.kept {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}
