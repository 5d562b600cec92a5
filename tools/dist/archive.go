package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"
)

// file is a file of an archive.
type file struct {
	// name is slash-separated.
	name string
	data []byte
	// executable says that it is a program.
	executable bool
}

func (f file) mode() fs.FileMode {
	if f.executable {
		return 0o755
	}
	return 0o644
}

// inOrder returns the files sorted by name. Two of one name are an error: which of them
// is unpacked would be left to chance.
func inOrder(files []file) ([]file, error) {
	files = slices.SortedFunc(slices.Values(files), func(a, b file) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < len(files); i++ {
		if files[i].name == files[i-1].name {
			return nil, fmt.Errorf("%s is in the archive twice", files[i].name)
		}
	}
	return files, nil
}

// under returns the files in a folder.
func under(folder string, files []file) []file {
	moved := slices.Clone(files)
	for i := range moved {
		moved[i].name = folder + "/" + moved[i].name
	}
	return moved
}

// writeTarGz writes an archive that depends on the files and the time alone: no owner, no
// folder, sorted names.
func writeTarGz(w *bytes.Buffer, at time.Time, files []file) error {
	files, err := inOrder(files)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: int64(f.mode()), Size: int64(len(f.data)), ModTime: at.UTC().Truncate(time.Second), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(header); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := t.Write(f.data); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

// writeZip writes a .zip in the order of the files, which a wheel's last file relies on.
func writeZip(w *bytes.Buffer, at time.Time, files []file) error {
	if _, err := inOrder(files); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		method := zip.Deflate
		if ext := path.Ext(f.name); ext == ".zip" || ext == ".zst" { // compressed already
			method = zip.Store
		}
		header := &zip.FileHeader{Name: f.name, Method: method, Modified: at.UTC().Truncate(2 * time.Second)}
		header.SetMode(f.mode())
		to, err := z.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := to.Write(f.data); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return z.Close()
}
