package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// dropEvent drops an event because a hook said so, or failed, and goes on where
// the event came from.
func (d *decider) dropEvent(c run.Case, by run.HookName, message, failure string, checks []run.Check) {
	d.Engine.Case = nil
	kept := d.recordIgnored(run.ByHook(by), run.ViaHook, c.Act, message, failure, checks)
	if failure != "" && kept {
		failed := run.HookError{Hook: string(by), Error: failure}
		if d.Review != nil {
			d.Review.Errors = append(d.Review.Errors, failed)
		} else if c.Routing != nil {
			c.Routing.Errors = append(c.Routing.Errors, failed)
		}
	}
	switch {
	case d.Status == run.Requested:
		d.routeToPeople(c.Routing)
	case c.Origin == run.OnExpire:
		d.applyTransition(d.expiry(""))
	default:
		d.resume()
	}
}
