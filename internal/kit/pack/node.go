package pack

import (
	"context"
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

const (
	packageFile = "package.json"
	lockFile    = "package-lock.json"
	nodeModules = "node_modules"
)

// stageNode copies the code, installs the dependencies of its package.json for the
// target, and adds the SDK if the code uses it and does not bring its own.
func stageNode(ctx context.Context, f *folder.Folder, fn folder.Function, to string, t Target) error {
	if err := hasHandler(f, fn, ".mjs", ".js", ".cjs"); err != nil {
		return err
	}
	manifest, err := os.ReadFile(f.Path(path.Join(fn.Code, packageFile)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	hasManifest := err == nil
	skip := func(name string, dir bool) bool {
		return name == nodeModules && hasManifest || skipNode(name, dir)
	}
	if err := copyCode(fn.Code, f.Path(fn.Code), to, skip); err != nil {
		return err
	}
	if !t.Local { // else a process that starts shows its mistakes
		if err := nodeSyntax(ctx, fn, to); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(to, nodeModules), 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
	}
	if hasManifest {
		from, err := dependencies(ctx, f, fn, manifest, t)
		if err == nil && from != "" {
			err = os.CopyFS(filepath.Join(to, nodeModules), os.DirFS(from))
		}
		if err != nil {
			return err
		}
	}
	return addSDK(f.Path(fn.Code), filepath.Join(to, nodeModules), "@fasttrack-dev/hooks", ".mjs", ".js", ".cjs")
}

// skipNode names tests. They are no part of the function.
func skipNode(name string, dir bool) bool {
	base := path.Base(name)
	if dir {
		return base == "test" || base == "tests" || base == "__tests__"
	}
	inner, ext := strings.TrimSuffix(base, path.Ext(base)), path.Ext(base)
	return strings.HasPrefix(base, "test_") && strings.Contains(ext, "js") || strings.HasSuffix(inner, ".test") || strings.HasSuffix(inner, "_test")
}

// nodeSyntax checks the syntax with the Node.js of this machine. Without one nothing is
// checked here.
func nodeSyntax(ctx context.Context, fn folder.Function, dir string) error {
	return filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == nodeModules {
				return fs.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(at); ext != ".mjs" && ext != ".js" && ext != ".cjs" {
			return nil
		}
		out, err := exec.CommandContext(ctx, "node", "--check", at).CombinedOutput() // #nosec G204 -- a file of the team's own
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || errors.Is(err, exec.ErrNotFound) {
			return nil
		}
		rel, relErr := filepath.Rel(dir, at)
		if relErr != nil {
			return relErr
		}
		return nodeError(path.Join(fn.Code, filepath.ToSlash(rel)), at, string(out), err)
	})
}

// nodeError returns what node --check reports of a file, in one line.
func nodeError(shown, file, output string, err error) error {
	line, message := "1", ""
	for text := range strings.Lines(output) {
		text = strings.TrimSpace(text)
		if at := strings.LastIndex(text, filepath.Base(file)+":"); at >= 0 && message == "" && !strings.HasPrefix(text, "at ") {
			line = text[at+len(filepath.Base(file))+1:]
		}
		if strings.HasPrefix(text, "SyntaxError") && message == "" {
			message = text
		}
	}
	if message == "" {
		return fmt.Errorf("%s: %w: %s", shown, err, strings.Join(strings.Fields(output), " "))
	}
	return fmt.Errorf("%s:%s: %s", shown, line, message)
}
