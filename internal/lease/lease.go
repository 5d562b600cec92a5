// Package lease records which runs hold an access, and so decides whether to grant,
// keep or remove it. It is pure: functions/grant stores a lease before and after each
// call to a strategy, under the condition that nobody changed it meanwhile.
//
// A lease guards against calls that were abandoned and still change something later.
// Each attempt has a fence and a deadline. Access counts as removed only once the
// deadlines of all attempts to grant it have passed.
package lease

import (
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Schema is the version of [Lease] that this code writes.
const Schema = 1

// Lease records which runs hold one access.
type Lease struct {
	Schema int `json:"schema"`
	Key
	// Existed reports that no give of these holders made the access, nor was about
	// to. Such access existed before, and must stay.
	Existed bool `json:"existed,omitempty"`
	// Given reports that a give began since nobody held the access.
	Given bool `json:"given,omitempty"`
	// Fence is the fence of the newest attempt.
	Fence int64 `json:"fence"`
	// Holders are the runs that hold the access, or held it not long ago.
	Holders []Holder `json:"holders,omitempty"`
	// Attempt is the call to the strategy in progress, or the last abandoned one.
	Attempt *Attempt `json:"attempt,omitempty"`
	// Unsettled is until when an abandoned give may still have an effect.
	Unsettled time.Time `json:"unsettled,omitzero"`
	// Made are the strategy's notes on whom it made the access for.
	Made []string `json:"made,omitempty"`
	// Requests are the ids of AWS operations that may still go on.
	Requests []string `json:"requests,omitempty"`
	// CheckAt is when to read once more that the access is absent.
	CheckAt time.Time `json:"check_at,omitzero"`
	// Version is the version of the stored item; it is not part of the body.
	Version int64 `json:"-"`
}

// Holder is one run's part in a lease.
type Holder struct {
	RunID string `json:"run_id"`
	// Login is the hash of the requester's principal, empty in leases of older
	// releases. Mapped reports that the directory names it.
	Login  string `json:"login,omitempty"`
	Mapped bool   `json:"mapped,omitempty"`
	// Extends is the run whose access this one takes over once it holds it, "" for none.
	Extends string `json:"extends,omitempty"`
	run.Hold
}

// Kind is the kind of an attempt.
type Kind string

// The kinds of attempts.
const (
	Give Kind = "give"
	Take Kind = "take"
)

// Attempt is one call to the strategy.
type Attempt struct {
	Kind  Kind   `json:"kind"`
	RunID string `json:"run_id"`
	Fence int64  `json:"fence"`
	// Deadline is when the call is over, however it ended.
	Deadline time.Time `json:"deadline"`
	// Tries counts the attempts of this kind for this run in a row; 0 reads as 1.
	Tries int `json:"tries,omitempty"`
	// Fresh reports that no earlier give made the access, nor may have: only this
	// attempt recorded that it does.
	Fresh bool `json:"fresh,omitempty"`
}

// New returns the lease of an access that nobody holds.
func New(k Key) *Lease { return &Lease{Schema: Schema, Key: k} }

// Clone returns a copy.
func (l *Lease) Clone() *Lease {
	c := *l
	c.Holders = slices.Clone(l.Holders)
	c.Made = slices.Clone(l.Made)
	c.Requests = slices.Clone(l.Requests)
	if l.Attempt != nil {
		a := *l.Attempt
		c.Attempt = &a
	}
	return &c
}

// Of returns the state of the run's part; zero for a run without one.
func (l *Lease) Of(runID string) run.Hold {
	if i := l.index(runID); i >= 0 {
		return l.Holders[i].Hold
	}
	return run.Hold{}
}

// Notes returns the notes of earlier calls of the strategy, oldest first.
func (l *Lease) Notes() []string { return slices.Concat(l.Made, l.Requests) }

func (l *Lease) index(runID string) int {
	return slices.IndexFunc(l.Holders, func(h Holder) bool { return h.RunID == runID })
}

func (l *Lease) set(runID string, h run.Hold) {
	if i := l.index(runID); i >= 0 {
		l.Holders[i].Hold = h
		return
	}
	l.Holders = append(l.Holders, Holder{RunID: runID, Hold: h})
}

// sharer returns another run that holds the access or is being granted it, "" for
// none.
func (l *Lease) sharer(runID string) string {
	for _, h := range l.Holders {
		if h.RunID != runID && (h.State == run.Held || h.State == run.Giving) {
			return h.RunID
		}
	}
	return ""
}

// wanted reports whether any run holds, or may hold, the access.
func (l *Lease) wanted() bool {
	return slices.ContainsFunc(l.Holders, func(h Holder) bool { return h.State != run.Dropped })
}

// DueAt returns when functions/reconcile must look at the lease; false means never.
func (l *Lease) DueAt() (time.Time, bool) {
	return l.CheckAt, !l.CheckAt.IsZero()
}

// Rests reports whether nobody holds the access or is about to, and no call is in
// progress or may still have an effect.
func (l *Lease) Rests(now time.Time) bool {
	busy := l.Attempt != nil && now.Before(l.Attempt.Deadline)
	return !l.wanted() && !busy && !now.Before(l.Unsettled)
}

// Taken reports whether the lease rests and its access was read as absent for the
// last time.
func (l *Lease) Taken(now time.Time) bool { return l.Rests(now) && l.CheckAt.IsZero() }
