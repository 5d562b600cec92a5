package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// stripped are the flags of the linker for every binary: no symbol tables, which only a
// debugger reads.
const stripped = "-s -w"

// buildEngine builds the engine's functions for each architecture of Lambda.
func (d *dist) buildEngine(ctx context.Context) (map[string][]file, error) {
	built := map[string][]file{}
	for _, arch := range engine.Architectures {
		dir := filepath.Join(d.work, "engine", arch)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		var targets []string
		for _, name := range functions.Names() {
			targets = append(targets, "./functions/"+name)
		}
		if err := goBuild(ctx, "linux", arch, dir+string(filepath.Separator), stripped, targets...); err != nil {
			return nil, fmt.Errorf("build the engine for %s: %w", arch, err)
		}
		for _, name := range functions.Names() {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return nil, err
			}
			built[arch] = append(built[arch], file{name: name, data: data, executable: true})
		}
	}
	return built, nil
}

// buildCommand builds the command line for a platform, with the checksums of the engine.
func (d *dist) buildCommand(ctx context.Context, p platform) (file, error) {
	var sums []release.Sum
	for _, arch := range engine.Architectures {
		for _, name := range functions.Names() {
			data, err := os.ReadFile(filepath.Join(d.work, "engine", arch, name))
			if err != nil {
				return file{}, err
			}
			sums = append(sums, release.Sum{Name: name, Arch: arch, SHA256: hexSum(data)})
		}
	}
	flags, err := release.LinkFlags(d.version.tag, d.commit, sums)
	if err != nil {
		return file{}, err
	}
	path := filepath.Join(d.work, "command", p.os, p.arch, "fasttrack")
	if err := goBuild(ctx, p.os, p.arch, path, stripped+" "+flags, "./cmd/fasttrack"); err != nil {
		return file{}, err
	}
	data, err := os.ReadFile(path)
	return file{name: "bin/fasttrack", data: data, executable: true}, err
}

// goBuild builds programs of this checkout the same way whoever does it.
func goBuild(ctx context.Context, goos, goarch, out, ldflags string, targets ...string) error {
	build := exec.CommandContext(ctx, "go", append([]string{"build", "-tags", "lambda.norpc", "-ldflags=" + ldflags, "-o", out}, targets...)...)
	build.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch)
	build.Env = append(build.Env, engine.Reproducible...)
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, text)
	}
	return nil
}

// packEngine returns the archive of the binaries of an architecture that comes with the
// command line.
func (d *dist) packEngine(arch string, binaries []file) (file, error) {
	byName := map[string][]byte{}
	for _, b := range binaries {
		byName[b.name] = b.data
	}
	var content bytes.Buffer
	err := engine.Pack(&content, byName, d.at)
	return file{name: "share/fasttrack/engine/" + engine.Packed(arch), data: content.Bytes()}, err
}

// engineZips returns a package for each function of the engine, as Lambda takes it. Those
// that read flows.yaml get it from a deployment.
func (d *dist) engineZips(binaries []file) ([]file, error) {
	var zips []file
	for _, binary := range binaries {
		name := binary.name + ".zip"
		binary.name = "bootstrap"
		var content bytes.Buffer
		if err := writeZip(&content, d.at, []file{binary}); err != nil {
			return nil, err
		}
		zips = append(zips, file{name: name, data: content.Bytes()})
	}
	return zips, nil
}
