package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// removeAccess removes access next. c is how the run ends after that.
func (d *decider) removeAccess(c run.Case) {
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.clearFailedAttempt()
	d.Engine.Case, d.Engine.Escalation = &c, nil
	d.Engine.Next, d.Engine.Hook = run.NextTakeBack, ""
	d.changed = true
}

// clearFailedAttempt forgets a failed attempt, since granting or removing access has
// ended.
func (d *decider) clearFailedAttempt() {
	d.Access.Error, d.Access.FailedAt, d.Access.RetryAt = "", time.Time{}, time.Time{}
	d.Access.Tries, d.Access.Warned = 0, 0
}
