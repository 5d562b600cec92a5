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
	"sync"
	"time"
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
	// Of an interpreter's function, other files change than the interpreter.
	same := f.runtime == nil && f.binary != nil && f.binary.Size() == info.Size() && f.binary.ModTime().Equal(info.ModTime())
	f.mu.Unlock()
	if same {
		return nil
	}
	version, err := PackageVersion(f.cfg.Package...)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.binary, f.version = info, version
	return nil
}

// PackageVersion returns a version number (1 to 999999999) derived from the names and
// content of all regular files in a deployment package. The package is the union of the
// folders and files; of files with the same name the last counts.
func PackageVersion(parts ...string) (string, error) {
	files := map[string]string{}
	for _, part := range parts {
		if err := list(part, files); err != nil {
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

// list adds each regular file of a folder, or the one file, to files: its name there, and
// its path.
func list(dir string, files map[string]string) error {
	if info, err := os.Stat(dir); err == nil && info.Mode().IsRegular() {
		files[filepath.Base(dir)] = dir
		return nil
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = path
		return err
	})
}

// digest adds a file to a hash, its name with it.
func digest(h io.Writer, name, path string) error {
	sum, err := sumOf(path)
	if err == nil {
		fmt.Fprintf(h, "%d:%s:%x;", len(name), name, sum)
	}
	return err
}

// big is from what size on the sum of a file is kept: functions may share a program.
const big = 1 << 20

// sums are the sums of big files, by the files as they were.
var sums sync.Map

type fileState struct {
	path     string
	size     int64
	modified time.Time
}

func sumOf(path string) (sum [sha256.Size]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return sum, err
	}
	state := fileState{path, info.Size(), info.ModTime()}
	if known, is := sums.Load(state); is {
		return known.([sha256.Size]byte), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	if state.size >= big {
		sums.Store(state, sum)
	}
	return sum, nil
}
