package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// installed returns a folder with what install puts there. It is kept under the key, so
// that the same requirements are installed once, and the package stays the same. Its path
// is absolute, as install may run programs in another folder.
func installed(f *folder.Folder, key []string, install func(dir string) error) (string, error) {
	h := sha256.New()
	for _, part := range key {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	cache, err := f.MakeDir("cache")
	if err != nil {
		return "", err
	}
	if cache, err = filepath.Abs(cache); err != nil {
		return "", fmt.Errorf("install requirements: %w", err)
	}
	dir := filepath.Join(cache, hex.EncodeToString(h.Sum(nil))[:32])
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir, nil
	}
	made, err := os.MkdirTemp(cache, ".new-*")
	if err != nil {
		return "", fmt.Errorf("install requirements: %w", err)
	}
	defer os.RemoveAll(made)
	if err := install(made); err != nil {
		return "", err
	}
	if err := os.Rename(made, dir); err != nil {
		if _, there := os.Stat(dir); there != nil { // else another process made it
			return "", fmt.Errorf("install requirements: %w", err)
		}
	}
	return dir, nil
}
