// Package flowcheck finds mistakes in a file of flows that the file alone does not
// show: hooks and functions that don't exist, sessions that outlast access, rights
// that the stack lacks, and samples that are not for production.
package flowcheck

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Flows returns the names of the flows that a hook function has hooks for. known is
// false for a function that doesn't say, such as one of an older release or in
// another language.
func Flows(ctx context.Context, call replay.Function) (names []string, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	question := hookapi.Sample(run.OnRequest, hookapi.Flow{Name: "sample"}, nil)
	question.Hook = hookapi.NoHook
	document, err := run.Encode(question)
	if err != nil {
		return nil, false, err
	}
	answer, err := call(ctx, document)
	if err != nil {
		return nil, false, err
	}
	var says struct{ Flows []string }
	if answer.FunctionError != "" || json.Unmarshal(answer.Payload, &says) != nil {
		return nil, false, nil
	}
	return says.Flows, says.Flows != nil, nil
}

// Names compares the flows of a file that have their hooks in functions/hooks with
// the flows that this function has hooks for, both ways. function is its name, for
// the messages.
func Names(file *flow.File, function string, has []string) []flow.Error {
	var wrong []flow.Error
	named := map[string]bool{}
	for _, use := range file.Functions {
		switch {
		case use.Strategy:
		case use.Name == flow.OwnHooks:
			named[use.Flow] = true
			if !slices.Contains(has, use.Flow) && !slices.Contains(has, "*") {
				list := "none"
				if len(has) > 0 {
					list = strings.Join(has, ", ")
				}
				wrong = append(wrong, use.Missing(fmt.Sprintf("%s has no hooks for flow %q; it has hooks for: %s. Add hooks there, or set hooks: none", function, use.Flow, list)))
			}
		case use.Name == flow.NoHooks && slices.Contains(has, use.Flow):
			named[use.Flow] = true
			wrong = append(wrong, use.Missing(fmt.Sprintf("%s has hooks for flow %q, which would never be called; remove hooks: none, or the hooks", function, use.Flow)))
		}
	}
	for _, name := range has {
		if name != "*" && !named[name] {
			wrong = append(wrong, flow.Error{Line: 1, Column: 1, Path: "flows", Detail: fmt.Sprintf("%s has hooks for flow %q, but no such flow has its hooks there; was it renamed?", function, name)})
		}
	}
	return wrong
}
