package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// removeAccess has functions/grant take the access back. c is how the run ends once
// that is done, and what is on record until then.
func (d *decider) removeAccess(c run.Case) {
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.clearFailedAttempt()
	d.Engine.Case, d.Engine.Escalation = &c, nil
	d.Engine.Next, d.Engine.Hook = run.NextTakeBack, ""
	d.changed = true
}

// clearFailedAttempt forgets that an attempt failed: giving is over, or taking back is.
func (d *decider) clearFailedAttempt() {
	d.Access.Error, d.Access.FailedAt, d.Access.RetryAt = "", time.Time{}, time.Time{}
	d.Access.Tries, d.Access.Warned = 0, 0
}
