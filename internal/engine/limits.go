package engine

import (
	"cmp"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// exceededLimit returns why an approve is above the limits of fast_track now, "" if
// it is not or if none applies. It is checked before on_approve is called, and again
// when the approve is applied: other runs may have used the room since. The write
// that counts the approve decides.
func (d *decider) exceededLimit(c run.Case) string {
	if c.Event != run.Approve || c.Origin != run.OnRequest {
		return ""
	}
	holder := d.Holder()
	return d.Flow.FastTrack.Held(d.Flow.Name, cmp.Or(holder.Email, holder.ID), d.step.Tallies, d.now)
}

// routeAboveLimits routes a run to people that on_request approved above the limits.
// The evidence of the hook stays, and the history says why the approve does not
// count.
func (d *decider) routeAboveLimits(c run.Case, why string) {
	d.Engine.Case = nil
	d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, "", why, "", c.Checks)
	rt := c.Routing
	if rt == nil {
		rt = &run.Routing{Asked: true}
	}
	rt.Checks = append(slices.Clone(rt.Checks), run.Check{Name: run.LimitCheck, Detail: why})
	d.routeToPeople(rt)
}
