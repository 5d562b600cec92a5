// Package datafolder opens the folder that keeps a stack's data across restarts. One
// process at a time may have it open, and its format must be a known one.
package datafolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Format is the format of the folder's content. It is written into the folder,
// and goes up when an older version could not read what this one writes.
const Format = 1

// Folder is an open folder. Close it.
type Folder struct {
	dir  string
	lock *os.File
}

// Open opens the folder, and creates it if it doesn't exist. The error is one line:
// the folder can't be written to, another process has it open, or a newer
// version wrote it.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder %s can't be created: %w", dir, reason(err))
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s can't be written to: %w", dir, reason(err))
	}
	f := &Folder{dir: dir, lock: file}
	if err := lock(file); err != nil {
		_ = file.Close()
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("the data folder %s is in use by another process", dir)
		}
		return nil, fmt.Errorf("the data folder %s can't be locked: %w", dir, reason(err))
	}
	if err := f.checkFormat(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return f, nil
}

// Path returns the path of a name in the folder.
func (f *Folder) Path(name string) string { return filepath.Join(f.dir, name) }

// Close releases the folder for other processes. The end of the process does, too.
func (f *Folder) Close() error { return f.lock.Close() }

// checkFormat refuses an unknown format, and writes the current one into a new
// folder.
func (f *Folder) checkFormat() error {
	path := f.Path("format")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f.begin(path)
	}
	if err != nil {
		return fmt.Errorf("the data folder %s can't be read: %w", f.dir, reason(err))
	}
	format, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	switch {
	case err != nil || format < 1:
		return fmt.Errorf("the data folder %s has an unknown format: its file named format says %q", f.dir, strings.TrimSpace(string(raw)))
	case format > Format:
		return fmt.Errorf("the data folder %s is of format %d; this version reads formats up to %d: use a newer version, or another folder", f.dir, format, Format)
	}
	return nil
}

// begin writes the format. It refuses a folder that holds other files.
func (f *Folder) begin(path string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("the data folder %s can't be read: %w", f.dir, reason(err))
	}
	for _, e := range entries {
		if e.Name() != "lock" && e.Name() != "format.new" {
			_ = os.Remove(f.Path("lock"))
			return fmt.Errorf("the data folder %s holds other files, such as %s: use a new or empty folder", f.dir, e.Name())
		}
	}
	// A killed process must not leave half of the file under its name.
	if err := os.WriteFile(path+".new", fmt.Appendln(nil, Format), 0o600); err != nil {
		return fmt.Errorf("the data folder %s can't be written to: %w", f.dir, reason(err))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("the data folder %s can't be written to: %w", f.dir, reason(err))
	}
	return nil
}

// reason returns an error without its path, which the message already has.
func reason(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
