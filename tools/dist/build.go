package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// stripped are the flags of the linker for every binary: no symbol tables, which only a
// debugger reads.
const stripped = "-s -w"

// functionsFor are the programs that are built for an architecture of Lambda.
type functionsFor struct{ engine, strategies []file }

// buildFunctions builds the engine's functions and the strategies for each architecture of
// Lambda.
func (d *dist) buildFunctions(ctx context.Context) (map[string]functionsFor, error) {
	built := map[string]functionsFor{}
	for _, arch := range engine.Architectures {
		own, err := d.buildAll(ctx, arch, "engine", "functions", functions.Names())
		if err != nil {
			return nil, err
		}
		more, err := d.buildAll(ctx, arch, "strategies", "strategies", engine.Strategies)
		if err != nil {
			return nil, err
		}
		built[arch] = functionsFor{own, more}
		for _, f := range slices.Concat(own, more) {
			d.functions = append(d.functions, release.Sum{Name: f.name, Arch: arch, SHA256: hexSum(f.data)})
		}
	}
	return built, nil
}

// buildAll builds the programs of a folder of the checkout for an architecture.
func (d *dist) buildAll(ctx context.Context, arch, what, folder string, names []string) (built []file, err error) {
	dir := filepath.Join(d.work, what, arch)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var targets []string
	for _, name := range names {
		targets = append(targets, "./"+folder+"/"+name)
	}
	if err := goBuild(ctx, "linux", arch, dir+string(filepath.Separator), stripped, targets...); err != nil {
		return nil, fmt.Errorf("build %s for %s: %w", what, arch, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		built = append(built, file{name: name, data: data, executable: true})
	}
	return built, nil
}

// buildCommand builds the command line for a platform, with the checksums of the functions.
func (d *dist) buildCommand(ctx context.Context, p platform) (file, error) {
	flags, err := release.LinkFlags(d.version.tag, d.commit, d.functions)
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

// pack returns the archive of the binaries of an architecture that comes with the command
// line.
func (d *dist) pack(arch string, built functionsFor) (file, error) {
	byName := map[string][]byte{}
	for _, b := range slices.Concat(built.engine, built.strategies) {
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

// strategyFolders returns the strategies as `fasttrack strategies add` writes them.
func (d *dist) strategyFolders(arch string, binaries []file) (all []file, err error) {
	lambda := map[string]string{"arm64": "arm64", "amd64": "x86_64"}[arch]
	for _, binary := range binaries {
		files, err := strategies.Files(strategies.Options{Name: binary.name, Version: d.version.tag, Architecture: lambda, Binary: binary.data})
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			all = append(all, file{name: binary.name + "/" + f.Name, data: f.Data})
		}
	}
	return all, nil
}
