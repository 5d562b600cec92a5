package watch

import (
	"context"
	"path"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// askHooks returns the names of the flows that the hook function has hooks for. says is
// false if it doesn't say.
func (s *Served) askHooks(ctx context.Context, invoker lambda.Invoker) (names []string, says bool, err error) {
	name := s.names[folder.HooksFunction]
	return flowcheck.Flows(ctx, func(ctx context.Context, event []byte) (replay.Answer, error) {
		r, err := invoker.Invoke(ctx, name, event)
		return replay.Answer{Payload: r.Payload, FunctionError: r.FunctionError, Version: r.ExecutedVersion}, err
	})
}

// compare refuses flows without hooks, and hooks without a flow.
func (s *Served) compare(file *flow.File, has []string, says bool) error {
	if !says {
		return nil
	}
	code := path.Clean(s.functions[folder.HooksFunction].Code) + "/"
	if wrong := flowcheck.Names(file, strings.TrimPrefix(code, "./"), has); len(wrong) > 0 {
		return &flow.Errors{Name: s.flowsFile, List: wrong}
	}
	return nil
}
