// Package pypi installs pinned Python packages for tests, beside the other tools.
package pypi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Moto gives the folder of a virtual environment with moto's server.
func Moto() (string, error) { return Venv("moto-5.2.5", "moto[server]==5.2.5") }

// AWS returns the folder of a virtual environment with the AWS command line.
func AWS() (string, error) { return Venv("awscli-1.45.11", "awscli==1.45.11") }

// Venv gives the folder of a virtual environment of that name which holds the
// requirement, such as "moto[server]==5.2.5"; it is made where it isn't there
// yet, in TOOLS or the user's cache. The name has the version in it.
func Venv(name, requirement string) (string, error) {
	tools := os.Getenv("TOOLS")
	if tools == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		tools = filepath.Join(cache, "fasttrack", "tools")
	}
	venv := filepath.Join(tools, name)
	installed := func() bool { _, err := os.Stat(filepath.Join(venv, ".installed")); return err == nil }
	if installed() {
		return venv, nil
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
			return venv, nil
		}
	}
	defer os.Remove(lock)
	if installed() {
		return venv, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", venv},
		{filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", requirement},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %s", args[0], err, out)
		}
	}
	return venv, os.WriteFile(filepath.Join(venv, ".installed"), nil, 0o644)
}
