// Package mototest runs moto's server, which answers as AWS does, for tests.
package mototest

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const requirement = "moto[server]==5.2.5"

var (
	once     sync.Once
	endpoint string
	failure  error
)

// Endpoint gives where moto answers, one server for a test process; it ends with
// the process. Without Python or PyPI the test is skipped, except where the
// environment's CI is set: there it fails.
func Endpoint(t *testing.T) string {
	t.Helper()
	once.Do(func() { endpoint, failure = serve() })
	if failure != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("moto's server is needed here: %v", failure)
		}
		t.Skipf("NOT TESTED AGAINST moto's server: %v", failure)
	}
	return endpoint
}

func serve() (string, error) {
	server, err := install()
	if err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return "", err
	}
	cmd := exec.Command(server, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	endWithTest(cmd)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if res, err := http.Get(url + "/moto-api/"); err == nil {
			return url, res.Body.Close()
		}
	}
	_ = cmd.Process.Kill()
	return "", fmt.Errorf("moto's server did not start")
}

// install puts moto into a virtual environment beside the other tools.
func install() (string, error) {
	tools := os.Getenv("TOOLS")
	if tools == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		tools = filepath.Join(cache, "fasttrack", "tools")
	}
	venv := filepath.Join(tools, "moto-5.2.5")
	server := filepath.Join(venv, "bin", "moto_server")
	installed := func() bool { _, err := os.Stat(filepath.Join(venv, ".installed")); return err == nil }
	if installed() {
		return server, nil
	}
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return "", err
	}
	// Packages are tested side by side: one installs, the others wait for it.
	lock := venv + ".lock"
	for os.Mkdir(lock, 0o755) != nil {
		if info, err := os.Stat(lock); err == nil && time.Since(info.ModTime()) > 5*time.Minute {
			_ = os.Remove(lock) // who made it is gone
		}
		time.Sleep(100 * time.Millisecond)
		if installed() {
			return server, nil
		}
	}
	defer os.Remove(lock)
	if installed() {
		return server, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", venv},
		{filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", requirement},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %s", args[0], err, out)
		}
	}
	return server, os.WriteFile(filepath.Join(venv, ".installed"), nil, 0o644)
}
