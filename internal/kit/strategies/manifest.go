package strategies

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Manifest says what was written into a folder.
type Manifest struct {
	Strategy     string `json:"strategy"`
	Version      string `json:"version"`
	Architecture string `json:"architecture"`
	// Template is the SHA-256 of template.yaml as it was written, in hexadecimal digits.
	Template string `json:"template_sha256"`
}

// Read returns the manifest of a folder; nil if no strategy was written there.
func Read(dir string) (*Manifest, error) {
	file := filepath.Join(dir, ManifestFile)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err := json.Unmarshal(raw, m); err != nil || m.Strategy == "" {
		return nil, fmt.Errorf("%s is not what `fasttrack strategies add` writes; restore it, or move it away", file)
	}
	return m, nil
}

// Written is a strategy that was written into a folder.
type Written struct {
	// Dir is the folder, slash-separated, below the one that was searched.
	Dir string `json:"folder"`
	Manifest
}

// deepest is how many folders below the one that is searched a strategy is found.
const deepest = 4

// FindWritten returns the strategies that were written below a folder, sorted by their
// folders. It looks neither deeper than [deepest], nor into folders that it may not read,
// that are hidden or that a package manager fills.
func FindWritten(root string) (list []Written, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission) && path != root:
			return fs.SkipDir
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"node_modules", "venv"}, d.Name()) || depth(root, path) > deepest):
			return fs.SkipDir
		case d.IsDir() || d.Name() != ManifestFile:
			return nil
		}
		m, err := Read(filepath.Dir(path))
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		list = append(list, Written{filepath.ToSlash(dir), *m})
		return err
	})
	return list, err
}

// depth returns how many folders a path is below a root.
func depth(root, path string) int {
	below, err := filepath.Rel(root, path)
	if err != nil {
		return 0
	}
	return strings.Count(filepath.ToSlash(below), "/") + 1
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
