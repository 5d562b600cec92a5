package console_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// firstLoad is the most that the first page may load, compressed.
const firstLoad = 30 << 10

// zipped returns what a path sends to a browser, compressed.
func zipped(t testing.TB, h http.Handler, path string) ([]byte, http.Header) {
	t.Helper()
	r := httptest.NewRequest("GET", "http://console.example.com"+path, nil)
	r.AddCookie(&http.Cookie{Name: "who", Value: "ada@example.com"})
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.Bytes(), w.Result().Header
}

func unzipped(t testing.TB, raw []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var loaded = regexp.MustCompile(`(?:href|src)="(/console/static/[^"]+)"`)

// load returns the compressed bytes of a page and of all that it loads.
func load(t testing.TB, h http.Handler, path string) (bytes int) {
	t.Helper()
	page, _ := zipped(t, h, path)
	bytes = len(page)
	for _, asset := range loaded.FindAllStringSubmatch(unzipped(t, page), -1) {
		body, _ := zipped(t, h, asset[1])
		bytes += len(body)
	}
	return bytes
}

func TestFirstLoadIsSmall(t *testing.T) {
	h := (&fakeAPI{t: t, respond: answers}).serve()
	for path := range lists {
		if n := load(t, h, path); n > firstLoad || n < 5<<10 {
			t.Errorf("%s loads %d bytes, of at most %d", path, n, firstLoad)
		}
	}
}

// BenchmarkHome measures a page without the API behind it, and reports what its first
// load weighs.
func BenchmarkHome(b *testing.B) {
	t := &testing.T{}
	h := (&fakeAPI{t: t, respond: answers}).serve()
	for b.Loop() {
		zipped(b, h, "/console/")
	}
	b.ReportMetric(float64(load(b, h, "/console/")), "bytes-first-load")
}

func TestAssets(t *testing.T) {
	h := (&fakeAPI{t: t, respond: answers}).serve()
	_, _, page := get(t, h, "/console/")
	found := loaded.FindAllStringSubmatch(page, -1)
	if len(found) != 3 {
		t.Fatalf("Home loads %v", found)
	}
	for _, asset := range found {
		raw, header := zipped(t, h, asset[1])
		if header.Get("Cache-Control") != "public, max-age=31536000, immutable" || header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", asset[1], header)
		}
		_, _, plain := get(t, h, asset[1])
		if plain != unzipped(t, raw) || plain == "" {
			t.Errorf("%s differs once unpacked", asset[1])
		}
		if status, _, _ := get(t, h, regexp.MustCompile(`static/[0-9a-f]+`).ReplaceAllString(asset[1], "static/000000000000")); status != 404 {
			t.Errorf("%s of another version: %d", asset[1], status)
		}
	}
}

// TestScriptMakesNoMarkup reads the script: it has no words for people, and never turns a
// string into markup or code. The policy forbids that to the browser too.
func TestScriptMakesNoMarkup(t *testing.T) {
	files, err := filepath.Glob("assets/js/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{"innerHTML", "outerHTML =", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "createContextualFragment", "srcdoc", "setHTML", "http:", "https:"} {
			if strings.Contains(string(raw), never) {
				t.Errorf("%s has %s", name, never)
			}
		}
		if lines := strings.Count(string(raw), "\n"); lines > 400 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
	_, header, _ := get(t, (&fakeAPI{t: t, respond: answers}).serve(), "/console/")
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "require-trusted-types-for 'script'; trusted-types 'none'") {
		t.Errorf("the policy is %q", policy)
	}
}
