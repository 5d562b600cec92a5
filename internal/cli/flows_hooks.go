package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// hooksBinary is where `make build` puts the hook function, from the folder of
// flows.yaml.
const hooksBinary = "build/HooksFunction/bootstrap"

// flowsOf asks a hook function which flows it has hooks for. known is false for
// one that doesn't say, such as one of an older release or in another language.
func flowsOf(ctx context.Context, ask replay.Function) (flows []string, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	question := hookapi.Sample(run.OnRequest, hookapi.Flow{Name: "sample"}, nil)
	question.Hook = hookapi.NoHook
	document, err := run.Encode(question)
	if err != nil {
		return nil, false, err
	}
	answer, err := ask(ctx, document)
	if err != nil {
		return nil, false, err
	}
	var says struct{ Flows []string }
	if answer.FunctionError != "" || json.Unmarshal(answer.Payload, &says) != nil {
		return nil, false, nil
	}
	return says.Flows, says.Flows != nil, nil
}

// mismatches compares the flows of a file that have their hooks in functions/hooks
// with the flows that this function has hooks for, both ways.
func mismatches(file *flow.File, function string, has []string) []flow.Error {
	var wrong []flow.Error
	named := map[string]bool{}
	for _, use := range file.Functions {
		switch {
		case use.Strategy:
		case use.Name == flow.OwnHooks:
			named[use.Flow] = true
			if !slices.Contains(has, use.Flow) && !slices.Contains(has, "*") {
				wrong = append(wrong, use.Missing(fmt.Sprintf("%s has no hooks for the flow %q; it has hooks for %s. Add them to functions/hooks, or set hooks: none", function, use.Flow, orDash(has))))
			}
		case use.Name == flow.NoHooks && slices.Contains(has, use.Flow):
			named[use.Flow] = true
			wrong = append(wrong, use.Missing(fmt.Sprintf("%s has hooks for the flow %q, which would never be called; remove hooks: none, or the hooks", function, use.Flow)))
		}
	}
	for _, name := range has {
		if name != "*" && !named[name] {
			wrong = append(wrong, flow.Error{Line: 1, Column: 1, Path: "flows", Detail: fmt.Sprintf("%s has hooks for the flow %q, but no flow of that name has its hooks there; was it renamed?", function, name)})
		}
	}
	return wrong
}

// checkBinary compares a file of flows with the binary of functions/hooks. binary
// is "" for the one that `make build` puts beside the file; note then says why
// nothing was compared.
func checkBinary(ctx context.Context, file *flow.File, path, binary string) (wrong []flow.Error, note string, err error) {
	given := binary != ""
	if !given {
		binary = filepath.Join(filepath.Dir(path), filepath.FromSlash(hooksBinary))
		if _, err := os.Stat(binary); err != nil {
			return nil, fmt.Sprintf("flow names were not compared with hooks: there is no %s; `make build` makes it, or give --binary", binary), nil
		}
	}
	ask, closes, err := binaryFunction(binary, "")
	var has []string
	known := false
	if err == nil {
		defer closes()
		has, known, err = flowsOf(ctx, ask)
	}
	switch {
	case err != nil && given:
		return nil, "", err
	case err != nil:
		return nil, fmt.Sprintf("flow names were not compared with %s: %v", binary, err), nil
	case !known:
		return nil, fmt.Sprintf("flow names were not compared with %s, which does not say which flows it has hooks for", binary), nil
	}
	return mismatches(file, binary, has), "", nil
}

// checkLocalHooks refuses to serve flows whose names are not those that the built
// hook function has hooks for.
func checkLocalHooks(ctx context.Context, file *flow.File, path, buildDir string) error {
	binary := filepath.Join(buildDir, "HooksFunction", "bootstrap")
	if _, err := os.Stat(binary); err != nil {
		return nil // what is missing is named when it is started
	}
	wrong, _, err := checkBinary(ctx, file, path, binary)
	if err == nil && len(wrong) > 0 {
		err = &flow.Errors{Name: path, List: wrong}
	}
	return err
}
