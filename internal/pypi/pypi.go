// Package pypi installs pinned Python packages for fasttrack's tests into the folder of
// its tools.
package pypi

import (
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

// Moto returns the folder of a virtual environment with moto's server.
func Moto() (string, error) { return in(pypi.Moto) }

// AWS returns the folder of a virtual environment with the AWS command line.
func AWS() (string, error) { return Venv("awscli-1.45.11", "awscli==1.45.11") }

// Venv returns the folder of a virtual environment that holds the requirement: see
// [pypi.Venv].
func Venv(name, requirement string) (string, error) {
	return in(func(tools string) (string, error) { return pypi.Venv(tools, name, requirement) })
}

// in calls install with the folder of tools: TOOLS, as make sets it, or its default.
func in(install func(tools string) (string, error)) (string, error) {
	if tools := os.Getenv("TOOLS"); tools != "" {
		return install(tools)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return install(filepath.Join(cache, "fasttrack", "tools"))
}
