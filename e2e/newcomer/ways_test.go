package newcomer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/moduleproxy"
	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// way is how people of a language work.
type way struct {
	language string
	// installs installs the command line, first is it then. prepares is done once in the
	// repository, and daily is the command line there.
	installs     [][]string
	first, daily []string
	prepares     [][]string
	tests, runs  []string
	code         []string
	path         func(dir string) []string
	environ      func(t *testing.T, dir string) []string
}

func ways(t *testing.T) []way {
	const module = modules.Main + "/cmd/fasttrack"
	none := func(string) []string { return nil }
	released := sync.OnceValue(func() string { return release(t) })
	return []way{
		{
			language: "go",
			first:    []string{"go", "run", module + "@" + version}, daily: []string{"go", "tool", "fasttrack"},
			prepares: [][]string{{"go", "mod", "tidy"}},
			tests:    []string{"make", "test"}, runs: []string{"make", "run"},
			code: []string{"main.go", "main_test.go"}, path: none, environ: goEnviron,
		},
		{
			language: "python",
			installs: [][]string{{"python3", "-m", "venv", "venv"}, {"venv/bin/pip", "install", "--quiet", "fasttrack-approvals"}},
			first:    []string{"fasttrack"}, daily: []string{"fasttrack"},
			prepares: [][]string{{"pip", "install", "--quiet", "-r", "requirements.txt"}},
			tests:    []string{"make", "test"}, runs: []string{"make", "run"},
			code: []string{"handler.py", "test_handler.py"},
			path: func(dir string) []string { return []string{filepath.Join(dir, "venv", "bin")} },
			environ: func(_ *testing.T, dir string) []string {
				return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + released(), "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_CACHE_DIR=" + filepath.Join(dir, "pip")}
			},
		},
		{
			language: "node",
			installs: [][]string{{"npm", "install", "--silent", "--prefix", "installed", "@fasttrack-dev/fasttrack"}},
			first:    []string{"installed/node_modules/.bin/fasttrack"}, daily: []string{"npx", "fasttrack"},
			prepares: [][]string{{"npm", "install", "--silent"}},
			tests:    []string{"npm", "test", "--silent"}, runs: []string{"npm", "start", "--silent"},
			code: []string{"index.mjs", "index.test.mjs"}, path: none,
			environ: func(t *testing.T, dir string) []string {
				return []string{"npm_config_registry=" + registry(t, released()), "npm_config_cache=" + filepath.Join(dir, "npm"), "npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false"}
			},
		},
	}
}

// goEnviron makes a proxy of the checkout. A cold start compiles all packages; else those
// of others were compiled before.
func goEnviron(t *testing.T, dir string) []string {
	t.Helper()
	proxy := moduleproxy.New(filepath.Join(dir, "proxy"))
	if err := proxy.Release("../..", version); err != nil {
		t.Fatal(err)
	}
	env, err := proxy.Environ(filepath.Join(dir, "modules"))
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(dir, "gocache")
	if os.Getenv("FASTTRACK_NEWCOMER_COLD") == "" {
		out, err := exec.Command("go", "env", "GOCACHE").Output()
		if err != nil {
			t.Fatal(err)
		}
		cache = strings.TrimSpace(string(out))
	}
	return append(env, "GOCACHE="+cache)
}

// release makes the files of a release for this machine, and returns their folder.
// FASTTRACK_NEWCOMER_DIST names one that was made before.
func release(t *testing.T) string {
	if made := os.Getenv("FASTTRACK_NEWCOMER_DIST"); made != "" {
		return made
	}
	dir := filepath.Join(t.TempDir(), "dist")
	cmd := exec.Command("go", "run", "./tools/dist", "-trial", "-version", version, "-platforms", runtime.GOOS+"/"+runtime.GOARCH, "-out", dir)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dist: %v\n%s", err, out)
	}
	return dir
}
