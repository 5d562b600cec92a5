package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// cancelExtension cancels a run that is not decided, because the access that it extends
// can't be taken over any more.
func (d *decider) cancelExtension() {
	d.applyTransition(d.byEngine(run.Cancel, fmt.Sprintf("Request %s can't be extended any more. %s", d.Extends.ID, run.ClipError(d.step.Lost.Error()))))
}

// leaveAccess ends a run whose access another run has taken over, or lost by its revoke.
// It reports whether there is one.
func (d *decider) leaveAccess() bool {
	switch h := d.step.Hold; {
	case h.RevokedWith != "":
		d.revokeWith()
	case h.TakenOverBy != "":
		d.removeAccess(d.byEngine(run.Deescalate, "Extended: access goes on in request "+h.TakenOverBy+"."))
	default:
		return false
	}
	return true
}

// revokeWith ends a run whose access was removed when the run that it extends was revoked.
// No hook is called: nothing is left to keep.
func (d *decider) revokeWith() {
	d.removeAccess(d.byEngine(run.Revoke, "Request "+d.step.Hold.RevokedWith+", which this one extends, was revoked."))
}

func (d *decider) byEngine(e run.EventName, reason string) run.Case {
	return run.Case{Event: e, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: reason}
}

// grantedWords says for how long access was granted.
func (d *decider) grantedWords() string {
	if d.Extends != nil {
		return fmt.Sprintf("Access extended by %s: it goes on from request %s.", run.Spell(d.DurationSeconds), d.Extends.ID)
	}
	if d.Endless() {
		return fmt.Sprintf("Access granted until it is revoked. It ends at %s unless its holder confirms it.", d.Access.EndsAt.Format(time.RFC3339))
	}
	return fmt.Sprintf("Access granted for %s.", run.Spell(d.DurationSeconds))
}
