package pack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// dependencies returns a folder with the modules that package.json names; "" if it names
// none.
func dependencies(ctx context.Context, f *folder.Folder, fn folder.Function, manifest []byte, t Target) (string, error) {
	name := path.Join(fn.Code, packageFile)
	var has struct {
		Dependencies         map[string]string `json:"dependencies"`
		OptionalDependencies map[string]string `json:"optionalDependencies"`
	}
	if err := json.Unmarshal(manifest, &has); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	for dependency, version := range has.Dependencies {
		if strings.HasPrefix(version, "file:") || strings.HasPrefix(version, "link:") {
			return "", fmt.Errorf("%s: dependency %s is a folder of this machine; put its code beside the handler", name, dependency)
		}
	}
	if len(has.Dependencies)+len(has.OptionalDependencies) == 0 {
		return "", nil
	}
	lock, err := os.ReadFile(f.Path(path.Join(fn.Code, lockFile)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	dir, err := installed(f, []string{"npm", fmt.Sprint(t), string(manifest), string(lock)}, func(dir string) error {
		needed, err := withoutDevelopment(manifest)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files, command := map[string][]byte{packageFile: needed}, "install"
		if lock != nil {
			files[packageFile], files[lockFile], command = manifest, lock, "ci" // which compares the two
		}
		for _, at := range []string{fn.Code, "."} { // where a registry of the team's own is named
			if raw, err := os.ReadFile(f.Path(path.Join(at, ".npmrc"))); err == nil && files[".npmrc"] == nil {
				files[".npmrc"] = raw
			}
		}
		for file, content := range files {
			if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
				return fmt.Errorf("install dependencies: %w", err)
			}
		}
		system := map[string]string{"windows": "win32"}[t.OS]
		if system == "" {
			system = t.OS
		}
		cpu := map[string]string{"amd64": "x64"}[t.Arch]
		if cpu == "" {
			cpu = t.Arch
		}
		args := []string{command, "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", "--loglevel=error", "--os=" + system, "--cpu=" + cpu}
		if !t.Local {
			args = append(args, "--libc=glibc")
		}
		cmd := exec.CommandContext(ctx, "npm", args...) // #nosec G204 -- a folder of the team's own
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, exec.ErrNotFound):
			return fmt.Errorf("%s: npm is not installed, and it installs the dependencies", name)
		case err != nil:
			return fmt.Errorf("%s: %s", name, npmError(string(out), err))
		}
		// The name of a hidden lock file, which names the registry of this machine.
		_ = os.Remove(filepath.Join(dir, nodeModules, ".package-lock.json"))
		_ = os.Remove(filepath.Join(dir, ".npmrc"))
		return os.MkdirAll(filepath.Join(dir, nodeModules), 0o750)
	})
	return filepath.Join(dir, nodeModules), err
}

// npmError returns what npm reports, in one line.
func npmError(output string, err error) string {
	for line := range strings.Lines(output) {
		rest, is := strings.CutPrefix(strings.TrimSpace(line), "npm error ")
		if is && !strings.HasPrefix(rest, "code ") && !strings.HasPrefix(rest, "errno ") && !strings.HasPrefix(rest, "syscall ") && rest != "" {
			return rest
		}
	}
	return err.Error()
}

// withoutDevelopment returns a package.json without the dependencies of development, which
// npm would look up even if it installs none.
func withoutDevelopment(manifest []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(manifest, &members); err != nil {
		return nil, err
	}
	delete(members, "devDependencies")
	return json.Marshal(members)
}
