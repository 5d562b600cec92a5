package asl

import (
	"context"
	"sync"
)

// parallel runs the branches side by side. The first that fails stops the
// others.
func (v *visit) parallel(ctx context.Context, effective any) (any, *Failure) {
	input := effective
	if v.s.Parameters != nil {
		var failure *Failure
		if input, failure = v.s.Parameters.eval(v.scope(effective, "")); failure != nil {
			return nil, failure
		}
	}
	v.x.event(v.f, "ParallelStateStarted", "", nil)
	results, failure := sideBySide(ctx, len(v.s.Branches), 0, func(ctx context.Context, i int) (any, *Failure) {
		return v.x.machine(ctx, v.s.Branches[i], clone(input), &frame{last: v.f.last, item: v.f.item, silent: v.f.silent, branch: true})
	})
	v.catchUp()
	if failure != nil {
		return nil, failure
	}
	return results, nil
}

// catchUp has the next event follow all that branches left.
func (v *visit) catchUp() {
	if v.f.silent {
		return
	}
	v.x.mu.Lock()
	defer v.x.mu.Unlock()
	v.f.last = int64(len(v.x.history.events))
}

// eachItem runs the processor of a Map for each item.
func (v *visit) eachItem(ctx context.Context, effective any) (any, *Failure) {
	sc := v.scope(effective, "")
	found := effective
	if v.s.ItemsPath != nil {
		var err error
		if found, err = v.s.ItemsPath.get(effective, sc.context); err != nil {
			return nil, runtimeFailure("Invalid path '%s' : ItemsPath refers to nothing in the input '%s'", v.s.ItemsPath.text, encode(effective))
		}
	}
	items, ok := found.([]any)
	if !ok {
		return nil, runtimeFailure("Reference path \"%s\" must point to array.", itemsText(v.s.ItemsPath))
	}
	most := v.s.MaxConcurrency
	if p := v.s.MaxConcurrencyPath; p != nil {
		value, err := p.get(effective, sc.context)
		n, whole := integer(value)
		if err != nil || !whole || n < 0 {
			return nil, runtimeFailure("The MaxConcurrencyPath field refers to value \"%s\" which is not a valid integer: %s", unquoted(value), p.text)
		}
		most = n
	}
	v.x.event(v.f, "MapStateStarted", "mapStateStartedEventDetails", map[string]any{"length": len(items)})
	if v.s.Distributed {
		v.x.event(v.f, "MapRunStarted", "mapRunStartedEventDetails", map[string]any{"mapRunArn": v.x.ARN + "/" + v.s.Name})
	}
	results, failure := sideBySide(ctx, len(items), int(most), func(ctx context.Context, i int) (any, *Failure) {
		return v.iteration(ctx, effective, items[i], i)
	})
	v.catchUp()
	if failure != nil {
		return nil, failure
	}
	if v.s.Distributed {
		v.x.event(v.f, "MapRunSucceeded", "", nil)
	}
	v.x.event(v.f, "MapStateSucceeded", "", nil)
	return results, nil
}

func (v *visit) iteration(ctx context.Context, effective, value any, index int) (any, *Failure) {
	f := &frame{last: v.f.last, item: map[string]any{"Index": int64(index), "Value": value}, silent: v.f.silent || v.s.Distributed}
	detail := map[string]any{"name": v.s.Name, "index": index}
	v.x.event(f, "MapIterationStarted", "mapIterationStartedEventDetails", detail)
	input := value
	if v.s.ItemSelector != nil {
		inside := *v
		inside.f = f
		var failure *Failure
		if input, failure = v.s.ItemSelector.eval(inside.scope(effective, "")); failure != nil {
			return nil, failure
		}
	}
	output, failure := v.x.machine(ctx, v.s.Processor, clone(input), f)
	switch {
	case ctx.Err() != nil && failure != nil:
		v.x.event(f, "MapIterationAborted", "mapIterationAbortedEventDetails", detail)
	case failure != nil:
		v.x.event(f, "MapIterationFailed", "mapIterationFailedEventDetails", detail)
	default:
		v.x.event(f, "MapIterationSucceeded", "mapIterationSucceededEventDetails", detail)
	}
	return output, failure
}

func itemsText(p *path) string {
	if p == nil {
		return "$"
	}
	return p.text
}

func unquoted(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(encode(v))
}

// sideBySide runs n pieces, at most so many at once (0 is all), and gives their
// results in order, or the first failure once all have stopped.
func sideBySide(ctx context.Context, n, most int, piece func(ctx context.Context, i int) (any, *Failure)) (any, *Failure) {
	if most == 0 || most > n {
		most = n
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]any, n)
	var first *Failure
	var mu sync.Mutex
	var running sync.WaitGroup
	places := make(chan struct{}, max(most, 1))
	for i := range n {
		places <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		running.Add(1)
		go func() {
			defer running.Done()
			defer func() { <-places }()
			result, failure := piece(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			results[i] = result
			if failure != nil && first == nil && ctx.Err() == nil {
				first = failure
				cancel()
			}
		}()
	}
	running.Wait()
	if first == nil && ctx.Err() != nil {
		return nil, Fail(errBranch, "stopped")
	}
	return results, first
}
