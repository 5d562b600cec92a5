package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// until reads a request every so often until it is over; seen gets each state that
// was read. While the API is busy or, once it answered, can't be reached, it goes
// on. The error is the cause of ctx where that ended.
func (a *caller) until(ctx context.Context, id string, every time.Duration, answered bool, seen func(api.Request), over func(api.Request) bool) (api.Request, json.RawMessage, error) {
	for {
		v, answer, err := a.run(ctx, id)
		switch {
		case ctx.Err() != nil:
			return v, nil, context.Cause(ctx)
		case err == nil:
			answered = true
			seen(v)
			if over(v) {
				return v, answer, nil
			}
		case !passing(err, answered):
			return v, nil, err
		}
		if !pause(ctx, every) {
			return v, nil, context.Cause(ctx)
		}
	}
}

// passing reports whether the next call may not have an error of the last one.
func passing(err error, answered bool) bool {
	var p *api.Problem
	if errors.As(err, &p) {
		return p.Status >= 500 || p.Status == http.StatusTooManyRequests
	}
	var u *api.ConnectionError
	return answered && errors.As(err, &u)
}

// pause waits; false means that it was stopped.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// within ends ctx after a time with [exitTimedOut]; 0 is no limit.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, exitError(exitTimedOut))
}
