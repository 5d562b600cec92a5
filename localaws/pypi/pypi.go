// Package pypi installs pinned Python packages for tests and runs servers in them:
// the other implementations of AWS that localaws is compared with.
package pypi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Moto returns the folder of a virtual environment with moto's server, in the folder
// tools.
func Moto(tools string) (string, error) { return Venv(tools, "moto-5.2.5", "moto[server]==5.2.5") }

// Venv returns the folder of the virtual environment of that name in the folder tools,
// and creates it with the requirement, such as "moto[server]==5.2.5", if it doesn't
// exist. The name must include the version.
func Venv(tools, name, requirement string) (string, error) {
	venv := filepath.Join(tools, name)
	installed := func() bool { _, err := os.Stat(filepath.Join(venv, ".installed")); return err == nil }
	if installed() {
		return venv, nil
	}
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return "", err
	}
	// Packages are tested in parallel: one installs, the others wait for it.
	lock := venv + ".lock"
	for os.Mkdir(lock, 0o755) != nil {
		if info, err := os.Stat(lock); err == nil && time.Since(info.ModTime()) > 5*time.Minute {
			_ = os.Remove(lock) // left by a process that was killed
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
