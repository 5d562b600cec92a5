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
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

const requirementsFile = "requirements.txt"

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

// requirements returns a folder with the packages that requirements.txt names, as wheels
// for the target and the function's version of Python.
func requirements(ctx context.Context, f *folder.Folder, fn folder.Function, t Target) (string, error) {
	file := f.Path(path.Join(fn.Code, requirementsFile))
	texts, err := requirementTexts(file, nil)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path.Join(fn.Code, requirementsFile), err)
	}
	version := strings.TrimPrefix(fn.Runtime, "python")
	key := append([]string{"pip", version, fmt.Sprint(t)}, texts...)
	return installed(f, key, func(dir string) error {
		args := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--target", dir, "--requirement", file}
		if !t.Local {
			args = append(args, "--only-binary=:all:", "--implementation", "cp", "--python-version", version)
			for _, p := range platforms(version, t.Arch) {
				args = append(args, "--platform", p)
			}
		}
		cmd := exec.CommandContext(ctx, "python3", args...) // #nosec G204 -- paths of the team's own
		cmd.Dir = f.Path(fn.Code)
		out, err := cmd.CombinedOutput()
		switch {
		case errors.Is(err, exec.ErrNotFound):
			return fmt.Errorf("%s: python3 is not installed, and its pip installs these packages", path.Join(fn.Code, requirementsFile))
		case err != nil:
			return fmt.Errorf("%s: %s", path.Join(fn.Code, requirementsFile), pipError(string(out), err))
		}
		return onlyCode(dir)
	})
}

// requirementTexts returns the texts of a file of requirements, and of those it names.
func requirementTexts(file string, seen []string) ([]string, error) {
	if slices.Contains(seen, file) {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	texts := []string{string(raw)}
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if w := words[0]; strings.HasPrefix(w, ".") || strings.HasPrefix(w, "-e") || w == "--editable" || strings.HasPrefix(w, "file:") {
			return nil, fmt.Errorf("line %d: %s is a folder or file of this machine; put its code beside the handler", number, strings.TrimSpace(line))
		}
		if len(words) == 2 && slices.Contains([]string{"-r", "--requirement", "-c", "--constraint"}, words[0]) {
			more, err := requirementTexts(filepath.Join(filepath.Dir(file), words[1]), append(seen, file))
			if err != nil {
				return nil, err
			}
			texts = append(texts, more...)
		}
	}
	return texts, nil
}

// platforms are the platforms of wheels that run on Lambda: Amazon Linux 2023 has glibc
// 2.34, Amazon Linux 2, which runs Python before 3.12, has 2.26.
func platforms(version, arch string) []string {
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[arch]
	last := 34
	if slices.Contains([]string{"3.8", "3.9", "3.10", "3.11"}, version) {
		last = 26
	}
	list := []string{"manylinux2014_" + machine}
	for minor := 17; minor <= last; minor++ {
		list = append(list, fmt.Sprintf("manylinux_2_%d_%s", minor, machine))
	}
	return list
}

// pipError returns what pip reports, in one line.
func pipError(output string, err error) string {
	last := ""
	for line := range strings.Lines(output) {
		if rest, is := strings.CutPrefix(strings.TrimSpace(line), "ERROR: "); is {
			last = rest
		}
	}
	switch {
	case strings.Contains(output, "No module named pip"):
		return "python3 has no pip, which installs these packages"
	case strings.Contains(output, "NewConnectionError") || strings.Contains(output, "Name or service not known"):
		return last + " (no network?)"
	case last == "":
		return err.Error()
	}
	return last
}

// onlyCode removes what pip writes about this machine: programs with its paths, and
// records of the installation.
func onlyCode(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, "bin")); err != nil {
		return fmt.Errorf("install requirements: %w", err)
	}
	for _, name := range []string{"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.dist-info", name))
		if err != nil {
			return fmt.Errorf("install requirements: %w", err)
		}
		for _, file := range files {
			if err := os.Remove(file); err != nil {
				return fmt.Errorf("install requirements: %w", err)
			}
		}
	}
	return nil
}
