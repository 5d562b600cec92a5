package asl

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// attempts runs a Task, Parallel or Map with its retriers and catchers.
func (v *visit) attempts(ctx context.Context, effective document) (document, string, *Failure) {
	for {
		if !v.l.at.WakeAt.IsZero() {
			if failure := v.pause(ctx); failure != nil {
				return document{}, "", failure
			}
			v.l.change(func(at *Position) { at.WakeAt = time.Time{} })
		}
		output, next, failure := v.attempt(ctx, effective)
		if failure == nil || ctx.Err() != nil {
			return output, next, failure
		}
		if v.again(failure) {
			if v.x.Flush() != nil {
				return document{}, "", stopped
			}
			continue
		}
		v.gaveUp(failure)
		for _, c := range v.s.Catch {
			if !failure.matches(c.ErrorEquals) {
				continue
			}
			caught, broken := place(c.ResultPath, v.input, written(failure.output()))
			return caught, c.Next, broken
		}
		return document{}, "", failure
	}
}

// attempt runs the state once, through ResultSelector, ResultPath and
// OutputPath.
func (v *visit) attempt(ctx context.Context, effective document) (document, string, *Failure) {
	var result document
	var failure *Failure
	switch v.s.Type {
	case "Task":
		result, failure = v.task(ctx, effective)
	case "Parallel":
		result, failure = v.parallel(ctx, effective)
	default:
		result, failure = v.mapItems(ctx, effective)
	}
	if failure != nil {
		return document{}, "", failure
	}
	if v.s.ResultSelector != nil {
		value, failure := v.s.ResultSelector.eval(v.scope(result.value))
		if failure != nil {
			return document{}, "", failure
		}
		result = written(value)
	}
	output, next, failure := v.leave(result)
	if failure == nil && len(output.raw) > maxPayload {
		failure = tooLarge(v.s.Name)
	}
	return output, next, failure
}

// again prepares another attempt if a retrier takes the failure.
func (v *visit) again(failure *Failure) bool {
	for i, r := range v.s.Retry {
		if !failure.matches(r.ErrorEquals) {
			continue
		}
		var tried int64
		if i < len(v.l.at.Tried) {
			tried = v.l.at.Tried[i]
		}
		if tried >= r.MaxAttempts {
			return false
		}
		wake := v.x.engine.clock.Now().Add(r.delay(tried))
		v.l.change(func(at *Position) {
			if at.Tried == nil {
				at.Tried = make([]int64, len(v.s.Retry))
			}
			at.Tried[i]++
			at.Retries++
			at.WakeAt, at.Task, at.Lines = wake, nil, nil
		})
		return true
	}
	return false
}

// delay is how long the retrier waits when it has tried so many times.
func (r Retrier) delay(tried int64) time.Duration {
	delay := float64(r.IntervalSeconds) * math.Pow(r.BackoffRate, float64(tried))
	if r.MaxDelaySeconds > 0 {
		delay = min(delay, float64(r.MaxDelaySeconds))
	}
	delay = min(delay, maxSeconds)
	if r.FullJitter {
		delay *= rand.Float64() // #nosec G404 -- spreads tries, keeps nothing secret
	}
	return time.Duration(delay * float64(time.Second))
}

// gaveUp records that a Parallel or Map failed for good.
func (v *visit) gaveUp(failure *Failure) {
	if v.s.Type != "Task" && !failure.definition {
		v.l.event(Event{Type: v.s.Type + "StateFailed"})
	}
}
