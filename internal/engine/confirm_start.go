package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// GrantReserve is how long before the removal of access no grant of it begins any more:
// the state Grant may be retried for so long. A test reads it in lifecycle.asl.json.
const GrantReserve = 12*time.Minute + 30*time.Second

// startConfirm starts granting the run's active access anew, for the first confirm that
// counts. It reports whether there is one.
func (d *decider) startConfirm() bool {
	for {
		act, there := d.NextConfirm(d.step.Acts)
		if !there {
			return false
		}
		err := d.checkAct(act)
		if err == nil && !d.grantFits(0) {
			err = run.TooLate("Too little time was left to grant the access anew before its end.")
		}
		if err != nil {
			d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		c := caseOf(act)
		d.clearFailedAttempt()
		d.Engine.Case = &c
		d.Engine.Next, d.Engine.Hook = run.NextGrant, ""
		d.changed = true
		return true
	}
}

// grantFits reports whether a grant that begins after a pause is over before access is to
// be removed, however it ends.
func (d *decider) grantFits(pause time.Duration) bool {
	return d.now.Add(pause + GrantReserve).Before(d.TakeBackAt())
}

// remindToConfirm records that the holder of active access is reminded to confirm it. It
// reports whether that was due.
func (d *decider) remindToConfirm() bool {
	at, more := d.NextConfirmRemindAt()
	if !more || d.now.Before(at) {
		return false
	}
	a := d.Access
	a.Reminded = d.ConfirmReminders(d.now)
	holder := d.Holder()
	to := holder.Email
	if to == "" {
		to = holder.ID
	}
	d.record(d.transition(run.Remind).To, run.Entry{
		Event: run.Remind, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, To: []string{to}, EndsAt: a.EndsAt,
		Reason: fmt.Sprintf("This access ends at %s unless its holder confirms by %s that it is still needed.", a.EndsAt.Format(time.RFC3339), d.ConfirmUntil().Format(time.RFC3339)),
	})
	d.resume()
	return true
}
