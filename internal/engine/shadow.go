package engine

import (
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// keepVerdict keeps the outcome of on_request and returns what is left of it: nothing
// that decides, and nothing that shows the people who decide what on_request would
// do.
func (d *decider) keepVerdict(a hookapi.Response) hookapi.Response {
	d.Shadow = &run.Verdict{Event: a.Transition, Reason: a.Reason, DurationSeconds: a.DurationSeconds, Checks: a.Checks, Error: a.Failure(run.OnRequest), At: d.now}
	a.Transition, a.Reason, a.DurationSeconds, a.Checks = "", "", 0, nil
	if !a.FailedWhole {
		delete(a.Errors, run.OnRequest)
	}
	return a
}
