package pack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
)

// onlyKit skips a test that runs an installer, which takes seconds.
func onlyKit(t *testing.T, program string) {
	t.Helper()
	if os.Getenv("FASTTRACK_KIT") == "" {
		t.Skip("it runs " + program + ": `make kit` does")
	}
	needs(t, program)
}

// A function that runs here is compiled as the team's go command compiles, so that nothing
// is compiled twice. One for Lambda has no paths of this machine, whatever they set.
func TestStage_Trimpath(t *testing.T) {
	onlyKit(t, "go")
	f := team(t, "provided.al2023", "bootstrap", map[string]string{"go.mod": "module example.com/team\n\ngo 1.24\n", "hooks/main.go": "package main\n\nfunc main() {}\n"})
	for _, c := range []struct {
		flags   string
		target  pack.Target
		trimmed bool
	}{
		{"", pack.Here(), false},
		{"-trimpath", pack.Here(), true},
		{"", pack.Lambda(runtime.GOARCH), true},
	} {
		t.Setenv("GOFLAGS", c.flags)
		dir := filepath.Join(t.TempDir(), "x")
		if err := pack.Stage(t.Context(), f, f.Functions[0], dir, c.target); err != nil {
			t.Fatal(err)
		}
		info, err := buildinfo.ReadFile(filepath.Join(dir, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		has := func(key, value string) bool {
			return slices.Contains(info.Settings, debug.BuildSetting{Key: key, Value: value})
		}
		if has("-trimpath", "true") != c.trimmed || !has("CGO_ENABLED", "0") {
			t.Errorf("GOFLAGS=%q for %+v: built with %v, want -trimpath %v and no cgo", c.flags, c.target, info.Settings, c.trimmed)
		}
	}
}

// wheel writes a wheel of a package, for a platform.
func wheel(t *testing.T, dir, name, platform, source string) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, name+"-1.0-py3-none-"+platform+".whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	info := name + "-1.0.dist-info/"
	for _, entry := range [][2]string{
		{name + "/__init__.py", source},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-" + platform + "\n"},
		{info + "entry_points.txt", "[console_scripts]\n" + name + " = " + name + ":main\n"},
		{info + "RECORD", ""},
	} {
		to, err := w.Create(entry[0])
		if err == nil {
			_, err = to.Write([]byte(entry[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// Requirements are installed for Lambda's system, and once: as long as requirements.txt
// is the same, the package is the same bytes.
func TestStage_Requirements(t *testing.T) {
	onlyKit(t, "python3")
	f := team(t, "python3.12", "handler.handler", map[string]string{
		"hooks/handler.py": "import rules\n", "hooks/requirements.txt": "--no-index\n--find-links ../wheels\nrules\n-r more.txt\n", "hooks/more.txt": "native\n", "wheels/x": "",
	})
	t.Chdir(f.Dir) // where the commands of a team run
	f = open(t, ".")
	wheel(t, f.Path("wheels"), "rules", "any", "")
	wheel(t, f.Path("wheels"), "native", "manylinux_2_34_aarch64", "# arm64")
	wheel(t, f.Path("wheels"), "native", "manylinux2014_x86_64", "# amd64")
	names, file := packed(t, f, pack.Lambda("arm64"))
	want := []string{"handler.py", "more.txt", "native-1.0.dist-info/METADATA", "native-1.0.dist-info/WHEEL", "native-1.0.dist-info/entry_points.txt", "native/__init__.py", "requirements.txt",
		"rules-1.0.dist-info/METADATA", "rules-1.0.dist-info/WHEEL", "rules-1.0.dist-info/entry_points.txt", "rules/__init__.py"}
	if !slices.Equal(names, want) {
		t.Errorf("the package has %q, want %q", names, want)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(before, []byte("rules/__init__.py")) {
		t.Error("the .zip names no file")
	}
	if text := read(t, f, "native/__init__.py"); text != "# arm64" {
		t.Errorf("for arm64 it has %q", text)
	}
	packed(t, f, pack.Lambda("amd64"))
	if text := read(t, f, "native/__init__.py"); text != "# amd64" {
		t.Errorf("for x86_64 it has %q", text)
	}

	// What is kept serves without what it came from.
	if err := os.RemoveAll(f.Path("wheels")); err != nil {
		t.Fatal(err)
	}
	packed(t, f, pack.Lambda("arm64"))
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the same requirements make another package (%v)", err)
	}
	write(t, f.Dir, map[string]string{"hooks/more.txt": "native\nmissing\n"})
	err = pack.Stage(t.Context(), f, f.Functions[0], filepath.Join(t.TempDir(), "x"), pack.Lambda("arm64"))
	if err == nil || !strings.HasPrefix(err.Error(), "hooks/requirements.txt: No matching distribution found for ") || !strings.HasSuffix(err.Error(), " (no network, or an index without it)") || strings.Contains(err.Error(), "\n") {
		t.Errorf("without a package: %v", err)
	}
}

func read(t *testing.T, f *folder.Folder, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(f.Path(folder.Made), "package", folder.HooksFunction, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// registry serves a package of npm, for one processor if cpu names it.
func registry(t *testing.T, packages map[string]string) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for name, cpu := range packages {
		manifest := map[string]any{"name": name, "version": "1.0.0", "bin": map[string]string{name: "index.js"}}
		if cpu != "" {
			manifest["cpu"], manifest["os"] = []string{cpu}, []string{"linux"}
		} else {
			manifest["optionalDependencies"] = map[string]string{"native-arm64": "1.0.0", "native-x64": "1.0.0"}
		}
		text, err := json.Marshal(manifest)
		if err != nil {
			t.Fatal(err)
		}
		archive := tarball(t, map[string]string{"package/package.json": string(text), "package/index.js": "#!/usr/bin/env node\nmodule.exports = 1\n"})
		sum := sha512.Sum512(archive)
		manifest["dist"] = map[string]string{"tarball": server.URL + "/" + name + ".tgz", "integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": "1.0.0"}, "versions": map[string]any{"1.0.0": manifest}})
		})
		mux.HandleFunc("/"+name+".tgz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) })
	}
	return server.URL
}

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for name, content := range files {
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Dependencies are installed for Lambda's processor, from the registry that .npmrc names,
// and none of their scripts runs.
func TestStage_Dependencies(t *testing.T) {
	onlyKit(t, "npm")
	url := registry(t, map[string]string{"rules": "", "native-arm64": "arm64", "native-x64": "x64"})
	f := team(t, "nodejs22.x", "index.handler", map[string]string{
		"hooks/index.mjs": "import \"rules\";\n", "hooks/package.json": `{"dependencies":{"rules":"^1.0.0"},"devDependencies":{"missing":"1"}}`,
		".npmrc": "registry=" + url + "\naudit=false\n", "hooks/node_modules/left/index.js": "",
	})
	t.Chdir(f.Dir)
	f = open(t, ".")
	for arch, want := range map[string]string{"arm64": "native-arm64", "amd64": "native-x64"} {
		names, file := packed(t, f, pack.Lambda(arch))
		own := []string{"index.mjs", "node_modules/" + want + "/index.js", "node_modules/" + want + "/package.json", "node_modules/rules/index.js", "node_modules/rules/package.json", "package.json"}
		if !slices.Equal(names, own) {
			t.Errorf("for %s the package has %q, want %q", arch, names, own)
		}
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		packed(t, f, pack.Lambda(arch))
		if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
			t.Errorf("the same dependencies make another package (%v)", err)
		}
	}
	write(t, f.Dir, map[string]string{"hooks/package.json": `{"dependencies":{"missing":"1.0.0"}}`})
	err := pack.Stage(t.Context(), f, f.Functions[0], filepath.Join(t.TempDir(), "x"), pack.Lambda("arm64"))
	if want := fmt.Sprintf("hooks/package.json: 404 Not Found - GET %s/missing", url); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line with %q", err, want)
	}
}
