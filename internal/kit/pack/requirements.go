package pack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

const requirementsFile = "requirements.txt"

// distribution matches a requirement of the wheel that has the command line.
var distribution = regexp.MustCompile(`(?i)^\s*fasttrack[-_.]+approvals\b`)

// requirements returns a folder with the packages that requirements.txt names, as wheels
// for the target and the function's version of Python.
func requirements(ctx context.Context, f *folder.Folder, fn folder.Function, t Target) (string, error) {
	file := f.Path(path.Join(fn.Code, requirementsFile))
	texts, err := requirementTexts(file, nil)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path.Join(fn.Code, requirementsFile), err)
	}
	if file, err = filepath.Abs(file); err != nil { // pip runs in the folder of the code
		return "", fmt.Errorf("%s: %w", path.Join(fn.Code, requirementsFile), err)
	}
	interpreter, version := "python3", strings.TrimPrefix(fn.Runtime, "python")
	key := append([]string{"pip", version, fmt.Sprint(t)}, texts...)
	if t.Local { // the packages must suit the interpreter that runs the function here
		runtime, err := managed.Find(fn.Runtime)
		if err != nil {
			return "", fmt.Errorf("%s:%d: Resources.%s: %w", folder.TemplateFile, fn.Line, fn.LogicalID, err)
		}
		interpreter = runtime.Command
		key = append(key, runtime.Command, runtime.Version)
	}
	return installed(f, key, func(dir string) error {
		args := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--target", dir, "--requirement", file}
		if !t.Local {
			args = append(args, "--only-binary=:all:", "--implementation", "cp", "--python-version", version)
			for _, p := range platforms(version, t.Arch) {
				args = append(args, "--platform", p)
			}
		}
		cmd := exec.CommandContext(ctx, interpreter, args...) // #nosec G204 -- paths of the team's own
		cmd.Dir = f.Path(fn.Code)
		out, err := cmd.CombinedOutput()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
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
		if distribution.MatchString(line) {
			return nil, fmt.Errorf("line %d: remove fasttrack-approvals, which holds the command line and the engine; the build adds fasttrack_hooks to code that imports it", number)
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
	case strings.Contains(output, "(from versions: none)"): // without retries, pip doesn't say why
		return last + " (no network, or an index without it)"
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
