package strategies

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
)

// Write writes a strategy into a folder, and returns the names of the files that changed.
// A folder that is empty or does not exist is made whole. In one that has the strategy
// already, what was written there before is replaced, and nothing else. It refuses any
// other folder, and a template that somebody changed; then nothing is written.
func Write(dir string, o Options) (changed []string, err error) {
	files, err := Files(o)
	if err != nil {
		return nil, err
	}
	before, err := Check(dir, o.Name)
	if err != nil {
		return nil, err
	}
	if before == nil {
		return begin(dir, files)
	}
	if err := before.unchanged(dir, files); err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.Name == ignoreFile { // who commits the package removes it
			continue
		}
		path := filepath.Join(dir, f.Name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.Data) {
			continue
		}
		if err := replace(path, f.Data); err != nil {
			return nil, err
		}
		changed = append(changed, f.Name)
	}
	return changed, nil
}

// Check reports as an error that a strategy can't be written into a folder, and returns
// the manifest of the strategy if it was written there before.
func Check(dir, name string) (*Manifest, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file; name another folder with --into", dir)
	}
	before, err := Read(dir)
	switch {
	case err != nil:
		return nil, err
	case before != nil && before.Strategy != name:
		return nil, fmt.Errorf("%s has the strategy %s; name another folder with --into", dir, before.Strategy)
	case before != nil:
		return before, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty: it has %s; name a folder with --into that is empty or does not exist", dir, entries[0].Name())
	}
	return nil, nil
}

// unchanged reports as an error that somebody changed the template. One that is what is
// written now was left by a call that was interrupted.
func (m *Manifest) unchanged(dir string, files []File) error {
	path := filepath.Join(dir, templateFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name == templateFile && bytes.Equal(f.Data, raw) {
			return nil
		}
	}
	if sum(raw) != m.Template {
		return fmt.Errorf("%s was changed since fasttrack %s wrote it; move it away, run this again, and make your changes in the new one", path, m.Version)
	}
	return nil
}

// begin makes the folder with all files, or nothing.
func begin(dir string, files []File) (made []string, err error) {
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { // #nosec G301 -- a folder of a repository, as git would make it
		return nil, err
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".new-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(draft)
	for _, f := range files {
		if err := replace(filepath.Join(draft, f.Name), f.Data); err != nil {
			return nil, err
		}
		made = append(made, f.Name)
	}
	if err := os.Chmod(draft, 0o755); err != nil { // #nosec G302 -- as above
		return nil, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty
		return nil, err
	}
	return made, os.Rename(draft, dir)
}

// replace replaces a file whole, or not at all.
func replace(path string, data []byte) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := f.Chmod(0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Keep()
}
