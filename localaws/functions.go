package localaws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/managed"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// MissingBinaryError reports a function of the template without a binary in
// Options.BuildDir.
type MissingBinaryError struct{ LogicalID, Path string }

func (e *MissingBinaryError) Error() string {
	return fmt.Sprintf("function %s has no binary at %s", e.LogicalID, e.Path)
}

// registerFunctions registers the functions of the template.
func (s *Stack) registerFunctions() error {
	for _, f := range s.Template.Functions {
		if f.LogGroup != "" {
			s.Logs.Add(f.LogGroup)
		}
		cfg, err := s.function(f, s.buildDir(f.LogicalID))
		if _, missing := errors.AsType[*MissingBinaryError](err); missing && s.opts.SkipUnserved {
			s.notes = append(s.notes, f.LogicalID+" is not served on this machine: its code is not here")
			continue
		}
		if err != nil {
			return err
		}
		s.noteRuntime(f)
		if err := s.Lambda.Register(cfg); err != nil {
			return err
		}
	}
	return nil
}

// function describes a function for Lambda, with its code in a folder.
func (s *Stack) function(f template.Function, dir string) (lambda.Function, error) {
	cfg := lambda.Function{
		Name: f.Name, LogicalID: f.LogicalID, InProcess: s.opts.Functions[f.LogicalID], TaskRoot: s.taskRoot,
		Environment: f.Environment, Timeout: f.Timeout, MemoryMB: f.MemoryMB, Handler: f.Handler, Runtime: f.Runtime,
		Reserved: f.Reserved, Role: f.RoleARN, LogGroup: f.LogGroup, Async: (*lambda.Async)(f.Async),
	}
	if s.opts.FunctionEnvironment != nil {
		if more := s.opts.FunctionEnvironment(f.LogicalID, s.URL()); len(more) > 0 {
			cfg.Environment = maps.Clone(more)
			maps.Copy(cfg.Environment, f.Environment)
		}
	}
	cfg.Aliases = slices.Clone(f.MoreAliases)
	if f.Alias != "" {
		cfg.Aliases = append(cfg.Aliases, f.Alias)
	}
	command := s.opts.Commands[f.LogicalID]
	switch {
	case cfg.InProcess != nil:
	case len(command) > 0:
		cfg.Command, cfg.Args = command[0], command[1:]
		cfg.Package = []string{command[0]}
		if cfg.TaskRoot = cmp.Or(cfg.TaskRoot, existing(dir)); cfg.TaskRoot != "" {
			cfg.Package = append(cfg.Package, cfg.TaskRoot)
		}
	case managed.Is(f.Runtime):
		if cfg.TaskRoot = existing(dir); cfg.TaskRoot == "" {
			return cfg, &MissingBinaryError{f.LogicalID, filepath.Join(dir, f.Handler)}
		}
	default:
		cfg.Command = filepath.Join(dir, "bootstrap")
		if _, err := os.Stat(cfg.Command); err != nil {
			return cfg, &MissingBinaryError{f.LogicalID, cfg.Command}
		}
	}
	return cfg, nil
}

// noteRuntime notes an interpreter of another version than AWS has.
func (s *Stack) noteRuntime(f template.Function) {
	if s.opts.Functions[f.LogicalID] != nil || len(s.opts.Commands[f.LogicalID]) > 0 || !managed.Is(f.Runtime) {
		return
	}
	if r, err := managed.Find(f.Runtime); err == nil && r.Differs() {
		s.notes = append(s.notes, fmt.Sprintf("%s runs on %s %s here, on %s at AWS", f.LogicalID, r.Title, r.Version, f.Runtime))
	}
}

// Notes say what is not served as it is at AWS, in a sentence without a full stop each:
// because of Options.SkipUnserved, or an interpreter of another version.
func (s *Stack) Notes() []string {
	notes := slices.Clone(s.notes)
	for _, what := range s.Template.Skipped {
		notes = append(notes, what+" is not served on this machine")
	}
	return notes
}

func (s *Stack) buildDir(logicalID string) string {
	return filepath.Join(s.opts.BuildDir, logicalID)
}

// existing returns dir if it is a folder, else "".
func existing(dir string) string {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

// version returns the version of a function while the template is still being read.
func (s *Stack) version(logicalID string) (string, error) {
	if _, replaced := s.opts.Functions[logicalID]; replaced {
		return "1", nil
	}
	if command := s.opts.Commands[logicalID]; len(command) > 0 {
		return lambda.PackageVersion(command[0])
	}
	dir := s.buildDir(logicalID)
	if existing(dir) == "" {
		return "", &MissingBinaryError{logicalID, filepath.Join(dir, "bootstrap")}
	}
	dirs := []string{dir}
	if s.taskRoot != "" {
		dirs = append(dirs, s.taskRoot)
	}
	return lambda.PackageVersion(dirs...)
}

// Replace puts new versions of functions in the place of those that are served, all at
// once: dirs are the folders of their code by logical id, laid out as those of
// Options.BuildDir. A process of each must have started, and check must accept them; it
// invokes them by name. Otherwise nothing is replaced, and the error may be a
// [*lambda.InitError].
//
// Invocations that run end on the old version, so its folder must stay until then; none
// is lost. References of the template to a version (!Ref Function.Version) stay as they
// are.
func (s *Stack) Replace(ctx context.Context, dirs map[string]string, check func(lambda.Invoker) error) error {
	var functions []lambda.Function
	for _, f := range s.Template.Functions {
		dir, is := dirs[f.LogicalID]
		if !is {
			continue
		}
		cfg, err := s.function(f, dir)
		if err != nil {
			return err
		}
		functions = append(functions, cfg)
	}
	if len(functions) != len(dirs) {
		return fmt.Errorf("the template lacks one of the functions %v", slices.Sorted(maps.Keys(dirs)))
	}
	return s.Lambda.Replace(ctx, check, functions...)
}
