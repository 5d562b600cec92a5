package run

import (
	"cmp"
	"slices"
	"time"
)

// AwaitsStart reports whether the run is approved and its access is to start later.
func (r *Run) AwaitsStart(now time.Time) bool {
	return r.Status == Approved && r.Flow.HasAccess() && r.Engine.Escalation == nil && !r.TakingBack() && now.Before(r.StartsAt)
}

// ParkedForStart reports whether the state machine waits for the start of access, and
// not for people.
func (r *Run) ParkedForStart() bool {
	return r.Status == Approved && r.Engine.Next == NextReview && r.Flow.HasAccess()
}

// takesCancel reports whether a cancel of that time still counts after the approval: one
// from before the start does, whatever has come of the run since.
func (r *Run) takesCancel(at time.Time) bool {
	return (r.Status == Approved || r.Status == Active) && r.Flow.HasAccess() && at.Before(r.StartsAt) && !r.TakingBack()
}

// MayStillRequest returns why today's flow no longer lets the run be requested, "" if it
// does: its requester must be among those who may, and whom it is for among those for
// whom they may.
func (r *Run) MayStillRequest(t *Today) string {
	name := r.Flow.Name
	if t == nil {
		return "flows.yaml could not be read, so it is unknown who may request " + name + " today."
	}
	f, there := t.Flows[name]
	switch who := cmp.Or(r.Requester.Email, r.Requester.ID); {
	case !there:
		return "The flow " + name + " no longer exists."
	case r.For == nil && !(t.requests(f.Requesters, r.Requester) && (f.VisibleTo == nil || t.requests(f.VisibleTo, r.Requester))):
		return who + " may no longer request " + name + "."
	case r.For == nil:
		return ""
	case !t.requests(f.OnBehalf, r.Requester):
		return who + " may no longer request " + name + " for other people."
	case r.For.Machine || !t.requests(f.Beneficiaries, *r.For):
		return name + " can no longer be requested for " + cmp.Or(r.For.Email, r.For.ID) + "."
	}
	return ""
}

// requests reports whether principals name p today, as who may request: a machine must be
// named.
func (t *Today) requests(principals []string, p Person) bool {
	if p.Machine {
		return slices.Contains(principals, p.ID)
	}
	return t.meansAny(principals, p, nil)
}
