// Package moduleproxy writes a checkout to a file proxy as it would be released: the main
// module and those nested in it, so that tests install and build what people get.
package moduleproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"

	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// Proxy is a folder that the go command takes as a proxy
// (https://go.dev/ref/mod#goproxy-protocol).
type Proxy struct{ dir string }

// New returns a proxy without any version in it, in the folder dir.
func New(dir string) Proxy { return Proxy{dir} }

// Release adds a version of all modules of the checkout at root: each nested module, and
// the main module, which requires them at that version and has their checksums in go.sum.
// It is one content for ever, so each version can be added once.
func (p Proxy) Release(root, version string) error {
	changed := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		changed[name] = content
	}
	file, err := modfile.Parse("go.mod", changed["go.mod"], nil)
	if err != nil {
		return err
	}
	if len(file.Replace) > 0 {
		return fmt.Errorf("go.mod has a replace, which go install refuses: %s", file.Replace[0].Old.Path)
	}
	var lines []byte
	for _, name := range modules.Nested {
		m := module.Version{Path: modules.Main + "/" + name, Version: version}
		if err := p.publish(m, filepath.Join(root, name), nil); err != nil {
			return err
		}
		if err := file.AddRequire(m.Path, m.Version); err != nil {
			return err
		}
		sums, err := p.sums(m)
		if err != nil {
			return err
		}
		lines = append(lines, sums...)
	}
	changed["go.sum"] = modules.Replace(changed["go.sum"], lines)
	if changed["go.mod"], err = file.Format(); err != nil {
		return err
	}
	return p.publish(module.Version{Path: modules.Main, Version: version}, root, changed)
}

// Environ are the variables with which the go command takes the released modules from the
// proxy, others from this machine's module cache, and nothing from the network. cache is
// the folder of a module cache of its own.
func (p Proxy) Environ(cache string) ([]string, error) {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	downloaded := filepath.Join(strings.TrimSpace(string(out)), "cache", "download")
	return []string{
		"GOPROXY=file://" + filepath.ToSlash(p.dir) + ",file://" + filepath.ToSlash(downloaded), "GOSUMDB=off", "GONOPROXY=none", "GOPRIVATE=", "GOVCS=*:off",
		// A version is one content in a cache, for ever. -trimpath has what is compiled
		// shared with every other build.
		"GOMODCACHE=" + cache, "GOFLAGS=-modcacherw -trimpath -buildvcs=false", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0",
	}, nil
}

// publish adds a version of the module in the folder root. changed has files by name whose
// content is another than there.
func (p Proxy) publish(m module.Version, root string, changed map[string][]byte) error {
	files, err := list(root, changed)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := zip.Create(&content, m, files); err != nil {
		return fmt.Errorf("%s can't be released: %w", m.Path, err)
	}
	mod := changed["go.mod"]
	if mod == nil {
		if mod, err = os.ReadFile(filepath.Join(root, "go.mod")); err != nil {
			return err
		}
	}
	info, err := json.Marshal(map[string]any{"Version": m.Version, "Time": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return err
	}
	at := p.at(m)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	versions, err := os.ReadFile(filepath.Join(filepath.Dir(at), "list"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for name, content := range map[string][]byte{
		filepath.Join(filepath.Dir(at), "list"): append(versions, m.Version+"\n"...),
		at + ".info":                            info,
		at + ".mod":                             mod,
		at + ".zip":                             content.Bytes(),
	} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// at is the path of a version's files, without their endings.
func (p Proxy) at(m module.Version) string {
	return filepath.Join(p.dir, filepath.FromSlash(m.Path), "@v", m.Version)
}

// sums returns the lines of go.sum for a version.
func (p Proxy) sums(m module.Version) ([]byte, error) {
	all, err := dirhash.HashZip(p.at(m)+".zip", dirhash.Hash1)
	if err != nil {
		return nil, err
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(p.at(m) + ".mod") })
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", m.Path, m.Version, all, m.Path, m.Version, mod), nil
}
