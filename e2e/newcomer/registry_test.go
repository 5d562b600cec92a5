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
	"testing"
)

// registry serves the npm packages in a folder, and returns its URL
// (https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md).
func registry(t *testing.T, dir string) string {
	t.Helper()
	archives, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no npm packages in %s: %v", dir, err)
	}
	packages := map[string]map[string]any{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/-/") {
			http.ServeFile(w, r, filepath.Join(dir, filepath.Base(r.URL.Path)))
			return
		}
		name, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/"))
		found, is := packages[name]
		if !is {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	}))
	t.Cleanup(s.Close)
	for _, at := range archives {
		manifest, integrity, err := readPackage(at)
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		manifest["dist"] = map[string]string{"tarball": s.URL + "/-/" + filepath.Base(at), "integrity": integrity}
		name, number := fmt.Sprint(manifest["name"]), fmt.Sprint(manifest["version"])
		packages[name] = map[string]any{"name": name, "dist-tags": map[string]string{"latest": number}, "versions": map[string]any{number: manifest}}
	}
	return s.URL
}

// readPackage returns the package.json of an archive, and its checksum.
func readPackage(at string) (manifest map[string]any, integrity string, err error) {
	file, err := os.Open(at)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	hash := sha512.New()
	packed, err := gzip.NewReader(io.TeeReader(file, hash))
	if err != nil {
		return nil, "", err
	}
	for archive := tar.NewReader(packed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", err
		}
		if header.Name == "package/package.json" {
			if err := json.NewDecoder(archive).Decode(&manifest); err != nil {
				return nil, "", err
			}
		}
	}
	if _, err := io.Copy(hash, file); err != nil { // what follows the archive
		return nil, "", err
	}
	if manifest == nil {
		return nil, "", errors.New("no package.json")
	}
	return manifest, "sha512-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)), nil
}
