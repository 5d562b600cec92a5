package upgrade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Bump has the folder name another version, "" for the newest, and installs it. If it
// fails, the files of the folder are as they were. self is the path of this program.
func (p Pin) Bump(ctx context.Context, version, self string) (Pin, error) {
	before, err := p.keep()
	if err != nil {
		return Pin{}, err
	}
	if err = p.install(ctx, version, self); err == nil {
		var now Pin
		if now, err = Find(p.dir); err == nil {
			return now, nil
		}
	}
	return Pin{}, errors.Join(err, before.restore())
}

// kept are the contents of files by path; nil for one that was missing.
type kept map[string][]byte

// keep reads the files that a package manager changes.
func (p Pin) keep() (kept, error) {
	files := kept{}
	for _, name := range map[kind][]string{goTool: {"go.mod", "go.sum"}, pip: {"requirements.txt"}, npm: {"package.json", "package-lock.json"}}[p.kind] {
		raw, err := readFile(p.dir, name)
		if err != nil {
			return nil, err
		}
		files[filepath.Join(p.dir, name)] = raw
	}
	return files, nil
}

func (k kept) restore() error {
	var errs []error
	for path, raw := range k {
		if raw == nil {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
			continue
		}
		if now, err := os.ReadFile(path); err == nil && string(now) == string(raw) {
			continue
		}
		errs = append(errs, os.WriteFile(path, raw, 0o600))
	}
	return errors.Join(errs...)
}

// install changes the version by the package manager of the folder.
func (p Pin) install(ctx context.Context, version, self string) error {
	switch p.kind {
	case goTool:
		var wanted []string
		for _, path := range p.packages {
			wanted = append(wanted, path+"@"+orLatest(version))
		}
		// List fetches what each module says. Without it, get of Go 1.26 fails where the
		// cache has the main module at that version and a nested one not: it looks for the
		// nested one's package in the main module.
		if err := p.run(ctx, version, "go", append([]string{"list", "-m"}, wanted...)...); err != nil {
			return err
		}
		if err := p.run(ctx, version, "go", append([]string{"get"}, wanted...)...); err != nil {
			return err
		}
		return p.run(ctx, version, "go", "mod", "tidy")
	case pip:
		return p.installPip(ctx, version, self)
	}
	args := []string{"install", "--save-exact", "--no-fund", "--no-audit", "--loglevel=error"}
	for _, name := range p.packages {
		args = append(args, name+"@"+strings.TrimPrefix(orLatest(version), "v"))
	}
	return p.run(ctx, version, "npm", args...)
}

// installPip installs with the Python beside this program, and then names the version that
// is installed.
func (p Pin) installPip(ctx context.Context, version, self string) error {
	python := filepath.Join(filepath.Dir(self), "python3")
	if _, err := os.Stat(python); err != nil {
		python = "python3"
	}
	wanted := []string{"--upgrade", pipPackage}
	if version != "" {
		wanted = []string{pipPackage + "==" + strings.TrimPrefix(version, "v")}
	}
	if err := p.run(ctx, version, python, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"}, wanted...)...); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, python, "-c", "import importlib.metadata as m; print(m.version('"+pipPackage+"'))").Output() // #nosec G204 -- the Python beside this program
	if err != nil {
		return fmt.Errorf("read the version that pip installed: %w", err)
	}
	path := filepath.Join(p.dir, p.File)
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line := pipPackage + "==" + strings.TrimSpace(string(out))
	return os.WriteFile(path, requirement.ReplaceAllLiteral(raw, []byte(line)), 0o600) // #nosec G703 -- a file of the folder that the person is in
}

func orLatest(version string) string {
	if version == "" {
		return "latest"
	}
	return version
}

// What package managers print of a version that does not exist, and without a network.
var (
	offline = regexp.MustCompile(`(?i)no such host|dial tcp|connection refused|network is unreachable|GOPROXY=off|NewConnectionError|Failed to establish|name resolution|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ENETUNREACH|i/o timeout`)
	// pip found no version, and no other either. Without retries it doesn't say why.
	noneAtAll = regexp.MustCompile(`\(from versions: none\)`)
	unknown   = regexp.MustCompile(`(?i)unknown revision|no matching versions|invalid version|\.(info|mod): no such file|404 Not Found|410 Gone|No matching distribution|ETARGET|E404|notarget`)
)

// run runs a package manager. Its error is one line that says what to do.
func (p Pin) run(ctx context.Context, version, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...) // #nosec G204 -- the package manager of the folder
	cmd.Dir = p.dir
	out, err := cmd.CombinedOutput()
	switch name := filepath.Base(program); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%s is not installed; %s names the version of fasttrack, and %s changes it", name, p.File, name)
	case offline.Match(out):
		return fmt.Errorf("fasttrack %s can't be downloaded: no connection (%s); %s is unchanged", orLatest(version), line(out, offline), p.File)
	case noneAtAll.Match(out):
		return fmt.Errorf("fasttrack %s can't be downloaded: no connection, or an index without %s (%s); %s is unchanged", orLatest(version), pipPackage, line(out, noneAtAll), p.File)
	case unknown.Match(out):
		return fmt.Errorf("fasttrack has no version %s (%s); %s is unchanged", orLatest(version), line(out, unknown), p.File)
	default:
		return fmt.Errorf("%s %s: %s; %s is unchanged", name, args[0], line(out, nil), p.File)
	}
}

// line returns the first line of an output that matches, or the last one.
func line(out []byte, wanted *regexp.Regexp) string {
	found := "no output"
	for text := range strings.Lines(string(out)) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if found = text; wanted != nil && wanted.MatchString(text) {
			break
		}
	}
	return found
}

// Command returns the command line of the version that the folder names.
func (p Pin) Command(self string) []string {
	switch p.kind {
	case goTool:
		return []string{"go", "tool", "fasttrack"}
	case npm:
		if local := filepath.Join(p.dir, "node_modules", ".bin", "fasttrack"); isFile(local) {
			return []string{local}
		}
	}
	return []string{self}
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
