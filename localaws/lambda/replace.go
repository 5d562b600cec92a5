package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Replace puts new versions of functions in the place of those with their names, all at
// once. A process of each must have started first, and check, if there is one, must
// accept them: it may invoke them by name. Otherwise nothing is replaced.
//
// What was invoked before ends on the old version. What waits, and what comes, goes to
// the new one; no invocation is lost.
func (s *Service) Replace(ctx context.Context, check func(Invoker) error, functions ...Function) error {
	next := candidates{}
	defer func() {
		for _, f := range next {
			f.drop()
		}
	}()
	for _, cfg := range functions {
		s.mu.Lock()
		old, known := s.functions[cfg.Name]
		s.mu.Unlock()
		if !known || old.kind != kindProcess || cfg.Reserved != old.cfg.Reserved {
			return fmt.Errorf("function %s can't be replaced: it must be served by processes of this machine, and its reserved concurrency must stay", cfg.Name)
		}
		f, err := s.prepare(cfg)
		if err != nil {
			return fmt.Errorf("function %s: %w", cfg.Name, err)
		}
		next[cfg.Name] = f
	}
	if err := next.warm(ctx); err != nil {
		return err
	}
	if check != nil {
		if err := check(next); err != nil {
			return err
		}
	}
	return s.swap(next)
}

// swap puts candidates in their places. It leaves none in next.
func (s *Service) swap(next candidates) error {
	retired := map[*function]*function{}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return &ServiceError{"ServiceException", "The stack is closing."}
	}
	for name, f := range next {
		retired[s.functions[name]] = f
		s.functions[name] = f
	}
	s.mu.Unlock()
	clear(next)
	for old, f := range retired {
		old.retire(f)
	}
	return nil
}

// Warm starts a process of each function, by name, that has none, and waits until it
// asks for an event. The error is an [*InitError] if one can't start.
func (s *Service) Warm(ctx context.Context, names ...string) error {
	functions := candidates{}
	for _, name := range names {
		f, _, err := s.lookup(name, "")
		if err != nil {
			return err
		}
		if f.kind == kindProcess {
			functions[f.cfg.Name] = f
		}
	}
	return functions.warm(ctx)
}

// InitError is the error document of a function that could not start.
type InitError struct {
	Function string `json:"-"`
	// Type and Message are as the runtime reports them.
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
	// Trace says where, innermost last in Python and first in Node.js.
	Python []string `json:"stackTrace,omitempty"`
	Node   []string `json:"trace,omitempty"`
}

func (e *InitError) Error() string {
	return fmt.Sprintf("function %s does not start: %s: %s", e.Function, e.Type, e.Message)
}

// candidates are functions that nobody can invoke yet, by their names.
type candidates map[string]*function

// Invoke invokes a candidate by name or ARN.
func (c candidates) Invoke(ctx context.Context, function string, payload []byte) (Result, error) {
	name, qualifier := splitName(function)
	f, ok := c[name]
	if !ok {
		return Result{}, &ServiceError{"ResourceNotFoundException", "Function not found: " + function}
	}
	return f.invoke(ctx, f.service.arn(name, qualifier), payload)
}

// warm starts a process of each, and waits until all ask for an event.
func (c candidates) warm(ctx context.Context) error {
	probes := map[string]*invocation{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		f := c[name]
		inv := newInvocation(f.service.arn(name, ""), nil)
		inv.end, inv.probe = func() {}, true
		if _, err := f.submit(inv); err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		probes[name] = inv
	}
	for name, inv := range probes {
		select {
		case r := <-inv.done:
			if r.FunctionError == "" {
				continue
			}
			failed := &InitError{Function: name}
			if err := json.Unmarshal(r.Payload, failed); err != nil {
				failed.Message = string(r.Payload)
			}
			return failed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// endProbes answers the probes that wait: a process has started. The caller holds f.mu.
func (f *function) endProbes() {
	f.pending = slices.DeleteFunc(f.pending, func(inv *invocation) bool {
		if inv.probe {
			inv.answer(Result{})
		}
		return inv.probe
	})
}

// lockNewest locks f, or what has replaced it, and returns that.
func (f *function) lockNewest() *function {
	for {
		f.mu.Lock()
		if f.successor == nil {
			return f
		}
		next := f.successor
		f.mu.Unlock()
		f = next
	}
}

// retire passes what waits to the successor, and ends all processes but those with an
// invocation, which end after it.
func (f *function) retire(successor *function) {
	f.mu.Lock()
	f.successor = successor
	waiting := f.pending
	f.pending = nil
	idle := f.idle()
	f.mu.Unlock()
	for _, inv := range waiting {
		if _, err := successor.submit(inv); err != nil {
			inv.answer(failure("Runtime.ExitError", inv.id, err.Error()))
		}
	}
	for _, p := range idle {
		p.kill()
	}
}

// drop ends a candidate that replaces nothing.
func (f *function) drop() {
	f.close()
	f.mu.Lock()
	processes := slices.Collect(maps.Keys(f.processes))
	f.mu.Unlock()
	for _, p := range processes {
		p.kill()
	}
}

// idle lists the processes without an invocation. The caller holds f.mu.
func (f *function) idle() []*process {
	var idle []*process
	for p := range f.processes {
		if p.current == nil {
			idle = append(idle, p)
		}
	}
	return idle
}
