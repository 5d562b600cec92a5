package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// compile builds the binaries from the source of this command line, and keeps them in
// the user's cache.
func compile(ctx context.Context, o Options) (string, error) {
	var packages []string
	for _, f := range Functions {
		packages = append(packages, "./functions/"+f.Name)
	}
	return compilePackages(ctx, o, "the engine", "a minute or two", "", packages)
}

// compilePackages builds programs of the source. suffix ends the name of their folder in
// the cache; what and lasts are for the line of the log.
func compilePackages(ctx context.Context, o Options, what, lasts, suffix string, packages []string) (string, error) {
	info, is := debug.ReadBuildInfo()
	if !is {
		return "", errors.New("this fasttrack has no build information: build it with modules")
	}
	s, err := findSource(ctx, info, o.Dir)
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	version, err := s.command(ctx, o.Arch, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	// Another version of Go makes other binaries.
	key := sha256.Sum256([]byte(s.dir + "\n" + s.sum + "\n" + version))
	name := "checkout"
	if s.version != "" {
		name = s.version
	}
	dir := filepath.Join(cache, fmt.Sprintf("%s-%s-%s", name, o.Arch, hex.EncodeToString(key[:6]))+suffix)
	if s.version == "" {
		return dir, s.build(ctx, dir, o.Arch, packages)
	}
	whole := func() bool {
		info, err := os.Stat(dir)
		return err == nil && info.IsDir()
	}
	if whole() {
		return dir, nil
	}
	return dir, keep(dir, whole, func(made string) error {
		if o.Log != nil {
			fmt.Fprintf(o.Log, "Building %s of %s for %s, once for this version: %s.\n", what, s.version, o.Arch, lasts)
		}
		return s.build(ctx, made, o.Arch, packages)
	})
}

// build compiles programs into a folder.
func (s source) build(ctx context.Context, to, arch string, packages []string) error {
	if err := os.MkdirAll(to, 0o750); err != nil {
		return fmt.Errorf("keep the engine: %w", err)
	}
	args := []string{"build", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", to + string(filepath.Separator)}
	_, err := s.command(ctx, arch, append(args, packages...)...)
	return err
}

// command runs the go command in the source, by the source's own go.mod and go.sum: a
// checkout also has a go.work, which joins its modules.
func (s source) command(ctx context.Context, arch string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...) // #nosec G204 -- what compile and build say
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch)
	cmd.Env = append(cmd.Env, Reproducible...)
	if s.version != "" {
		cmd.Env = append(cmd.Env, "GOWORK=off")
	}
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("go is not installed: the engine is built with it; install Go, or the archive of a release, which needs none")
	case err != nil && problems.Len() > 0:
		return "", fmt.Errorf("build the engine: %s", firstLine(problems.String()))
	case err != nil:
		return "", fmt.Errorf("build the engine: %w", err)
	}
	return strings.TrimSpace(out.String()), nil
}

// Reproducible is the environment in which the go command makes the same binary of the
// same source, whoever runs it. It replaces what people set for themselves.
var Reproducible = []string{"CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off"}
