package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// finishAccess records how access ended, or why none was granted, and calls the
// after-hook.
func (d *decider) finishAccess(c run.Case) {
	d.Engine.Case, d.Engine.Escalation = nil, nil
	d.markHandled(c.Act)
	var gone run.Access
	if d.Access != nil {
		gone = *d.Access
	}
	if gone.Gone == run.ReadBack {
		gone.Gone = ""
	}
	row, entry := d.transition(c.Event), entryOf(c)
	entry.Gone, entry.SessionsUntil, entry.SessionsOf = gone.Gone, gone.SessionsUntil, gone.SessionsOf
	entry.ExtendedBy = d.ExtendedBy
	d.record(row.To, entry)
	d.callAfter(row)
}
