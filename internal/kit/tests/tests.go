// Package tests runs the tests of a team's folder, in the languages of its functions.
package tests

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// suite is the tests of one part of the folder.
type suite struct {
	// dir is the slash-separated path of their folder.
	dir      string
	language folder.Language
}

// Run runs all tests, and prints their output and which were run. The error is the first
// that failed, in one line.
func Run(ctx context.Context, f *folder.Folder, out io.Writer) error {
	for _, s := range suites(f) {
		has, err := s.has(f)
		if err != nil {
			return err
		}
		if !has {
			if _, err := fmt.Fprintf(out, "%s has no tests\n", s.dir); err != nil {
				return err
			}
			continue
		}
		if err := s.run(ctx, f, out); err != nil {
			return err
		}
	}
	return nil
}

// suites returns the tests of the folder: the Go module at its root as a whole, and the
// code of each other function.
func suites(f *folder.Folder) (list []suite) {
	seen := map[suite]bool{}
	module := exists(f.Path("go.mod"))
	for _, fn := range f.Functions {
		s := suite{fn.Code, fn.Language}
		if fn.Language == folder.Go && module && !exists(f.Path(path.Join(fn.Code, "go.mod"))) {
			s.dir = "."
		}
		if !seen[s] {
			seen[s] = true
			list = append(list, s)
		}
	}
	return list
}

func exists(at string) bool {
	_, err := os.Stat(at)
	return err == nil
}

// names match the files that a language takes for tests: those of `go test`, of unittest
// and pytest, and of `node --test`.
var names = map[folder.Language]*regexp.Regexp{
	folder.Go:     regexp.MustCompile(`_test\.go$`),
	folder.Python: regexp.MustCompile(`(^|/)(test_[^/]*|[^/]*_test)\.py$`),
	folder.Node:   regexp.MustCompile(`(^|/)([^/]*[.\-_])?test\.[cm]?js$|(^|/)test-[^/]*\.[cm]?js$|(^|/)test/.*\.[cm]?js$`),
}

// has reports whether there is a file of tests.
func (s suite) has(f *folder.Folder) (found bool, err error) {
	root := f.Path(s.dir)
	err = filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // the build says what is missing
		case err != nil:
			return err
		case d.IsDir() && at != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "vendor"):
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, at)
		if err == nil && !d.IsDir() && names[s.language].MatchString(filepath.ToSlash(rel)) {
			found = true
			return fs.SkipAll
		}
		return err
	})
	return found, err
}

// run runs the tests with their language's own command.
func (s suite) run(ctx context.Context, f *folder.Folder, out io.Writer) error {
	command, err := commands[s.language](ctx, f)
	if err != nil {
		return err
	}
	line := strings.Join(command.args, " ")
	if _, err := fmt.Fprintf(out, "%s (in %s)\n", line, s.dir); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command.args[0], command.args[1:]...) // #nosec G204 -- a language's own test command
	var printed strings.Builder
	both := io.MultiWriter(out, &printed)
	cmd.Dir, cmd.Stdout, cmd.Stderr = f.Path(s.dir), both, both
	cmd.Env = append(os.Environ(), command.env...)
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case strings.Contains(printed.String(), "Ran 0 tests"): // unittest ends with 0 then
		return fmt.Errorf("no test of %s ran: unittest runs methods of a TestCase in test*.py; for other tests, install pytest", s.dir)
	case err != nil:
		return fmt.Errorf("the tests in %s failed: %s", s.dir, line)
	}
	return nil
}
