package lease

import (
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Later means that nothing can be done before Until: another call is under way.
type Later struct {
	Until  time.Time
	Reason string
}

func (e Later) Error() string { return e.Reason }

// checkAfter is how long after its end a lease is read once more: longer than
// any call to a strategy takes, and what AWS does after it answered.
const checkAfter = 15 * time.Minute

// BeginGive starts giving the access to a run, by a call that is over by
// deadline. creates says that the access was just read as absent, so that the
// call makes it; a strategy that looks itself says so later, by [Lease.Creating].
// At most most runs hold the access; 0 is [DefaultHolders].
//
// call reports whether the strategy is to be called, with the fence of next's
// attempt; if not, hold says how it stands: Held already, or Dropped (or
// Unable), after which nothing is given any more. The error is a [Later] or a
// [Full].
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
		// Nothing is there that a give of ours made: the last of those who held
		// what we made has read back that it is gone.
		next.Existed, next.Made, next.Requests = true, nil, nil
	}
	if creates {
		next.Existed = false
	}
	next.Given, next.CheckAt = true, time.Time{}
	next.set(runID, run.Hold{State: run.Giving, At: now})
	next.begin(Give, runID, deadline)
	return next, true, nil
}

// Creating records that the attempt has just read the access as absent and is
// about to make it: from now on it is ours to take, whatever becomes of the call.
// note says whom it is made for, "" for nothing to note.
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
			return nil, fmt.Errorf("lease %s: it was made for %d already, which is the most", l.Key, len(next.Made))
		}
		next.Made = append(next.Made, note)
	}
	return next, nil
}

// EndGive records that the strategy has read back, at the time now, that the
// access is there. created reports whether this call made it; note is what people
// should know about it beyond that, "" for nothing. Stale is the error for an
// attempt that another has replaced.
func (l *Lease) EndGive(runID string, fence int64, created bool, note string, now time.Time) (*Lease, error) {
	next, err := l.end(Give, runID, fence)
	if err != nil {
		return nil, err
	}
	if created {
		next.Existed = false
	}
	how := "Its presence was read back."
	if next.Existed {
		how = "It was there before, and was read back."
	}
	if note != "" {
		how += " " + note
	}
	next.set(runID, run.Hold{State: run.Held, At: now, How: cut(how, maxText)})
	return next, nil
}

// RefuseGive records that the access can't be given to the run. What the call
// began to make is still to be taken back: it was not given whole.
func (l *Lease) RefuseGive(runID string, fence int64, reason string, now time.Time) (*Lease, error) {
	next, err := l.end(Give, runID, fence)
	if err != nil {
		return nil, err
	}
	next.set(runID, run.Hold{State: run.Unable, At: now, Error: cut(reason, maxText)})
	return next, nil
}

// BeginTake starts taking the access back from a run, by a call that is over by
// deadline. call reports whether the strategy is to be called; if not, the run is
// Dropped in next. A run that is not known is so too, and can't be given
// anything after. The error is a [Later].
func (l *Lease) BeginTake(runID string, now, deadline time.Time) (next *Lease, call bool, err error) {
	hold := l.Of(runID)
	if hold.State == run.Dropped {
		return l, false, nil
	}
	next = l.Clone()
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

// Gone is what a strategy knows about access that it has taken.
type Gone struct {
	// How says how it is known, "" for the usual.
	How string
	// Sessions is for how long a session that was begun with the access goes on at
	// most; 0 where none outlasts it. SessionsOf are the ids, separated by a space,
	// of those whose they are.
	Sessions   time.Duration
	SessionsOf string
}

// EndTake records that the strategy has read back, at the time now, that the
// access is gone. It is a [Later] as long as an attempt to give that was given up
// on may still have an effect: it is to be taken, and read, once more after.
func (l *Lease) EndTake(runID string, fence int64, gone Gone, now time.Time) (*Lease, error) {
	next, err := l.end(Take, runID, fence)
	if err != nil {
		return nil, err
	}
	if now.Before(l.Unsettled) {
		return nil, Later{l.Unsettled, "it is taken back, and read once more when a call that was given up on is over"}
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

// BeginCheck starts reading once more whether an access that nobody holds is
// gone. call is false if there is nothing to check: none was given, or somebody
// holds it again.
func (l *Lease) BeginCheck(now, deadline time.Time) (next *Lease, call bool, err error) {
	if l.CheckAt.IsZero() || now.Before(l.CheckAt) || l.wanted() || l.Existed || !l.Given {
		return l, false, nil
	}
	if a := l.Attempt; a != nil && now.Before(a.Deadline) {
		return nil, false, Later{a.Deadline, "another call is at this access just now"}
	}
	next = l.Clone()
	next.begin(Take, "", deadline)
	// If this one comes to nothing, the next is later, and later still.
	next.CheckAt = now.Add(backOff(checkAfter, next.Attempt.Tries, lastCheck))
	return next, true, nil
}

// EndCheck records that the access is gone for good. Holders of whom over tells
// that nothing follows are forgotten.
func (l *Lease) EndCheck(fence int64, over func(runID string) bool, now time.Time) (*Lease, error) {
	next, err := l.end(Take, "", fence)
	if err != nil {
		return nil, err
	}
	return next.Forget(over, now), nil
}

// Forget leaves out holders that have dropped the access and of whom over tells
// that nothing follows: where there is nothing to check, only that is done.
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

// begin puts an attempt into the lease, in place of one that was given up on.
func (l *Lease) begin(kind Kind, runID string, deadline time.Time) {
	tries := 1
	if a := l.Attempt; a != nil && a.Kind == kind && a.RunID == runID {
		tries = max(a.Tries, 1) + 1
	}
	l.giveUp()
	// The time is in it: a lease that was erased, or restored from a backup, must
	// not begin below what a strategy has seen.
	l.Fence = max(l.Fence+1, deadline.Unix())
	l.Attempt = &Attempt{Kind: kind, RunID: runID, Fence: l.Fence, Deadline: deadline, Tries: tries}
}

// giveUp ends the attempt that is under way without knowing what became of it.
func (l *Lease) giveUp() {
	if a := l.Attempt; a != nil && a.Kind == Give && a.Deadline.After(l.Unsettled) {
		l.Unsettled = a.Deadline
	}
	l.Attempt = nil
}

// abandon gives up the attempt of a run that holds nothing any more: a call of
// its own that still goes on finds that it may make nothing.
func (l *Lease) abandon(runID string) {
	if l.Attempt != nil && l.Attempt.RunID == runID {
		l.giveUp()
	}
}

// Stale means that another attempt has taken this one's place.
type Stale struct{}

func (Stale) Error() string { return "another attempt has taken the place of this one" }

func (l *Lease) end(kind Kind, runID string, fence int64) (*Lease, error) {
	if a := l.Attempt; a == nil || a.Kind != kind || a.RunID != runID || a.Fence != fence {
		return nil, Stale{}
	}
	next := l.Clone()
	next.Attempt = nil
	return next, nil
}

// rest has the lease looked at once more when nobody holds it.
func (l *Lease) rest(now time.Time) {
	if len(l.Holders) > 0 && !l.wanted() {
		l.CheckAt = now.Add(checkAfter)
	}
}

// Note keeps the id of something that AWS goes on doing for the attempt, until
// it was checked that the access is gone. Where a lease has very many, the
// oldest but the first are forgotten: in leases of older releases that one says
// who got the access.
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
