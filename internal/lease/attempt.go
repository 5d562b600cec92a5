package lease

import (
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Later means that another call is in progress on this access; retry at Until.
type Later struct {
	Until  time.Time
	Reason string
}

func (e Later) Error() string { return e.Reason }

// checkAfter is how long after its end a lease is read once more: longer than any call
// to a strategy takes, and any operation of AWS after its response.
const checkAfter = 15 * time.Minute

// BeginGive starts granting the access to a run, by a call that is over by deadline.
// creates says that the access was just read as absent, so that the call makes it; a
// strategy that looks itself says so later, by [Lease.Creating]. At most most runs
// hold the access; 0 is [DefaultHolders].
//
// call reports whether to call the strategy, with the fence of next's attempt. If
// not, the run's hold says why: it is Held already, or Dropped or Unable, after which
// it never gets the access. The error is a [Later] or a [Full].
func (l *Lease) BeginGive(runID string, creates bool, most int, now, deadline time.Time) (next *Lease, call bool, err error) {
	state := l.Of(runID).State
	switch state {
	case run.Held, run.Unable, run.Taking, run.Dropped:
		return l, false, nil
	}
	if a := l.Attempt; a != nil && a.RunID != runID && now.Before(a.Deadline) {
		return nil, false, Later{a.Deadline, fmt.Sprintf("run %s is at this access just now", a.RunID)}
	}
	next = l.Clone()
	if state == run.NoHold {
		if err := next.admit(most, now); err != nil {
			return nil, false, err
		}
	}
	if !next.wanted() {
		// No access that a give of ours made exists: the last run that held it has
		// read back that it is absent.
		next.Existed, next.Made, next.Requests = true, nil, nil
	}
	fresh := creates && next.Existed && state == run.NoHold
	if creates {
		next.Existed = false
	}
	next.Given, next.CheckAt = true, time.Time{}
	next.set(runID, run.Hold{State: run.Giving, At: now})
	next.begin(Give, runID, deadline)
	next.Attempt.Fresh = fresh
	return next, true, nil
}

// Creating records that the attempt has just read the access as absent and is about
// to make it: from now on it must be removed at the end, however the call ends. note
// says whom it is made for; "" notes nothing.
func (l *Lease) Creating(fence int64, note string) (*Lease, error) {
	if l.Attempt == nil || l.Attempt.Fence != fence || l.Attempt.Kind != Give {
		return nil, Stale{}
	}
	known := note == "" || slices.Contains(l.Made, note)
	if known && !l.Existed {
		return l, nil
	}
	next := l.Clone()
	next.Existed = false
	if !known {
		if len(next.Made) >= mostMade || len(note) > maxNote {
			return nil, fmt.Errorf("lease %s: it was made for %d people, which is the most", l.Key, len(next.Made))
		}
		next.Made = append(next.Made, note)
	}
	return next, nil
}

// Maker says who made the access that an attempt to give ended with.
type Maker int

const (
	// Recorded means that the attempt made it if the lease says so already.
	Recorded Maker = iota
	// Made means that this attempt made it.
	Made
	// Found means that this attempt found it, although it was just read as absent.
	Found
)

// EndGive records that the strategy has read back, at the time now, that the
// access exists, and who made it. note is what people should know about it beyond
// that, "" for nothing. Stale is the error for an attempt that another has replaced.
func (l *Lease) EndGive(runID string, fence int64, by Maker, note string, now time.Time) (*Lease, error) {
	next, err := l.end(Give, runID, fence)
	if err != nil {
		return nil, err
	}
	switch {
	case by == Made:
		next.Existed = false
	case by == Found && l.Attempt.Fresh:
		// Somebody else made it after it was read as absent, and no call of ours may
		// have: it is not ours to take.
		next.Existed = true
	}
	how := "Its presence was read back."
	if next.Existed {
		how = "It was there before, and was read back."
	}
	if note != "" {
		how += " " + note
	}
	next.set(runID, run.Hold{State: run.Held, At: now, How: cut(how, maxText)})
	next.takeOver(runID, now)
	return next, nil
}

// RefuseGive records that the access can't be granted to the run. Whatever part of it
// the call made is still to be removed.
func (l *Lease) RefuseGive(runID string, fence int64, reason string, now time.Time) (*Lease, error) {
	next, err := l.end(Give, runID, fence)
	if err != nil {
		return nil, err
	}
	next.set(runID, run.Hold{State: run.Unable, At: now, Error: cut(reason, maxText)})
	return next, nil
}

// BeginTake starts removing the access of a run, by a call that is over by deadline.
// call reports whether to call the strategy; if not, the run is Dropped in next. An
// unknown run is Dropped too, and never gets the access after that. The error is a
// [Later].
func (l *Lease) BeginTake(runID string, now, deadline time.Time) (next *Lease, call bool, err error) {
	hold := l.Of(runID)
	if hold.State == run.Dropped && !hold.Elsewhere() {
		return l, false, nil
	}
	next = l.Clone()
	if hold.State == run.Dropped {
		return next, false, nil // to be saved with the end of the run's output
	}
	next.prune(now, keepDropped)
	drop := func(how string) (*Lease, bool, error) {
		next.set(runID, run.Hold{State: run.Dropped, At: now, How: how})
		next.abandon(runID)
		next.rest(now)
		return next, false, nil
	}
	if hold.State == run.NoHold {
		if len(next.Holders) >= mostListed {
			next.prune(now, settled)
		}
		if len(next.Holders) >= mostListed {
			return nil, false, Later{next.oldestDropped().Add(settled), "very many requests for this access ended just now"}
		}
		return drop("None was given.")
	}
	if other := l.sharer(runID); other != "" {
		return drop("Run " + other + " holds it too, and goes on.")
	}
	if l.Existed {
		if hold.State == run.Held {
			return drop("It was there before, and stays.")
		}
		return drop("None was given.")
	}
	if a := l.Attempt; a != nil && a.RunID != runID && now.Before(a.Deadline) {
		return nil, false, Later{a.Deadline, fmt.Sprintf("run %s is at this access just now", a.RunID)}
	}
	next.set(runID, run.Hold{State: run.Taking, At: now, Error: cut(hold.Error, maxText)})
	next.begin(Take, runID, deadline)
	return next, true, nil
}

// Gone is what a strategy knows about access that it has removed.
type Gone struct {
	// How says how the strategy knows; "" means by reading back.
	How string
	// Sessions is the longest that a session may outlast the access; 0 if none does.
	// SessionsOf are the ids of their users, separated by a space.
	Sessions   time.Duration
	SessionsOf string
}

// EndTake records that the strategy has read back, at the time now, that the access is
// absent. The error is a [Later] as long as an abandoned give may still have an
// effect: the access is to be removed, and read, once more after that.
func (l *Lease) EndTake(runID string, fence int64, gone Gone, now time.Time) (*Lease, error) {
	next, err := l.end(Take, runID, fence)
	if err != nil {
		return nil, err
	}
	if now.Before(l.Unsettled) {
		return nil, Later{l.Unsettled, "access is removed; it is read once more when an abandoned call is over"}
	}
	how := gone.How
	if how == "" {
		how = run.ReadBack
	}
	dropped := run.Hold{State: run.Dropped, At: now}
	if gone.Sessions > 0 {
		dropped.SessionsUntil, dropped.SessionsOf = now.Add(gone.Sessions).UTC().Truncate(time.Second), cut(gone.SessionsOf, maxText)
		how += " A session begun before may last until " + dropped.SessionsUntil.Format(time.RFC3339) + "."
	}
	dropped.How = cut(how, maxText)
	next.set(runID, dropped)
	next.rest(now)
	return next, nil
}

// BeginCheck starts reading once more that an access is absent which nobody holds.
// call is false if it needs no check: none was granted, or a run holds it again.
func (l *Lease) BeginCheck(now, deadline time.Time) (next *Lease, call bool, err error) {
	if l.CheckAt.IsZero() || now.Before(l.CheckAt) || l.wanted() || l.Existed || !l.Given {
		return l, false, nil
	}
	if a := l.Attempt; a != nil && now.Before(a.Deadline) {
		return nil, false, Later{a.Deadline, "another call is at this access just now"}
	}
	next = l.Clone()
	next.begin(Take, "", deadline)
	// If this check fails, the next is later, and later still.
	next.CheckAt = now.Add(backOff(checkAfter, next.Attempt.Tries, lastCheck))
	return next, true, nil
}

// EndCheck records that the access has ended for good. It forgets holders that over
// reports to be over.
func (l *Lease) EndCheck(fence int64, over func(runID string) bool, now time.Time) (*Lease, error) {
	next, err := l.end(Take, "", fence)
	if err != nil {
		return nil, err
	}
	return next.Forget(over, now), nil
}

// Forget removes holders that have dropped the access and that over reports to be
// over. It is all that a lease without a check needs.
func (l *Lease) Forget(over func(runID string) bool, now time.Time) *Lease {
	next := l.Clone()
	next.Holders = slices.DeleteFunc(next.Holders, func(h Holder) bool { return h.State == run.Dropped && over(h.RunID) })
	next.CheckAt = time.Time{}
	if len(next.Holders) == 0 {
		next.Given, next.Made, next.Requests = false, nil, nil
	}
	next.rest(now)
	return next
}

// begin puts an attempt into the lease, and abandons the one before.
func (l *Lease) begin(kind Kind, runID string, deadline time.Time) {
	tries := 1
	if a := l.Attempt; a != nil && a.Kind == kind && a.RunID == runID {
		tries = max(a.Tries, 1) + 1
	}
	l.giveUp()
	// It contains the time: a lease that was erased, or restored from a backup, must
	// not begin below a fence that a strategy has seen.
	l.Fence = max(l.Fence+1, deadline.Unix())
	l.Attempt = &Attempt{Kind: kind, RunID: runID, Fence: l.Fence, Deadline: deadline, Tries: tries}
}

// giveUp ends the attempt in progress without knowing its result.
func (l *Lease) giveUp() {
	if a := l.Attempt; a != nil && a.Kind == Give && a.Deadline.After(l.Unsettled) {
		l.Unsettled = a.Deadline
	}
	l.Attempt = nil
}

// abandon gives up the attempt of a run that holds nothing any more: if its call still
// goes on, it may not make the access.
func (l *Lease) abandon(runID string) {
	if l.Attempt != nil && l.Attempt.RunID == runID {
		l.giveUp()
	}
}

// Stale means that another attempt has replaced this one.
type Stale struct{}

func (Stale) Error() string { return "another attempt has replaced this one" }

func (l *Lease) end(kind Kind, runID string, fence int64) (*Lease, error) {
	if a := l.Attempt; a == nil || a.Kind != kind || a.RunID != runID || a.Fence != fence {
		return nil, Stale{}
	}
	next := l.Clone()
	next.Attempt = nil
	return next, nil
}

// rest schedules a check if nobody holds the access.
func (l *Lease) rest(now time.Time) {
	if len(l.Holders) > 0 && !l.wanted() {
		l.CheckAt = now.Add(checkAfter)
	}
}

// Note keeps the id of an AWS operation of the attempt until the access has been
// checked to be absent. If a lease has very many, it forgets the oldest but the
// first: in leases of older releases that one says who got the access.
func (l *Lease) Note(fence int64, requestID string) (*Lease, error) {
	if l.Attempt == nil || l.Attempt.Fence != fence {
		return nil, Stale{}
	}
	if len(requestID) > maxNote {
		return nil, fmt.Errorf("lease %s: a note of %d bytes, more than %d", l.Key, len(requestID), maxNote)
	}
	next := l.Clone()
	next.Requests = append(next.Requests, requestID)
	if len(next.Requests) > mostNotes {
		next.Requests = slices.Delete(next.Requests, 1, len(next.Requests)-mostNotes+1)
	}
	return next, nil
}
