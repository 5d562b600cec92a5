package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/away"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/text"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// checkStage checks the hooks and strategies of all flows as a stage has them.
func (t *teamTest) checkStage(ctx context.Context, file *flow.File, stage string) error {
	at := ""
	if stage != "" {
		at = " at stage " + stage
	}
	for i := range file.Flows {
		f := &file.Flows[i]
		if fn, is := t.hooksOf(f); is {
			if err := t.checkHooks(ctx, f, fn, at); err != nil {
				return err
			}
		}
		if fn, is := t.strategyOf(f); is {
			if err := t.checkStrategy(ctx, f, fn, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// hooksOf returns the function with a flow's hooks, if its code is in the folder.
func (t *teamTest) hooksOf(f *flow.Flow) (folder.Function, bool) {
	return t.find(func(fn folder.Function) bool {
		if f.Hooks == flow.OwnHooks {
			return fn.LogicalID == folder.HooksFunction
		}
		return fn.Name != "" && fn.Name == f.Hooks
	})
}

// strategyOf returns the function that is a flow's strategy, if its code is in the folder.
func (t *teamTest) strategyOf(f *flow.Flow) (folder.Function, bool) {
	if f.Strategy == nil || f.Strategy.Function == "" {
		return folder.Function{}, false
	}
	return t.find(func(fn folder.Function) bool {
		return fn.Strategy && strings.TrimPrefix(fn.Name, "${AWS::StackName}-") == f.Strategy.Function
	})
}

func (t *teamTest) find(is func(folder.Function) bool) (folder.Function, bool) {
	at := slices.IndexFunc(t.folder.Functions, is)
	if at < 0 {
		return folder.Function{}, false
	}
	return t.folder.Functions[at], true
}

// function returns a function of the folder, which it starts once.
func (t *teamTest) function(ctx context.Context, fn folder.Function) (replay.Function, error) {
	if running := t.running[fn.LogicalID]; running != nil {
		return running, nil
	}
	call, stop, err := teamFunction(ctx, t.folder, fn, t.endpoint)
	if err != nil {
		return nil, err
	}
	t.running[fn.LogicalID] = call
	t.stops = append(t.stops, stop)
	return call, nil
}

// refused returns the calls of AWS since it was last called, where AWS is not here.
func (t *teamTest) refused() []away.Refusal {
	if t.away == nil {
		return nil
	}
	return t.away.Refused()
}

// checkHooks prints a line where all is well, and else the cases.
func (t *teamTest) checkHooks(ctx context.Context, f *flow.Flow, fn folder.Function, stage string) error {
	about, err := hookcheck.FlowOf(f)
	if err != nil {
		return err
	}
	call, err := t.function(ctx, fn)
	if err != nil {
		return err
	}
	_ = t.refused() // what was called at the start
	results := hookcheck.Check(ctx, call, about, hookcheck.Options{Refused: t.refused})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	what := fmt.Sprintf("hooks of flow %s%s (%s/)", f.Name, stage, fn.Code)
	if slices.ContainsFunc(results, func(r hookcheck.Result) bool { return len(r.Mistakes) > 0 }) {
		fmt.Fprintf(t.out, "%s:\n", what)
		if err := printHookResults(t.out, results); err != nil {
			return err
		}
		return fmt.Errorf("%s: wrong, see above", what)
	}
	_, err = fmt.Fprintf(t.out, "%s: ok, %s\n", what, passed(results))
	return err
}

// passed says which cases of the hooks were called, and which not.
func passed(results []hookcheck.Result) string {
	var notCalled, refused []string
	failed := 0
	for _, r := range results {
		switch {
		case r.NotCalled:
			notCalled = append(notCalled, r.Hook)
		case len(r.Refused) > 0:
			failed++
			refused = append(refused, r.Refused...)
		}
	}
	said := text.Count(len(results)-len(notCalled), "case")
	if failed > 0 {
		slices.Sort(refused)
		said += fmt.Sprintf("; %d failed without AWS, as they may: %s", failed, strings.Join(slices.Compact(refused), ", "))
	}
	if len(notCalled) > 0 {
		said += "; not called, since they may change something elsewhere: " + strings.Join(notCalled, ", ")
	}
	return said
}

// strategyLimit is how long one call of a strategy may take.
const strategyLimit = 30 * time.Second

// checkStrategy prints a line where all is well, and else the cases.
func (t *teamTest) checkStrategy(ctx context.Context, f *flow.Flow, fn folder.Function, stage string) error {
	what := fmt.Sprintf("strategy %s of flow %s%s (%s/)", f.Strategy.Function, f.Name, stage, fn.Code)
	if f.Strategy.Version < 2 {
		_, err := fmt.Fprintf(t.out, "%s: not checked; the checks are for version: 2 of the contract\n", what)
		return err
	}
	about, err := hookcheck.FlowOf(f)
	if err != nil {
		return err
	}
	options, err := strategyOptions(about)
	if err != nil {
		return err
	}
	options.Limit = strategyLimit
	call, err := t.function(ctx, fn)
	if err != nil {
		return err
	}
	_ = t.refused() // what was called at the start
	results := strategytest.Check(ctx, strategyFunction(call), options)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if refused := t.refused(); len(refused) > 0 && !strategytest.Passed(results) {
		_, err = fmt.Fprintf(t.out, "%s: not checked without AWS, which it calls: %s; --endpoint-url names one\n", what, refused[0].Call)
		return err
	}
	if !strategytest.Passed(results) {
		fmt.Fprintf(t.out, "%s:\n", what)
		if err := printStrategyResults(t.out, results); err != nil {
			return err
		}
		return fmt.Errorf("%s: wrong, see above", what)
	}
	_, err = fmt.Fprintf(t.out, "%s: ok, %s\n", what, text.Count(len(results), "case"))
	return err
}
