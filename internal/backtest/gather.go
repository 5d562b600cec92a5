package backtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Hooks finds the hook functions of flows as they are now.
type Hooks interface {
	// Block returns a flow as its runs keep it.
	Block(f *flow.Flow) (run.Flow, error)
	// Of returns the hook function of a flow. The error is [replay.Missing] if it
	// is not deployed.
	Of(ctx context.Context, f *flow.Flow) (replay.Function, error)
	// Name returns the name of the hook function of a run's flow.
	Name(block run.Flow) string
}

// gathered is the past requests of a backtest.
type gathered struct {
	requests []Request
	// skipped counts the requests that are left out, by why.
	skipped map[string]int
	// truncated says that there are more than Options.Max.
	truncated bool
	// function names the hook functions.
	function string
}

// triedFlow is a flow whose hooks are called, or that has none to call.
type triedFlow struct {
	call  replay.Function
	flow  *flow.Flow
	block run.Flow
	// missing says why its hooks can't be called, "" if they can.
	missing string
}

// errEnough ends the reading of more requests than are tried.
var errEnough = errors.New("enough requests")

// gather reads the past requests, and finds the hook function of each. Those of a
// flow whose function is missing are left out; it is an error if that is all of them.
func (o Options) gather(ctx context.Context) (gathered, error) {
	g := gathered{skipped: map[string]int{}}
	o.Progress.Start("reading "+o.Source, 0, 0)
	defer o.Progress.End()
	flows := map[string]*triedFlow{}
	err := o.Each(ctx, func(r export.Run) error {
		if len(o.FlowNames) > 0 && !slices.Contains(o.FlowNames, r.Flow) {
			return nil
		}
		if flows[r.Flow] == nil {
			t, err := o.tryFlow(ctx, r.Flow)
			if err != nil {
				return err
			}
			flows[r.Flow] = t
		}
		t := flows[r.Flow]
		if t.missing != "" {
			g.skipped[t.missing]++
			return nil
		}
		if o.Max > 0 && len(g.requests) == o.Max {
			return errEnough
		}
		request := Request{Case: Of(r), Asked: r.Request(), Ask: t.call}
		if !o.AsAsked {
			request.Asked.Flow, request.Asked.Fields = t.block, t.flow.Refresh(request.Asked.Fields)
		}
		g.requests = append(g.requests, request)
		o.Progress.At(len(g.requests))
		return nil
	})
	if g.truncated = errors.Is(err, errEnough); err != nil && !g.truncated {
		return g, err
	}
	if len(g.requests) == 0 && len(g.skipped) > 0 {
		return g, errors.New(strings.Join(slices.Sorted(maps.Keys(g.skipped)), "\n"))
	}
	var names []string
	for _, t := range flows {
		if t.missing == "" {
			names = append(names, o.Hooks.Name(t.block))
		}
	}
	slices.Sort(names)
	g.function = strings.Join(slices.Compact(names), ", ")
	return g, nil
}

// tryFlow finds the hook function of a flow.
func (o Options) tryFlow(ctx context.Context, name string) (*triedFlow, error) {
	f, known := o.Flows.Find(name)
	if !known {
		return &triedFlow{missing: fmt.Sprintf("%s has no flow %q", o.FlowsFile, name)}, nil
	}
	t := &triedFlow{flow: f}
	var err error
	if t.block, err = o.Hooks.Block(f); err != nil {
		return nil, err
	}
	t.call, err = o.Hooks.Of(ctx, f)
	var missing replay.Missing
	if errors.As(err, &missing) {
		t.missing = missing.Error()
		return t, nil
	}
	return t, err
}
