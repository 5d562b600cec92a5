package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// hooksHere is the hook function of a file of flows, as it runs on this machine.
type hooksHere struct {
	// name is its path, for messages.
	name string
	call replay.Function
	stop func()
	// found says that nobody named it: it may be of another time than the file.
	found bool
	// broken says why a function that was found can't be started.
	broken error
}

// findHooks starts the hook function of the file of flows at path: the binary, if one is
// named; else that of the team's folder, which it builds; else the one that `make build`
// has made. The call is nil without one, and note says why.
func findHooks(ctx context.Context, path, binary, endpoint string) (h hooksHere, note string, err error) {
	h.stop = func() {}
	dir := filepath.Dir(path)
	if binary == "" && filepath.Base(path) == folder.FlowsFile && folder.Is(dir) {
		return teamHooks(ctx, dir, endpoint)
	}
	if isCode(binary) {
		code, err := stagedAt(ctx, binary)
		if err != nil {
			return h, "", err
		}
		h.name = code.function.Code + "/"
		h.call, h.stop, err = code.run(ctx, endpoint)
		return h, "", err
	}
	h.name = binary
	if binary == "" {
		if h.name = builtHooks(path); !fileExists(h.name) {
			return h, fmt.Sprintf("flow names were not compared with hooks: no %s; run `make build`, or give --binary", h.name), nil
		}
		h.found = true
	}
	call, stop, err := binaryFunction(h.name, endpoint)
	if err != nil {
		if h.found {
			h.broken = err
			return h, fmt.Sprintf("flow names were not compared with %s: %v", h.name, err), nil
		}
		return h, "", err
	}
	h.call, h.stop = call, stop
	return h, "", nil
}

// compare compares the names of flows with those that the function has hooks for.
func (h hooksHere) compare(ctx context.Context, file *flow.File) (wrong []flow.Error, note string, err error) {
	has, known, err := flowcheck.Flows(ctx, h.call)
	switch {
	case err != nil && h.found:
		return nil, fmt.Sprintf("flow names were not compared with %s: %v", h.name, err), nil
	case err != nil:
		return nil, "", err
	case !known:
		return nil, fmt.Sprintf("flow names were not compared with %s, which does not say which flows it has hooks for", h.name), nil
	}
	return flowcheck.Names(file, h.name, has), "", nil
}

// builtHooks returns the path of the hook function that `make build` makes beside a
// file of flows.
func builtHooks(flows string) string {
	return filepath.Join(filepath.Dir(flows), filepath.FromSlash(hookfunc.Built))
}

// checkLocalHooks refuses to serve flows whose names are not those of the built hook
// function.
func checkLocalHooks(ctx context.Context, file *flow.File, path, buildDir string) error {
	binary := filepath.Join(buildDir, "HooksFunction", "bootstrap")
	if !fileExists(binary) {
		return nil // reported when it is started
	}
	h, _, err := findHooks(ctx, path, binary, "")
	if err != nil {
		return err
	}
	defer h.stop()
	wrong, _, err := h.compare(ctx, file)
	if err == nil && len(wrong) > 0 {
		err = &flow.Errors{Name: path, List: wrong}
	}
	return err
}
