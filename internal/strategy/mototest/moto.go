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

	"github.com/fasttrack-dev/fasttrack/internal/pypi"
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
	venv, err := pypi.Venv("moto-5.2.5", requirement)
	if err != nil {
		return "", err
	}
	server := filepath.Join(venv, "bin", "moto_server")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return "", err
	}
	cmd := exec.Command(server, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	pypi.EndWithTest(cmd)
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
