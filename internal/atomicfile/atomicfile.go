// Package atomicfile replaces files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNotRegular is the error of [Create] for a path that is no regular file, such as
// a folder or a device.
var ErrNotRegular = errors.New("is not a regular file")

// File is a file that gets its path with [File.Keep].
type File struct {
	*os.File
	path string
	kept bool
}

// Create begins a file for its owner alone (0600). What is at the path stays until
// [File.Keep].
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s %w", path, ErrNotRegular)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &File{File: file, path: path}, nil
}

// Keep renames the file to its path.
func (f *File) Keep() error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	f.kept = true
	return nil
}

// Discard removes a file that was not kept.
func (f *File) Discard() {
	if !f.kept {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}

// Write replaces a file with content.
func Write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.File.Write(content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Keep()
}
