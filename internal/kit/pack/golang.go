package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// buildGo builds a function with the flags of the engine's own: static, and for Lambda
// without paths of this machine, so that the same source is the same binary anywhere.
func buildGo(ctx context.Context, f *folder.Folder, fn folder.Function, to string, t Target) error {
	out, err := filepath.Abs(to)
	if err != nil {
		return fmt.Errorf("build %s: %w", fn.Code, err)
	}
	// In a folder, the go command writes programs alone.
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", out+string(filepath.Separator), ".") // #nosec G204 -- paths of the team's own
	cmd.Dir = f.Path(fn.Code)
	cmd.Env = append(os.Environ(), "GOOS="+t.OS, "GOARCH="+t.Arch)
	cmd.Env = append(cmd.Env, goEnvironment(ctx, t)...)
	var problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &problems, &problems
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%s:%d: Resources.%s: go is not installed, and %s is built with it; install it from https://go.dev/dl", folder.TemplateFile, fn.Line, fn.LogicalID, fn.Code)
	case err != nil:
		return compileError(fn.Code, problems.String(), err)
	}
	made, err := os.ReadDir(to)
	if err != nil || len(made) != 1 {
		return fmt.Errorf("build %s: the go command made %d programs, want one", fn.Code, len(made))
	}
	return os.Rename(filepath.Join(to, made[0].Name()), filepath.Join(to, "bootstrap"))
}

// goEnvironment returns the environment of the go command. What it compiles with -trimpath
// is not what it compiles without: for this machine it does as the team's own go command
// does, which has compiled the same packages for their tests and for fasttrack.
func goEnvironment(ctx context.Context, t Target) []string {
	if t.Local {
		if flags, err := exec.CommandContext(ctx, "go", "env", "GOFLAGS").Output(); err == nil && !bytes.Contains(flags, []byte("-trimpath")) {
			return append(slices.Clone(engine.Reproducible), "GOFLAGS=-buildvcs=false")
		}
	}
	return engine.Reproducible
}

// compileError returns the first mistake that the go command reports, with the file's
// path in the team's folder.
func compileError(code, output string, err error) error {
	more, first := 0, ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "\t") && strings.HasSuffix(first, ":"): // what to do about it
			first += " " + strings.TrimSpace(line)
		case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "go: downloading ") || strings.HasPrefix(line, "\t"):
		case first == "":
			first = line
		default:
			more++
		}
	}
	if strings.Contains(output, "no main packages to build") {
		return fmt.Errorf("%s: must be a program: package main, with a func main", code)
	}
	if first == "" {
		return fmt.Errorf("build %s: %w", code, err)
	}
	if file, rest, is := strings.Cut(first, ".go:"); is {
		first = filepath.ToSlash(filepath.Join(code, file)) + ".go:" + rest
	}
	if missing, _, is := strings.Cut(first, "; to add"); is { // a module that go.mod or go.sum lacks
		return fmt.Errorf("%s; run `go mod tidy`", missing)
	}
	if more > 0 {
		return fmt.Errorf("%s (and %d more; `go build ./%s` shows all)", first, more, code)
	}
	return errors.New(first)
}
