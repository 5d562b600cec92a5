// Package modules prepares the modules of this repository for a release.
package modules

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// Main is the path of the main module.
const Main = "github.com/fasttrack-dev/fasttrack"

// Nested are the folders of the modules that are released with the main one.
var Nested = []string{"hook", "strategy"}

// Sums returns the lines of go.sum for the nested modules at a version, as they will be
// downloaded when the commit of the checkout at root gets the version's tags.
func Sums(root, version string) ([]byte, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	var lines []byte
	for _, name := range Nested {
		m := module.Version{Path: Main + "/" + name, Version: version}
		all, err := zipSum(root, m, name)
		if err != nil {
			return nil, fmt.Errorf("checksum of %s: %w", m.Path, err)
		}
		mod, err := modSum(root, name)
		if err != nil {
			return nil, fmt.Errorf("checksum of the go.mod of %s: %w", m.Path, err)
		}
		lines = fmt.Appendf(lines, "%s %s %s\n%s %s/go.mod %s\n", m.Path, version, all, m.Path, version, mod)
	}
	return lines, nil
}

// zipSum returns the checksum of a nested module, which is that of its zip.
func zipSum(root string, m module.Version, folder string) (string, error) {
	file, err := os.CreateTemp("", "fasttrack-module-*.zip")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	err = zip.CreateFromVCS(file, m, root, "HEAD", folder)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return dirhash.HashZip(file.Name(), dirhash.Hash1)
}

// modSum returns the checksum of a nested module's go.mod.
func modSum(root, folder string) (string, error) {
	show := exec.Command("git", "-C", root, "show", "HEAD:"+path.Join(folder, "go.mod"))
	content, err := show.Output()
	if err != nil {
		return "", fmt.Errorf("git show: %w", err)
	}
	return dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil })
}

// Replace returns a go.sum with lines for the nested modules instead of those it has.
func Replace(sum, lines []byte) []byte {
	var before, after []byte
	for line := range bytes.Lines(sum) {
		path, _, _ := strings.Cut(string(line), " ")
		switch {
		case strings.HasPrefix(path, Main+"/"):
		case path < Main+"/":
			before = append(before, line...)
		default:
			after = append(after, line...)
		}
	}
	return append(append(before, lines...), after...)
}
