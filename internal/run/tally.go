package run

import (
	"slices"
	"time"
)

// MaxFastTracked is the largest limit. A tally keeps no more approvals than that:
// it is one item, and where quiet_after_denial is the only limit nothing else
// ends its growth within a day.
const MaxFastTracked = 1000

// The windows in which approvals count.
const (
	tallyHour = time.Hour
	tallyDay  = 24 * time.Hour
)

// Tally is what counts against the limits of a flow, for the flow or for one
// requester in it. It is kept beside the runs and written together with the
// decision that it counts, so that no two decisions count on the same room.
type Tally struct {
	// Approved are when on_request approved, in Unix milliseconds; those that no
	// longer count are dropped, and the oldest above [MaxFastTracked].
	Approved []int64 `json:"approved,omitempty"`
	// DeniedAt is when a run of the requester was denied last, Denied which.
	DeniedAt time.Time `json:"denied_at,omitzero"`
	Denied   string    `json:"denied,omitempty"`
	// Version is the stored item's, 0 for a new one; Changed reports that it is to be
	// written.
	Version int64 `json:"-"`
	Changed bool  `json:"-"`
}

// Tallies are those that a run's decision looks at.
type Tallies struct {
	Flow, Person Tally
	// Linked is what was counted for the requester under other logins and
	// addresses. It is never written.
	Linked Tally
}

// Add adds what another tally counts.
func (t *Tally) Add(other Tally) {
	t.Approved = append(slices.Clip(t.Approved), other.Approved...)
	if other.DeniedAt.After(t.DeniedAt) {
		t.DeniedAt, t.Denied = other.DeniedAt, other.Denied
	}
}

// within counts the approvals of the last while before now.
func (t Tally) within(while time.Duration, now time.Time) int {
	from := now.Add(-while).UnixMilli()
	n := 0
	for _, at := range t.Approved {
		if at > from {
			n++
		}
	}
	return n
}

// add counts an approval, and drops those older than while.
func (t *Tally) add(while time.Duration, now time.Time) {
	from := now.Add(-while).UnixMilli()
	t.Approved = append(slices.DeleteFunc(slices.Clone(t.Approved), func(at int64) bool { return at <= from }), now.UnixMilli())
	if more := len(t.Approved) - MaxFastTracked; more > 0 {
		t.Approved = slices.Delete(t.Approved, 0, more)
	}
	t.Changed = true
}

// Counted returns the tallies after a run's decision: before and after are the run
// as it was and as it is. What has changed is to be written together with the
// run.
func (t Tallies) Counted(before, after *Run) Tallies {
	decision := after.Decision
	if decision == nil || before.Decision != nil {
		return t
	}
	switch {
	case decision.Event == Approve && decision.By == ByHook(OnRequest):
		return t.Approved(after.Flow.FastTrack, decision.At)
	case decision.Event == Deny:
		return t.Denied(after.Flow.FastTrack, after.ID, decision.At)
	}
	return t
}

// Approved counts an approval by on_request under those limits. It is counted
// for the requester also where another limit is the only one: a denial and an
// approval that race then meet on that tally.
func (t Tallies) Approved(limits *FastTrack, at time.Time) Tallies {
	if limits == nil {
		return t
	}
	t.Person.add(tallyDay, at)
	if limits.MaxPerHour > 0 {
		t.Flow.add(tallyHour, at)
	}
	return t
}

// Denied notes that a run of the requester was denied.
func (t Tallies) Denied(limits *FastTrack, id string, at time.Time) Tallies {
	if limits == nil || limits.QuietAfterDenialSeconds == 0 {
		return t
	}
	t.Person.DeniedAt, t.Person.Denied, t.Person.Changed = at, id, true
	return t
}
