package lambda

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

// InProcess is a function that runs in this process: for tests.
type InProcess func(ctx context.Context, payload []byte) ([]byte, error)

// Function describes a function for Register.
type Function struct {
	// Name is what callers invoke; LogicalID is the template's name for it.
	Name, LogicalID string
	// Runtime is that of the template; empty is provided.al2023. A managed one, such as
	// python3.13 or nodejs22.x, needs no Command: an interpreter of this machine runs
	// the Handler in TaskRoot (package managed).
	Runtime string
	// Command is the path of its binary, bootstrap. Args are its arguments.
	Command string
	Args    []string
	// TaskRoot is its working directory (LAMBDA_TASK_ROOT); empty is the folder of
	// Command.
	TaskRoot string
	// Package are the files and folders that its version is derived from; of files with
	// the same name the last counts. Empty is the folder of Command, then TaskRoot; of a
	// managed runtime it is TaskRoot alone.
	Package []string
	// InProcess runs the function in this process in place of Command.
	InProcess InProcess
	// Role is the ARN of its role. LogGroup receives its output; empty is the default
	// group of its name.
	Role, LogGroup string
	// Environment are its variables, as in the template.
	Environment map[string]string
	// Timeout is its time limit per invocation; 0 is Lambda's default, 3 s.
	Timeout time.Duration
	// MemoryMB is passed to the function, not enforced; 0 is 128.
	MemoryMB int
	// Handler is the value of _HANDLER; empty is "bootstrap".
	Handler string
	// Aliases are the qualifiers it answers to beside its version and $LATEST.
	Aliases []string
	// Reserved is its reserved concurrency: more invocations are throttled immediately.
	// 0 reserves nothing.
	Reserved int
	// Async configures asynchronous invocations; nil is Lambda's default.
	Async *Async
}

func (cfg Function) logGroup() string { return cmp.Or(cfg.LogGroup, "/aws/lambda/"+cfg.Name) }

// Async configures the asynchronous invocations of a function.
type Async struct {
	// MaxRetries is how often an event is retried at which the function failed, 0 to 2.
	MaxRetries int
	// MaxAge is how long an event is kept that can't be run.
	MaxAge time.Duration
	// OnFailure is the ARN to which failed events are sent; empty drops them.
	OnFailure string
}

// async returns the configuration of the function, or Lambda's default.
func (cfg Function) async() Async {
	if cfg.Async == nil {
		return Async{MaxRetries: len(asyncPauses), MaxAge: maxEventAge}
	}
	return *cfg.Async
}

// Register adds a function, whose code must be there to run.
func (s *Service) Register(cfg Function) error {
	f, err := s.prepare(cfg)
	if err != nil {
		return fmt.Errorf("function %s: %w", cfg.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.account.reserve(cfg.Reserved); err != nil {
		return fmt.Errorf("function %s: %w", cfg.Name, err)
	}
	if _, ok := s.functions[cfg.Name]; ok {
		return fmt.Errorf("function %s is registered twice", cfg.Name)
	}
	s.functions[cfg.Name] = f
	return nil
}

// prepare completes a function and finds its version.
func (s *Service) prepare(cfg Function) (*function, error) {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 3 * time.Second
	}
	if cfg.MemoryMB <= 0 {
		cfg.MemoryMB = 128
	}
	cfg.Handler = cmp.Or(cfg.Handler, "bootstrap")
	cfg.Runtime = cmp.Or(cfg.Runtime, "provided.al2023")
	f := newFunction(s, cfg)
	if cfg.InProcess != nil {
		f.version, f.kind = "1", kindInProcess
		return f, nil
	}
	if cfg.Command == "" && managed.Is(cfg.Runtime) {
		if err := f.manage(); err != nil {
			return nil, err
		}
		return f, f.identify()
	}
	path, err := filepath.Abs(cfg.Command)
	if err != nil {
		return nil, err
	}
	f.cfg.Command = path
	f.cfg.TaskRoot = cmp.Or(f.cfg.TaskRoot, filepath.Dir(path))
	if len(f.cfg.Package) == 0 {
		f.cfg.Package = []string{filepath.Dir(path), f.cfg.TaskRoot}
	}
	return f, f.identify()
}

// manage has an interpreter of this machine run the function.
func (f *function) manage() error {
	runtime, err := managed.Find(f.cfg.Runtime)
	if err != nil {
		return err
	}
	if f.cfg.TaskRoot, err = filepath.Abs(f.cfg.TaskRoot); err != nil {
		return err
	}
	if info, err := os.Stat(f.cfg.TaskRoot); err != nil || !info.IsDir() {
		return fmt.Errorf("no code at %s", f.cfg.TaskRoot)
	}
	f.cfg.Command, f.cfg.Args = runtime.Command, runtime.Args
	f.runtime = &runtime
	if len(f.cfg.Package) == 0 {
		f.cfg.Package = []string{f.cfg.TaskRoot}
	}
	return nil
}

// Version returns the version of a registered function: a decimal number made
// from the content of its deployment package, so that a changed package is
// another version; "1" for an InProcess function.
func (s *Service) Version(name string) (string, bool) {
	s.mu.Lock()
	f, ok := s.functions[name]
	s.mu.Unlock()
	if !ok {
		return "", false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, true
}
