package pack

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
)

// zipTime is the time of every file in a .zip: the earliest that the format has.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Zip writes the files of a folder to a .zip file. The same files make the same bytes:
// names are sorted, times fixed, and of a file's mode only whether it can be executed
// counts. It reports whether the .zip changed; one that did not is left as it is.
func Zip(dir, file string) (changed bool, err error) {
	var names []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file", path)
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("pack %s: %w", dir, err)
	}
	slices.Sort(names)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		if err := addFile(w, dir, name); err != nil {
			return false, err
		}
	}
	if err := w.Close(); err != nil {
		return false, fmt.Errorf("pack %s: %w", dir, err)
	}
	return Write(file, out.Bytes())
}

// Add adds a file to a .zip under a slash-separated name.
func Add(w *zip.Writer, name string, content io.Reader, program bool) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime}
	header.SetMode(0o644)
	if program {
		header.SetMode(0o755)
	}
	to, err := w.CreateHeader(header)
	if err == nil {
		_, err = io.Copy(to, content)
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return nil
}

// addFile adds a file of a folder.
func addFile(w *zip.Writer, dir, name string) error {
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return fmt.Errorf("pack %s: %w", dir, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return fmt.Errorf("pack %s: %w", dir, err)
	}
	return Add(w, name, in, info.Mode()&0o111 != 0)
}

// Write replaces a file unless it has the content already, and reports whether it did.
func Write(file string, content []byte) (changed bool, err error) {
	if before, err := os.ReadFile(file); err == nil && bytes.Equal(before, content) {
		return false, nil
	}
	return true, atomicfile.Write(file, content)
}
