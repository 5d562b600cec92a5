package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// until reads a request repeatedly until over reports true, and calls seen each time.
// It retries while the API is busy or, after a first response, unreachable. If ctx
// ends, the error is its cause.
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

// passing reports whether an error is temporary. answered is whether the API has
// responded before.
func passing(err error, answered bool) bool {
	var p *api.Problem
	if errors.As(err, &p) {
		return p.Status >= 500 || p.Status == http.StatusTooManyRequests
	}
	var u *api.ConnectionError
	return answered && errors.As(err, &u)
}

// pause waits, and reports whether ctx lasted that long.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// within returns a context that ends with [exitTimedOut] after a limit; 0 is none.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, exitError(exitTimedOut))
}
