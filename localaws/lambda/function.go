package lambda

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// InProcess is a function that runs in this process: for tests.
type InProcess func(ctx context.Context, payload []byte) ([]byte, error)

// Function describes a function for Register.
type Function struct {
	// Name is what callers invoke; LogicalID is the template's name for it.
	Name, LogicalID string
	// Command is the path of its binary, bootstrap.
	Command string
	// TaskRoot is its working directory (LAMBDA_TASK_ROOT); empty is the folder of
	// Command. The version is derived from both folders; a file in TaskRoot replaces
	// one of the same name beside Command.
	TaskRoot string
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

// Register adds a function, whose binary must exist and be executable.
func (s *Service) Register(cfg Function) error {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 3 * time.Second
	}
	if cfg.MemoryMB <= 0 {
		cfg.MemoryMB = 128
	}
	if cfg.Handler == "" {
		cfg.Handler = "bootstrap"
	}
	f := newFunction(s, cfg)
	switch {
	case cfg.InProcess != nil:
		f.version = "1"
		f.kind = kindInProcess
	default:
		path, err := filepath.Abs(cfg.Command)
		if err != nil {
			return fmt.Errorf("function %s: %w", cfg.Name, err)
		}
		f.cfg.Command = path
		if f.cfg.TaskRoot == "" {
			f.cfg.TaskRoot = filepath.Dir(path)
		}
		if err := f.identify(); err != nil {
			return fmt.Errorf("function %s: %w", cfg.Name, err)
		}
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
