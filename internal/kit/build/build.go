// Package build makes what is deployed of a team's folder: the merged template, the state
// machine and a .zip file for each function, in the folder .fasttrack.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// The files of [folder.Made] that are no function's.
const (
	TemplateFile = "template.yaml"
	// PlainFile is the engine's template for CDK and Terraform; see Options.Plain.
	PlainFile = "engine.yaml"
)

// Options says what is built.
type Options struct {
	// Dir is the team's folder.
	Dir string
	// Arch is the processor of the functions as Go calls it: one of
	// [engine.Architectures].
	Arch string
	// Engine is a folder with the engine's binaries, by the names of [engine.Functions];
	// that of [engine.Binaries] if empty.
	Engine string
	// Plain makes [PlainFile] too.
	Plain bool
	// Log receives a line before what takes long; nil drops it.
	Log io.Writer
}

// Result is what was built.
type Result struct {
	// Version is the release of the engine.
	Version string
	// Files are all files that are deployed, by their names in [folder.Made], sorted.
	// Changed are those that are not what they were.
	Files, Changed []string
}

// Build makes what is deployed. The template is written last: after an error there is
// none, so that nothing is deployed that belongs to two builds.
func Build(ctx context.Context, o Options) (*Result, error) {
	f, err := folder.Open(o.Dir)
	if err != nil {
		return nil, err
	}
	flows, err := readFlows(f)
	if err != nil {
		return nil, err
	}
	merged, err := merge.Merge(f, merge.Options{Version: release.Version(), Architecture: lambdaName(o.Arch)})
	if err != nil {
		return nil, err
	}
	if err := distinct(f); err != nil {
		return nil, err
	}
	made, err := f.MakeDir()
	if err != nil {
		return nil, err
	}
	b := builder{folder: f, options: o, flows: flows, made: made}
	before, err := os.ReadFile(b.path(TemplateFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.Remove(b.path(TemplateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := b.functions(ctx); err != nil {
		return nil, err
	}
	for name, definition := range fasttrack.Definitions() {
		if err := b.write(name, definition); err != nil {
			return nil, err
		}
	}
	if err := b.plain(); err != nil {
		return nil, err
	}
	if err := b.removeOld(); err != nil {
		return nil, err
	}
	if err := b.write(TemplateFile, merged.Template); err != nil {
		return nil, err
	}
	if string(before) == string(merged.Template) {
		b.changed = slices.DeleteFunc(b.changed, func(name string) bool { return name == TemplateFile })
	}
	slices.Sort(b.files)
	slices.Sort(b.changed)
	return &Result{Version: release.Version(), Files: b.files, Changed: b.changed}, nil
}

// readFlows returns the flows.yaml that was checked.
func readFlows(f *folder.Folder) ([]byte, error) {
	raw, err := os.ReadFile(f.Path(folder.FlowsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing; `fasttrack init DIR` makes a folder that has one", folder.FlowsFile)
	}
	if err != nil {
		return nil, err
	}
	_, err = flow.Parse(folder.FlowsFile, raw)
	return raw, err
}

// lambdaName returns an architecture as the template's parameter Architecture has it.
func lambdaName(arch string) string {
	if arch == "amd64" {
		return "x86_64"
	}
	return arch
}

// distinct refuses a function whose .zip file is one of the engine's where names differ
// by more than their case.
func distinct(f *folder.Folder) error {
	for _, fn := range f.Functions {
		for _, e := range engine.Functions {
			if strings.EqualFold(fn.LogicalID, e.Name) {
				return fmt.Errorf("%s:%d: Resources.%s: give it another name, such as %sFunction: %s.zip is the engine's", folder.TemplateFile, fn.Line, fn.LogicalID, fn.LogicalID, e.Name)
			}
		}
	}
	return nil
}

// builder is one build.
type builder struct {
	folder  *folder.Folder
	options Options
	flows   []byte
	made    string

	mu             sync.Mutex
	files, changed []string
}

func (b *builder) path(name string) string { return filepath.Join(b.made, name) }

// note notes a file that is deployed.
func (b *builder) note(name string, changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files = append(b.files, name)
	if changed {
		b.changed = append(b.changed, name)
	}
}

func (b *builder) write(name string, content []byte) error {
	changed, err := pack.Write(b.path(name), content)
	b.note(name, changed)
	return err
}

// functions packs all functions, the engine's while the team's are built. The first error
// in the order of the template is returned, the team's before the engine's.
func (b *builder) functions(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(b.folder.Functions)+1)
	var all sync.WaitGroup
	for i, fn := range b.folder.Functions {
		all.Go(func() {
			if errs[i] = b.own(ctx, fn); errs[i] != nil {
				cancel()
			}
		})
	}
	all.Go(func() {
		if err := b.engine(ctx); err != nil {
			errs[len(errs)-1] = err
			cancel()
		}
	})
	all.Wait()
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

// plain makes [PlainFile] where it is wanted, and removes that of an earlier build where
// it is not.
func (b *builder) plain() error {
	if !b.options.Plain {
		if err := os.Remove(b.path(PlainFile)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	template, err := merge.Plain(merge.Options{Version: release.Version(), Architecture: lambdaName(b.options.Arch)})
	if err != nil {
		return err
	}
	return b.write(PlainFile, template)
}

// own packs one of the team's functions.
func (b *builder) own(ctx context.Context, fn folder.Function) error {
	dir := filepath.Join(b.made, "package", fn.LogicalID)
	if err := pack.Stage(ctx, b.folder, fn, dir, pack.Lambda(b.options.Arch)); err != nil {
		return err
	}
	name := fn.LogicalID + ".zip"
	changed, err := pack.Zip(dir, b.path(name))
	b.note(name, changed)
	return err
}

// removeOld removes packages of functions that are gone.
func (b *builder) removeOld() error {
	zips, err := filepath.Glob(b.path("*.zip"))
	if err != nil {
		return err
	}
	staged, err := filepath.Glob(filepath.Join(b.made, "package", "*"))
	if err != nil {
		return err
	}
	for _, path := range slices.Concat(zips, staged) {
		if name := strings.TrimSuffix(filepath.Base(path), ".zip") + ".zip"; !slices.Contains(b.files, name) {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}
