package newcomer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/moduleproxy"
)

// The versions that the pages name: what is installed first, and the next one.
const version, next = "v1.2.0", "v1.3.0"

// way is how people of a language work.
type way struct {
	language string
	// test is how they run the tests of their folder, strict how they call the command line
	// in it.
	test, daily string
	// code are the files of the newcomer's own rule, in hooks/.
	code []string
	// environ is where releases are found. publish adds a release to it.
	environ func(t *testing.T, home string) (env []string, publish func(t *testing.T, version string))
}

// ways returns how people of each language work. Packages of Python and Node.js come from
// the same files of a release.
func ways(t *testing.T) []way {
	var mu sync.Mutex
	in, made := t.TempDir(), map[string]string{}
	released := func(t *testing.T, version string) string {
		mu.Lock()
		defer mu.Unlock()
		if made[version] == "" {
			made[version] = release(t, in, version)
		}
		return made[version]
	}
	return []way{
		{
			language: "go", test: "make test", daily: "go tool fasttrack",
			code: []string{"main.go", "main_test.go"}, environ: goReleases,
		},
		{
			language: "python", test: "make test", daily: "fasttrack",
			code: []string{"handler.py", "test_handler.py"},
			environ: func(t *testing.T, home string) ([]string, func(*testing.T, string)) {
				wheels := filepath.Join(home, "wheels")
				return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + wheels, "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_CACHE_DIR=" + filepath.Join(home, "pip")},
					func(t *testing.T, version string) { link(t, released(t, version), "*.whl", wheels) }
			},
		},
		{
			language: "node", test: "npm test --silent", daily: "npx fasttrack",
			code: []string{"index.mjs", "index.test.mjs"},
			environ: func(t *testing.T, home string) ([]string, func(*testing.T, string)) {
				packages := filepath.Join(home, "packages")
				return []string{
						"npm_config_registry=" + registry(t, packages), "npm_config_cache=" + filepath.Join(home, "npm"), "npm_config_prefix=" + home,
						"npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false",
					},
					func(t *testing.T, version string) { link(t, released(t, version), "*.tgz", packages) }
			},
		},
	}
}

// link has a folder hold the files of a release that match.
func link(t *testing.T, from, pattern, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no %s (%v)", from, pattern, err)
	}
	if err := os.MkdirAll(to, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Symlink(file, filepath.Join(to, filepath.Base(file))); err != nil {
			t.Fatal(err)
		}
	}
}

// goReleases releases the checkout to a module proxy. People's go command compiles without
// -trimpath, so what it compiles is kept by the folder of a module: one folder for all runs
// has the packages of others compiled once. A cold start has nothing.
func goReleases(t *testing.T, home string) ([]string, func(*testing.T, string)) {
	t.Helper()
	proxy := moduleproxy.New(filepath.Join(home, "proxy"))
	cold := os.Getenv("FASTTRACK_NEWCOMER_COLD") != ""
	modules, cache := filepath.Join(home, "modules"), filepath.Join(home, "gocache")
	if !cold {
		out, err := exec.Command("go", "env", "GOCACHE").Output()
		if err != nil {
			t.Fatal(err)
		}
		modules, cache = ownModules(t), strings.TrimSpace(string(out))
	}
	env, err := proxy.Environ(modules)
	if err != nil {
		t.Fatal(err)
	}
	// The go command keeps an index of each version's files for ever, too.
	return append(env, "GOCACHE="+cache, "GOFLAGS=-modcacherw", "GODEBUG=goindex=0", "GOBIN="+filepath.Join(home, "bin")), func(t *testing.T, version string) {
		t.Helper()
		if err := proxy.Release("../..", version); err != nil {
			t.Fatal(err)
		}
	}
}

// ownModules returns a module cache that is this test's alone until it ends, without the
// releases of an earlier run: a version is one content in a cache, for ever.
func ownModules(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(tools, "newcomer")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Close() })
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	const owner = "github.com/fasttrack-dev"
	for _, old := range []string{owner, "cache/download/" + owner} {
		if err := os.RemoveAll(filepath.Join(dir, "modules", filepath.FromSlash(old))); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "modules")
}

// release makes the files of a release for this machine, and returns their folder.
// FASTTRACK_NEWCOMER_DIST has folders that were made before, by version.
func release(t *testing.T, in, version string) string {
	t.Helper()
	if made := os.Getenv("FASTTRACK_NEWCOMER_DIST"); made != "" {
		return filepath.Join(made, version)
	}
	dir := filepath.Join(in, version)
	cmd := exec.Command("go", "run", "./tools/dist", "-trial", "-version", version, "-platforms", runtime.GOOS+"/"+runtime.GOARCH, "-out", dir)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dist: %v\n%s", err, out)
	}
	return dir
}
