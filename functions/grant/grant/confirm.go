package grant

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// begin starts the attempt to grant a run's access: or to grant it anew, of one that holds
// it and is being confirmed.
func (h *Handler) begin(l *lease.Lease, r *run.Run, creates bool, deadline time.Time) (next *lease.Lease, call bool, err error) {
	now := h.Now()
	if r.Confirming() {
		if !now.Before(r.TakeBackAt()) {
			return nil, false, step.Unable("the access is about to end")
		}
		return l.BeginConfirm(r.ID, r.Engine.Case.Act, creates, now, deadline)
	}
	return l.BeginGive(r.ID, creates, lease.Most(r), now, deadline)
}

// end records that the access of an attempt was granted, and read back.
func (h *Handler) end(l *lease.Lease, r *run.Run, fence int64, by lease.Maker, note string, at time.Time) (*lease.Lease, error) {
	if r.Confirming() {
		return l.EndConfirm(r.ID, r.Engine.Case.Act, fence, by, note, at)
	}
	return l.EndGive(r.ID, fence, by, note, at)
}

// refuse records that the access of an attempt can't be granted.
func (h *Handler) refuse(l *lease.Lease, r *run.Run, fence int64, reason string) (*lease.Lease, error) {
	if r.Confirming() {
		return l.RefuseConfirm(r.ID, fence)
	}
	return l.RefuseGive(r.ID, fence, reason, h.Now())
}

// granted reports whether the access of a run that is to be granted is, by its hold.
func granted(r *run.Run, hold run.Hold) bool {
	return hold.State == run.Held && (!r.Confirming() || r.ConfirmGranted(hold))
}
