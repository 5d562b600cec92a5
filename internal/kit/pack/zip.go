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
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
)

// zipTime is the time of every file in a .zip: the earliest that the format has.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Entry is a file of a .zip.
type Entry struct {
	// Name is its slash-separated path.
	Name string
	// Program says that it can be executed.
	Program bool
	// Read returns its content.
	Read func() ([]byte, error)
}

// Zip writes the files of a folder to a .zip file, as [Archive] does. Of a file's mode
// only whether it can be executed counts.
func Zip(dir, file string) (changed bool, err error) {
	var entries []Entry
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is no regular file", path)
		}
		name, err := filepath.Rel(dir, path)
		entries = append(entries, Entry{filepath.ToSlash(name), info.Mode()&0o111 != 0, func() ([]byte, error) { return os.ReadFile(path) }})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("pack %s: %w", dir, err)
	}
	return Archive(file, entries)
}

// Archive writes a .zip file. The same entries make the same bytes: names are sorted and
// times fixed. It reports whether the file changed; one that did not is left as it is.
// What is in the file already is not compressed again, which would take seconds at each
// build.
func Archive(file string, entries []Entry) (changed bool, err error) {
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	before := map[string]*zip.File{}
	if r, err := zip.OpenReader(file); err == nil {
		defer r.Close()
		for _, f := range r.File {
			before[f.Name] = f
		}
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		content, err := e.Read()
		if err == nil {
			err = add(w, e, content, before[e.Name])
		}
		if err != nil {
			return false, fmt.Errorf("pack %s: %w", e.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return false, fmt.Errorf("pack %s: %w", file, err)
	}
	return Write(file, out.Bytes())
}

// add adds an entry: as it was compressed before, if it is the same one.
func add(w *zip.Writer, e Entry, content []byte, before *zip.File) error {
	header := &zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: zipTime}
	header.SetMode(0o644)
	if e.Program {
		header.SetMode(0o755)
	}
	if before != nil && before.Mode() == header.Mode() && before.Modified.Equal(zipTime) && holds(before, content) {
		return w.Copy(before)
	}
	to, err := w.CreateHeader(header)
	if err == nil {
		_, err = to.Write(content)
	}
	return err
}

// holds reports whether a file of a .zip has a content, byte for byte.
func holds(f *zip.File, content []byte) bool {
	if f.UncompressedSize64 != uint64(len(content)) {
		return false
	}
	in, err := f.Open()
	if err != nil {
		return false
	}
	defer in.Close()
	buffer := make([]byte, 1<<16)
	for len(content) > 0 {
		part := buffer[:min(len(buffer), len(content))]
		if _, err := io.ReadFull(in, part); err != nil || !bytes.Equal(part, content[:len(part)]) {
			return false
		}
		content = content[len(part):]
	}
	n, err := in.Read(buffer) // checks the checksum at the end
	return n == 0 && err == io.EOF
}

// Write replaces a file unless it has the content already, and reports whether it did.
func Write(file string, content []byte) (changed bool, err error) {
	if before, err := os.ReadFile(file); err == nil && bytes.Equal(before, content) {
		return false, nil
	}
	return true, atomicfile.Write(file, content)
}
