package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/sdk"
	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// dist is a release that is made.
type dist struct {
	version version
	// commit is empty for changes that are not committed; at is the time of the commit,
	// which each file in an archive gets.
	commit string
	at     time.Time
	// out is the folder of the files that are made, work one of what they are made from.
	out, work string
	// functions are the checksums of the functions, and sums the lines of SHA256SUMS.
	functions []release.Sum
	sums      []string
}

// run makes a release of the checkout in the working directory.
func run(ctx context.Context, tag, only, out string, trial bool) error {
	v, err := parseVersion(tag)
	if err != nil {
		return err
	}
	chosen, err := choosePlatforms(only)
	if err != nil {
		return err
	}
	d := &dist{version: v, out: out}
	if d.commit, d.at, err = readCommit(ctx, trial); err != nil {
		return err
	}
	if !trial {
		nested, err := modules.Sums(".", v.tag)
		if err != nil {
			return err
		}
		if err := prepared(".", v, nested); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if there, err := os.ReadDir(out); err != nil || len(there) > 0 {
		return fmt.Errorf("%s must be empty (%v): remove what an earlier release left there", out, err)
	}
	if d.work, err = os.MkdirTemp("", "fasttrack-dist-"); err != nil {
		return err
	}
	defer os.RemoveAll(d.work)
	return d.all(ctx, chosen)
}

// all makes all files. The functions come first: the command line has their checksums.
func (d *dist) all(ctx context.Context, chosen []platform) error {
	license, err := os.ReadFile("LICENSE")
	if err != nil {
		return err
	}
	built, err := d.buildFunctions(ctx)
	if err != nil {
		return err
	}
	packed, err := d.forLambda(built)
	if err != nil {
		return err
	}
	for _, p := range chosen {
		if err := d.platform(ctx, p, packed, license); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	template, err := merge.Plain(merge.Options{Version: d.version.tag})
	if err != nil {
		return err
	}
	if err := d.put("fasttrack_"+d.version.semver+"_engine.yaml", template); err != nil {
		return err
	}
	node, err := embedded(sdk.Node)
	if err != nil {
		return err
	}
	hooks, err := npmHooks(d.version, node, license)
	if err != nil {
		return err
	}
	if err := d.write(npmFile(npmScope+"hooks", d.version), hooks, writeTarGz); err != nil {
		return err
	}
	command, err := npmCommand(d.version, license)
	if err != nil {
		return err
	}
	if err := d.write(npmFile(npmScope+"fasttrack", d.version), command, writeTarGz); err != nil {
		return err
	}
	bill, err := d.sbom()
	if err != nil {
		return err
	}
	if err := d.put("fasttrack_"+d.version.semver+"_sbom.cdx.json", bill); err != nil {
		return err
	}
	slices.Sort(d.sums)
	return os.WriteFile(filepath.Join(d.out, "SHA256SUMS"), []byte(strings.Join(d.sums, "")), 0o644)
}

// forLambda writes the packages for Lambda, and returns the archives that come with the
// command line. To compress them takes most of the time of a release.
func (d *dist) forLambda(built map[string]functionsFor) (packed []file, err error) {
	archs := engine.Architectures
	packed = make([]file, len(archs))
	zips, folders := make([][]file, len(archs)), make([][]file, len(archs))
	var compressing errgroup.Group
	for i, arch := range archs {
		compressing.Go(func() (err error) {
			packed[i], err = d.pack(arch, built[arch])
			return err
		})
		compressing.Go(func() (err error) {
			zips[i], err = d.engineZips(built[arch].engine)
			return err
		})
		compressing.Go(func() (err error) {
			folders[i], err = d.strategyFolders(arch, built[arch].strategies)
			return err
		})
	}
	if err := compressing.Wait(); err != nil {
		return nil, err
	}
	for i, arch := range archs {
		if err := d.write("fasttrack_"+d.version.semver+"_engine_"+arch+".zip", zips[i], writeZip); err != nil {
			return nil, err
		}
		if err := d.write("fasttrack_"+d.version.semver+"_strategies_"+arch+".zip", folders[i], writeZip); err != nil {
			return nil, err
		}
	}
	return packed, nil
}

// platform makes what a platform gets: an archive, a wheel and an npm package, all with
// the same files.
func (d *dist) platform(ctx context.Context, p platform, packed []file, license []byte) error {
	command, err := d.buildCommand(ctx, p)
	if err != nil {
		return err
	}
	files := []file{command, {name: "share/fasttrack/LICENSE", data: license}}
	files = append(files, packed...)
	name := "fasttrack_" + d.version.semver + "_" + p.os + "_" + p.arch
	if err := d.write(name+".tar.gz", under(name, files), writeTarGz); err != nil {
		return err
	}
	python, err := embedded(sdk.Python)
	if err != nil {
		return err
	}
	wheel, err := wheel(d.version, p, files, python, license)
	if err != nil {
		return err
	}
	if err := d.write(wheelName(d.version, p), wheel, writeZip); err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(d.out, wheelName(d.version, p)))
	if err != nil {
		return err
	}
	if info.Size() > wheelLimit {
		return fmt.Errorf("the wheel has %d bytes, but PyPI takes %d", info.Size(), wheelLimit)
	}
	npm, err := npmPlatform(d.version, p, files)
	if err != nil {
		return err
	}
	return d.write(npmFile(npmCommandName(p), d.version), npm, writeTarGz)
}

// write writes an archive of the release.
func (d *dist) write(name string, files []file, as func(*bytes.Buffer, time.Time, []file) error) error {
	var content bytes.Buffer
	if err := as(&content, d.at, files); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return d.put(name, content.Bytes())
}

// put writes a file of the release, and notes its checksum.
func (d *dist) put(name string, content []byte) error {
	d.sums = append(d.sums, hexSum(content)+"  "+name+"\n")
	fmt.Printf("%6.1f MB  %s\n", float64(len(content))/1e6, name)
	return os.WriteFile(filepath.Join(d.out, name), content, 0o644)
}

// embedded returns the files of an SDK.
func embedded(in fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(in, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(in, name)
		files = append(files, file{name: name, data: data})
		return err
	})
	return files, err
}
