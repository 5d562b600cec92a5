// Package watch serves a team's folder on this machine, and what changes in it: its flows,
// its hooks and its strategies. What has a mistake is reported, and the version before
// goes on being served.
package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/datafolder"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// Names in the folder [folder.Made].
const (
	templateFile = "local.yaml"
	versionsDir  = "served"
)

// Served is a team's folder that is served. Close it.
type Served struct {
	Stack *localaws.Stack

	folder *folder.Folder
	// flowsFile is the path of the file of flows, as messages name it.
	flowsFile string
	dir       *datafolder.Folder
	root      string // the path of dir
	versions  int
	retired   []retired
	functions map[string]*function
	names     map[string]string // at Lambda, by logical id

	flows     atomic.Pointer[[]byte] // as they are served
	flowsDirs map[string]string      // where the functions find them
	// waiting are flows without a mistake of their own that are not served yet.
	waiting []byte
	// hasHooks are the names of the flows that the hook function has hooks for, if it says.
	hasHooks []string
	says     bool
	failing  map[string]bool   // the units whose last version had a mistake
	seen     map[string]string // the state of each unit, see [Served.scan]
}

// function is a function of the team.
type function struct {
	folder.Function
	// served is the version that is served, and dir its folder.
	served, dir string
	// staged is the folder of a newer version, or empty. version is its version.
	staged, version string
	// tried is the folder of the version that was started last.
	tried string
}

// retired is the folder of a version that was replaced at a time.
type retired struct {
	dir string
	at  time.Time
}

// Start serves a team's folder. flows is its file of flows. o has where and how, not
// what; the error is one line for each mistake.
func Start(ctx context.Context, f *folder.Folder, flows string, o localaws.Options) (*Served, error) {
	s := &Served{folder: f, flowsFile: flows, functions: map[string]*function{}, failing: map[string]bool{}}
	for _, fn := range f.Functions {
		s.functions[fn.LogicalID] = &function{Function: fn}
	}
	s.seen = s.scan()
	if err := s.start(ctx, o); err != nil {
		_ = s.Close(context.WithoutCancel(ctx)) // the first error counts
		return nil, s.explain(err)
	}
	return s, nil
}

func (s *Served) start(ctx context.Context, o localaws.Options) error {
	content, err := s.readFlows()
	if err != nil {
		return err
	}
	file, err := s.parse(content)
	if err != nil {
		return err
	}
	if stage, named := o.Parameters[local.StageParameter]; named {
		if _, err := file.At(stage); err != nil {
			return fmt.Errorf("--parameter %s: %w", local.StageParameter, err)
		}
	}
	s.flows.Store(&content)
	merged, err := merge.Merge(s.folder, merge.Options{Version: release.Version()})
	if err != nil {
		return err
	}
	if err := s.openDir(); err != nil {
		return err
	}
	made, err := s.folder.MakeDir()
	if err != nil {
		return err
	}
	// Paths in the template start in the folder of what `fasttrack build` makes.
	files := fasttrack.Definitions()
	files[templateFile] = merged.Template
	for name, content := range files {
		if _, err := pack.Write(filepath.Join(made, name), content); err != nil {
			return err
		}
	}
	o.TemplatePath, o.SkipUnserved = filepath.Join(made, templateFile), true
	o.BuildDir = s.versionDir()
	if err := s.stageAll(ctx, o.BuildDir); err != nil {
		return err
	}
	if s.flowsDirs, err = writeFlows(o.BuildDir, content); err != nil {
		return err
	}
	if o.Commands, err = engine.Commands(); err != nil {
		return err
	}
	o.Check = s.check
	s.Stack, err = local.StartLive(ctx, local.Live{Name: s.flowsFile, Flows: func() []byte { return *s.flows.Load() }}, o)
	return err
}

// openDir makes the folder of versions, and removes those that killed processes left.
func (s *Served) openDir() error {
	all, err := s.folder.MakeDir(versionsDir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(all)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if left, err := datafolder.Open(filepath.Join(all, e.Name())); err == nil {
			_ = left.Close()
			_ = os.RemoveAll(filepath.Join(all, e.Name())) // what stays is removed next time
		}
	}
	s.root = filepath.Join(all, strconv.Itoa(os.Getpid())+"-"+strconv.FormatInt(time.Now().UnixNano(), 36))
	if s.root, err = filepath.Abs(s.root); err != nil {
		return err
	}
	s.dir, err = datafolder.Open(s.root)
	return err
}

// versionDir returns the path of a folder for new versions.
func (s *Served) versionDir() string {
	s.versions++
	return s.dir.Path(strconv.Itoa(s.versions))
}

// stageAll stages every function of the team below dir.
func (s *Served) stageAll(ctx context.Context, dir string) error {
	for _, fn := range s.functions {
		to := filepath.Join(dir, fn.LogicalID)
		if err := pack.Stage(ctx, s.folder, fn.Function, to, pack.Here()); err != nil {
			return err
		}
		version, err := lambda.PackageVersion(to)
		if err != nil {
			return err
		}
		fn.served, fn.dir, fn.tried = version, to, to
	}
	return nil
}

// writeFlows writes the file of flows for the functions that read it, and returns their
// folders by logical id.
func writeFlows(dir string, content []byte) (map[string]string, error) {
	dirs := map[string]string{}
	for _, f := range engine.Functions {
		if !f.ReadsFlows {
			continue
		}
		to := filepath.Join(dir, f.LogicalID)
		if err := os.MkdirAll(to, 0o750); err != nil {
			return nil, fmt.Errorf("write flows: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to, local.FlowsFile), content, 0o600); err != nil {
			return nil, fmt.Errorf("write flows: %w", err)
		}
		dirs[f.LogicalID] = to
	}
	return dirs, nil
}

func (s *Served) readFlows() ([]byte, error) {
	path := s.flowsFile
	if !filepath.IsAbs(path) {
		path = s.folder.Path(path)
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: it says what people may request, and who decides", s.flowsFile)
	}
	return content, err
}

// check starts the team's functions, and compares the names of flows with the hooks.
func (s *Served) check(ctx context.Context, stack *localaws.Stack) error {
	s.names = map[string]string{}
	for _, f := range stack.Template.Functions {
		if s.functions[f.LogicalID] != nil {
			s.names[f.LogicalID] = f.Name
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := stack.Lambda.Warm(ctx, slices.Collect(maps.Values(s.names))...); err != nil {
		return err
	}
	file, err := s.Flows()
	if err != nil {
		return err
	}
	if s.functions[folder.HooksFunction] == nil {
		return nil // its code is elsewhere
	}
	if s.hasHooks, s.says, err = s.askHooks(ctx, stack.Lambda); err != nil {
		return err
	}
	return s.compare(file, s.hasHooks, s.says)
}

// Flows returns the file of flows as it is served.
func (s *Served) Flows() (*flow.File, error) { return s.parse(*s.flows.Load()) }

// parse reads a file of flows. The one that is served must have the stage of the stack.
func (s *Served) parse(content []byte) (*flow.File, error) {
	file, err := flow.Parse(s.flowsFile, content)
	if err != nil || s.Stack == nil {
		return file, err
	}
	if _, err := file.At(s.Stack.Template.Parameters[local.StageParameter]); err != nil {
		return nil, fmt.Errorf("%s: the stage that is served is gone: %w; restart `fasttrack local` to serve another", s.flowsFile, err)
	}
	return file, nil
}

// Close ends what is served, and removes its files.
func (s *Served) Close(ctx context.Context) error {
	var errs []error
	if s.Stack != nil {
		errs = append(errs, s.Stack.Close(ctx))
	}
	return errors.Join(append(errs, s.CloseFiles())...)
}

// CloseFiles removes the files of what was served.
func (s *Served) CloseFiles() error {
	if s.dir == nil {
		return nil
	}
	return errors.Join(s.dir.Close(), os.RemoveAll(s.root))
}
