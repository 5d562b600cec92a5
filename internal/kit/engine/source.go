package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"golang.org/x/mod/modfile"
)

// modulePath is the module of the command line and of the engine.
const modulePath = "github.com/fasttrack-dev/fasttrack"

// source is where the engine is built from.
type source struct {
	dir string
	// version is the version of the module in the module cache; empty for a folder, whose
	// content may change.
	version, sum string
}

// findSource returns the source of the command line that was built as info says: the
// module at its version, or the checkout it is in. team is the folder of the team.
func findSource(ctx context.Context, info *debug.BuildInfo, team string) (source, error) {
	m := &info.Main
	if m.Path != modulePath {
		for _, dep := range info.Deps {
			if dep.Path == modulePath {
				m = dep
			}
		}
		if m.Replace != nil {
			if m.Replace.Version == "" {
				return folderSource(absolute(team, m.Replace.Path))
			}
			m = m.Replace
		}
		return download(ctx, team, m)
	}
	if m.Sum != "" { // `go install` of a version
		return download(ctx, team, m)
	}
	self, err := os.Executable()
	if err != nil {
		return source{}, fmt.Errorf("find this executable: %w", err)
	}
	for _, from := range []string{filepath.Dir(self), absolute(team, ".")} {
		for dir := from; ; dir = filepath.Dir(dir) {
			if s, err := folderSource(dir); err == nil {
				return s, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return source{}, errors.New("this fasttrack was built from a checkout that it is not in any more, and no engine comes with it; run build/fasttrack of the checkout, or install a release")
}

func absolute(dir, path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// folderSource returns a folder with the module.
func folderSource(dir string) (source, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return source{}, fmt.Errorf("the source of the engine: %w", err)
	}
	if modfile.ModulePath(raw) != modulePath {
		return source{}, fmt.Errorf("%s is not the module %s", dir, modulePath)
	}
	return source{dir: dir}, nil
}

// download returns the folder of a module in the module cache. In the folder of a Go team
// the go command compares it with the team's go.sum.
func download(ctx context.Context, team string, m *debug.Module) (source, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.Path+"@"+m.Version) // #nosec G204 -- the module of this executable
	cmd.Dir = team
	out, err := cmd.Output()
	var found struct{ Dir, Sum, Error string }
	_ = json.Unmarshal(out, &found) // found.Dir stays empty
	switch {
	case ctx.Err() != nil:
		return source{}, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return source{}, fmt.Errorf("go is not installed: the engine of fasttrack %s is built with it; install Go, or the archive of the release, which needs none", m.Version)
	case found.Error != "":
		return source{}, fmt.Errorf("download fasttrack %s: %s", m.Version, firstLine(found.Error))
	case err != nil:
		return source{}, fmt.Errorf("download fasttrack %s: %s", m.Version, said(err))
	case m.Sum != "" && found.Sum != m.Sum:
		return source{}, fmt.Errorf("download fasttrack %s: its checksum is %s, but this command was built from %s", m.Version, found.Sum, m.Sum)
	}
	return source{dir: found.Dir, version: m.Version, sum: found.Sum}, nil
}

// said returns what a command that failed wrote, in one line.
func said(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return firstLine(string(exit.Stderr))
	}
	return err.Error()
}

// firstLine returns the first line of a text that is no heading of the go command.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go: downloading ") {
			return line
		}
	}
	return strings.TrimSpace(text)
}
