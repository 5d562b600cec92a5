package pack

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// checkPython prints the first mistake in the syntax of Python files.
//
//go:embed check.py
var checkPython string

// stagePython copies the code, installs its requirements for the target, and adds the SDK
// if the code uses it and does not bring its own.
func stagePython(ctx context.Context, f *folder.Folder, fn folder.Function, to string, t Target) error {
	if err := hasHandler(f, fn, ".py"); err != nil {
		return err
	}
	if _, err := os.Stat(f.Path(path.Join(fn.Code, requirementsFile))); err == nil {
		from, err := requirements(ctx, f, fn, t)
		if err != nil {
			return err
		}
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
		}
	}
	own, err := os.MkdirTemp(filepath.Dir(to), ".own-*")
	if err != nil {
		return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
	}
	defer os.RemoveAll(own)
	if err := copyCode(fn.Code, f.Path(fn.Code), own, skipPython); err != nil {
		return err
	}
	if !t.Local { // else a process that starts shows its mistakes
		if err := pythonSyntax(ctx, fn, own); err != nil {
			return err
		}
	}
	if err := overlay(own, to); err != nil {
		return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
	}
	return addSDK(own, to, "fasttrack_hooks", ".py")
}

// skipPython names tests and what Python makes. They are no part of the function.
func skipPython(name string, dir bool) bool {
	base := path.Base(name)
	if dir {
		return base == "__pycache__" || base == "tests" || base == "venv"
	}
	return strings.HasSuffix(base, ".pyc") || base == "conftest.py" ||
		strings.HasSuffix(base, ".py") && (strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py"))
}

// hasHandler checks that the handler is in a file of the code with an extension.
func hasHandler(f *folder.Folder, fn folder.Function, extensions ...string) error {
	dot := strings.LastIndex(fn.Handler, ".")
	if dot <= 0 || dot == len(fn.Handler)-1 {
		return fmt.Errorf("%s:%d: Resources.%s: Handler must be FILE.NAME, such as handler.handler, got %q", folder.TemplateFile, fn.Line, fn.LogicalID, fn.Handler)
	}
	module := fn.Handler[:dot]
	if fn.Language == folder.Python {
		module = strings.ReplaceAll(module, ".", "/")
	}
	for _, ext := range extensions {
		if info, err := os.Stat(f.Path(path.Join(fn.Code, module+ext))); err == nil && info.Mode().IsRegular() {
			return nil
		}
	}
	return fmt.Errorf("%s:%d: Resources.%s: Handler %s names no file: %s is missing", folder.TemplateFile, fn.Line, fn.LogicalID, fn.Handler, path.Join(fn.Code, module+extensions[0]))
}

// pythonSyntax checks the syntax with the Python of this machine. Without one, or with one
// older than the function's runtime, nothing is checked here.
func pythonSyntax(ctx context.Context, fn folder.Function, dir string) error {
	cmd := exec.CommandContext(ctx, "python3", "-I", "-S", "-B", "-c", checkPython, dir, fn.Code, strings.TrimPrefix(fn.Runtime, "python")) // #nosec G204 -- a program of this package
	var problems bytes.Buffer
	cmd.Stdout = &problems
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil
	}
	if text := strings.TrimSpace(problems.String()); text != "" {
		return errors.New(text)
	}
	if err != nil {
		return fmt.Errorf("check the syntax of %s: %w", fn.Code, err)
	}
	return nil
}
