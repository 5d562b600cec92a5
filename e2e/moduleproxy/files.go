package moduleproxy

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/zip"
)

// list returns the files of the module in the folder root, without those of modules nested
// in it and without what is built.
func list(root string, changed map[string][]byte) ([]zip.File, error) {
	var files []zip.File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			built := []string{".git", ".aws-sam", ".fasttrack", "node_modules", "__pycache__"}
			at, relErr := filepath.Rel(root, path)
			example, matchErr := filepath.Match("localaws/examples/*/build", filepath.ToSlash(at))
			if path != root && err == nil || slices.Contains(built, d.Name()) || at == "build" || example {
				return fs.SkipDir
			}
			return errors.Join(relErr, matchErr)
		}
		name, err := filepath.Rel(root, path)
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if content, is := changed[filepath.ToSlash(name)]; is {
			files = append(files, given{filepath.ToSlash(name), content})
			return nil
		}
		files = append(files, source{filepath.ToSlash(name), path})
		return nil
	})
	return files, err
}

// source is a file as it is in the checkout.
type source struct{ name, at string }

func (s source) Path() string                 { return s.name }
func (s source) Lstat() (os.FileInfo, error)  { return os.Lstat(s.at) }
func (s source) Open() (io.ReadCloser, error) { return os.Open(s.at) }

// given is a file with another content.
type given struct {
	name    string
	content []byte
}

func (g given) Path() string                 { return g.name }
func (g given) Lstat() (os.FileInfo, error)  { return info{g}, nil }
func (g given) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(g.content)), nil }

// info describes a given file.
type info struct{ given }

func (i info) Name() string     { return filepath.Base(i.name) }
func (i info) Size() int64      { return int64(len(i.content)) }
func (info) Mode() fs.FileMode  { return 0o644 }
func (info) ModTime() time.Time { return time.Time{} }
func (info) IsDir() bool        { return false }
func (info) Sys() any           { return nil }
