// Package mototest runs moto's server, which answers as AWS does, for tests.
package mototest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	installed "github.com/fasttrack-dev/fasttrack/internal/pypi"
	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

var (
	once     sync.Once
	endpoint string
	failure  error
)

// Endpoint returns where moto answers, one server for a test process; it ends with
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
	venv, err := installed.Moto()
	if err != nil {
		return "", err
	}
	server, err := pypi.Serve(context.Background(), "moto's server", "/moto-api/", func(port int) *exec.Cmd {
		return exec.Command(filepath.Join(venv, "bin", "moto_server"), "-H", "127.0.0.1", "-p", strconv.Itoa(port))
	})
	if err != nil {
		return "", err
	}
	return server.URL.String(), nil
}
