package modules_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// The checksums are those that the go command finds when it downloads the tags: the file
// LICENSE of the repository is in each module.
func TestSums(t *testing.T) {
	repository := t.TempDir()
	files := map[string]string{"go.mod": "module " + modules.Main + "\n", "LICENSE": "licence\n"}
	for _, name := range modules.Nested {
		files[name+"/go.mod"] = "module " + modules.Main + "/" + name + "\n\ngo 1.24\n"
		files[name+"/doc.go"] = "package " + name + "\n"
		files[name+"/inner/doc.go"] = "package inner\n"
		files[name+"/other/go.mod"] = "module example.com/other\n"
	}
	for name, content := range files {
		path := filepath.Join(repository, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const version = "v1.2.3"
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-C", repository, "-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	git("init", "--quiet")
	git("add", ".")
	git("commit", "--quiet", "-m", "release")
	for _, name := range modules.Nested {
		git("tag", name+"/"+version)
	}
	// What is not committed is in no module.
	if err := os.WriteFile(filepath.Join(repository, modules.Nested[0], "draft.go"), []byte("package draft\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := modules.Sums(repository, version)
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range modules.Nested {
		path := modules.Main + "/" + name
		download := exec.Command("go", "mod", "download", "-json", path+"@"+version)
		download.Dir = t.TempDir()
		download.Env = append(os.Environ(), "GOPROXY=direct", "GOSUMDB=off", "GOVCS=*:git", "GOWORK=off", "GOFLAGS=-modcacherw", "GOMODCACHE="+t.TempDir(),
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://"+repository+".insteadOf", "GIT_CONFIG_VALUE_0=https://"+modules.Main)
		out, err := download.Output()
		var m struct{ Sum, GoModSum, Error string }
		if jsonErr := json.Unmarshal(out, &m); err != nil || jsonErr != nil {
			t.Fatalf("go mod download: %v %v %s", err, jsonErr, out)
		}
		for _, line := range []string{path + " " + version + " " + m.Sum, path + " " + version + "/go.mod " + m.GoModSum} {
			if !strings.Contains(string(got), line+"\n") {
				t.Errorf("no %q in\n%s", line, got)
			}
		}
	}
}

// Lines of go.sum are replaced where they belong, and no others change.
func TestReplace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a.io/x", "github.com/a/b", "github.com/fasttrack-dev/fast", "github.com/fasttrack-dev/z", "z.io/x"}), rapid.ID[string]).Draw(t, "paths")
		var mods []module.Version
		for _, p := range append(paths, modules.Main+"/hook", modules.Main+"/strategy") {
			mods = append(mods, module.Version{Path: p, Version: "v1.0.0"})
		}
		module.Sort(mods)
		var old, want, lines strings.Builder
		for _, m := range mods {
			nested := strings.HasPrefix(m.Path, modules.Main+"/")
			if nested {
				lines.WriteString(m.Path + " v2.0.0 h1:new=\n")
				want.WriteString(m.Path + " v2.0.0 h1:new=\n")
			} else {
				want.WriteString(m.Path + " v1.0.0 h1:old=\n")
			}
			if !nested || rapid.Bool().Draw(t, m.Path) {
				old.WriteString(m.Path + " v1.0.0 h1:old=\n")
			}
		}
		if got := string(modules.Replace([]byte(old.String()), []byte(lines.String()))); got != want.String() {
			t.Fatalf("got\n%swant\n%s", got, want.String())
		}
	})
}
