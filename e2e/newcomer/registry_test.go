package newcomer_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// registry serves the npm packages that a folder has at the time of a request, and returns
// its URL (https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md).
func registry(t *testing.T, dir string) string {
	t.Helper()
	var s *httptest.Server
	archives := archives{}
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/-/") {
			http.ServeFile(w, r, filepath.Join(dir, filepath.Base(r.URL.Path)))
			return
		}
		name, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/"))
		found, err := archives.packument(dir, s.URL, name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if found == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// archives are the manifests of the archives that were read, by path. The checksum of one
// with the command line takes a second.
type archives struct{ read sync.Map }

// packument describes all versions of a package, nil for an unknown one.
func (a *archives) packument(dir, url, name string) (map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return nil, err
	}
	versions, latest := map[string]any{}, ""
	for _, at := range files {
		once, _ := a.read.LoadOrStore(at, sync.OnceValues(func() (map[string]any, error) { return readPackage(at, url) }))
		manifest, err := once.(func() (map[string]any, error))()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		if manifest["name"] != name {
			continue
		}
		number := fmt.Sprint(manifest["version"])
		versions[number], latest = manifest, max(latest, number)
	}
	if latest == "" {
		return nil, nil
	}
	return map[string]any{"name": name, "dist-tags": map[string]string{"latest": latest}, "versions": versions}, nil
}

// readPackage returns the package.json of an archive, with where it is and its checksum.
func readPackage(at, url string) (manifest map[string]any, err error) {
	file, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha512.New()
	packed, err := gzip.NewReader(io.TeeReader(file, hash))
	if err != nil {
		return nil, err
	}
	for archive := tar.NewReader(packed); manifest == nil; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("no package.json")
		}
		if err != nil {
			return nil, err
		}
		if header.Name == "package/package.json" {
			if err := json.NewDecoder(archive).Decode(&manifest); err != nil {
				return nil, err
			}
		}
	}
	if _, err := io.Copy(hash, file); err != nil { // the rest
		return nil, err
	}
	manifest["dist"] = map[string]string{
		"tarball": url + "/-/" + filepath.Base(at), "integrity": "sha512-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)),
	}
	return manifest, nil
}
