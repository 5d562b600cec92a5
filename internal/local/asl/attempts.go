package asl

import (
	"context"
	"math"
	"math/rand"
	"time"
)

// attempts runs a Task, Parallel or Map with its retriers and catchers.
func (v *visit) attempts(ctx context.Context, effective any) (any, string, *Failure) {
	tried := make([]int64, len(v.s.Retry))
	for {
		output, next, failure := v.attempt(ctx, effective)
		if failure == nil || ctx.Err() != nil {
			return output, next, failure
		}
		if delay, again := v.retry(failure, tried); again {
			if stopped := v.pause(ctx, delay); stopped != nil {
				return nil, "", stopped
			}
			v.retries++
			continue
		}
		v.gaveUp(failure)
		for _, c := range v.s.Catch {
			if !failure.matches(c.ErrorEquals) {
				continue
			}
			caught, broken := place(c.ResultPath, v.input, failure.output())
			return caught, c.Next, broken
		}
		return nil, "", failure
	}
}

// attempt runs the state once, through ResultSelector, ResultPath and
// OutputPath.
func (v *visit) attempt(ctx context.Context, effective any) (any, string, *Failure) {
	var result any
	var failure *Failure
	switch v.s.Type {
	case "Task":
		result, failure = v.task(ctx, effective)
	case "Parallel":
		result, failure = v.parallel(ctx, effective)
	default:
		result, failure = v.eachItem(ctx, effective)
	}
	if failure != nil {
		return nil, "", failure
	}
	if v.s.ResultSelector != nil {
		if result, failure = v.s.ResultSelector.eval(v.scope(result, "")); failure != nil {
			return nil, "", failure
		}
	}
	output, next, failure := v.leave(result)
	if failure == nil {
		failure = v.limit(encode(output))
	}
	return output, next, failure
}

// retry finds the retrier that takes a failure, and how long it waits.
func (v *visit) retry(failure *Failure, tried []int64) (time.Duration, bool) {
	for i, r := range v.s.Retry {
		if !failure.matches(r.ErrorEquals) {
			continue
		}
		if tried[i] >= r.MaxAttempts {
			return 0, false
		}
		delay := float64(r.IntervalSeconds) * math.Pow(r.BackoffRate, float64(tried[i]))
		if r.MaxDelaySeconds > 0 {
			delay = min(delay, float64(r.MaxDelaySeconds))
		}
		if r.FullJitter {
			delay *= rand.Float64()
		}
		tried[i]++
		return time.Duration(delay * float64(time.Second)), true
	}
	return 0, false
}

// gaveUp records that a Parallel or Map failed for good.
func (v *visit) gaveUp(failure *Failure) {
	if v.s.Type == "Task" || failure.name() == errRuntime && failure.runtime {
		return
	}
	detail := map[string]any{}
	addFailure(detail, failure)
	key := "mapStateFailedEventDetails"
	if v.s.Type == "Parallel" {
		key = "" // the service gives none
		detail = nil
	}
	v.x.event(v.f, v.s.Type+"StateFailed", key, detail)
}
