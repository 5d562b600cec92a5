package run

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// looksAtEnd is how shortly before the removal of access it is not looked at any more.
const looksAtEnd = 10 * time.Second

// NextLookAt returns when active access is looked at next; false if it is not before its
// end.
func (r *Run) NextLookAt() (time.Time, bool) {
	if r.Flow.LookSeconds == 0 || r.Status != Active || r.Access == nil || r.TakingBack() {
		return time.Time{}, false
	}
	at := r.Access.StartsAt
	if l := r.Engine.Looks; l != nil {
		at = l.LastAt
	}
	at = at.Add(Seconds(r.Flow.LookSeconds))
	return at, at.Before(r.TakeBackAt().Add(-looksAtEnd))
}

// LookDue reports whether active access is to be looked at now.
func (r *Run) LookDue(now time.Time) bool {
	at, more := r.NextLookAt()
	return more && !now.Before(at)
}

// NoLongerHolder returns why today's flows.yaml no longer lets the holder of a run have
// its access, "" if it does: they left the directory, or the flow's requesters. The error
// says why that can't be known, which is no reason to end access.
func (r *Run) NoLongerHolder(t *Today) (string, error) {
	holder, name := *r.Holder(), r.Flow.Name
	who := cmp.Or(holder.Email, holder.ID)
	if t == nil {
		return "", Refusal("flows.yaml could not be read")
	}
	if holder.Mapped && !holder.Machine && !t.knows(t.addressOf(holder)) {
		return who + " is no longer in the directory.", nil
	}
	f, there := t.Flows[name]
	switch {
	case !there:
		return "", Refusal("the flow " + name + " is no longer in flows.yaml")
	case r.For != nil && !t.asks(f.Beneficiaries, holder):
		return name + " can no longer be requested for " + who + ".", nil
	case r.For == nil && !(t.asks(f.Requesters, holder) && (f.VisibleTo == nil || t.asks(f.VisibleTo, holder))):
		return who + " may no longer request " + name + ".", nil
	}
	return "", nil
}

// asks reports whether principals name p today as who may request: a machine must be
// named.
func (t *Today) asks(principals []string, p Person) bool {
	if p.Machine {
		return slices.Contains(principals, p.ID)
	}
	return t.meansAny(principals, p, nil)
}

// The bounds of one execution of the state machine, after which a run gets the next:
// looks, by the events that are kept of it, and its age, since one ends after a year. One
// whose access ends within aboutToEnd is left to end it.
const (
	MaxLooks   = 60
	maxAge     = 270 * 24 * time.Hour
	aboutToEnd = 5 * time.Minute
)

// Outgrown reports whether the run's execution is to be replaced by the next, as it waits
// for the end of access: it has looked often, or is old.
func (r *Run) Outgrown(now time.Time) bool {
	at := r.outgrownAt()
	return !at.IsZero() && !now.Before(at)
}

// outgrownAt returns when the run's execution is to be replaced; zero for never.
func (r *Run) outgrownAt() time.Time {
	if r.Engine.Next != NextActive || r.Access == nil {
		return time.Time{}
	}
	began := r.Engine.Began
	if began.IsZero() {
		began = r.CreatedAt
	}
	at := began.Add(maxAge)
	if l := r.Engine.Looks; l != nil && l.Here >= MaxLooks {
		at = r.UpdatedAt
	}
	if at.After(r.TakeBackAt().Add(-aboutToEnd)) {
		return time.Time{}
	}
	return at
}

// looksView returns the looks as a response shows them; nil before the first.
func (r *Run) looksView() *api.Looks {
	l := r.Engine.Looks
	if l == nil {
		return nil
	}
	v := &api.Looks{Count: l.Count, FirstAt: l.FirstAt, LastAt: l.LastAt, Failed: l.Failed, FirstFailedAt: l.FirstFailedAt, LastFailedAt: l.LastFailedAt, Error: l.Error}
	if at, more := r.NextLookAt(); more {
		v.NextAt = at
	}
	return v
}

// lookFailure returns that the last look at the access failed, nil if it did not.
func (r *Run) lookFailure() *LastError {
	l := r.Engine.Looks
	if l == nil || !l.Failing || r.Status != Active || r.TakingBack() {
		return nil
	}
	e := &LastError{At: l.LastFailedAt, Where: string(WhileActive), Text: l.Error}
	if at, more := r.NextLookAt(); more {
		e.NextTryAt = at
	}
	return e
}

// lookedAgain begins the reason of a revoke that a look led to.
const lookedAgain = "Access was looked at again: "

// LookReason is the reason of a revoke that the built-in checks of a look led to.
func LookReason(why string) string { return lookedAgain + why }

// ByLook reports whether an entry is what a look at active access led to: a revoke, or a
// failure that changed nothing.
func ByLook(e Entry) bool {
	ofHook := e.Actor.Type == HookActor && e.Actor.ID == string(WhileActive)
	switch e.Event {
	case Revoke:
		return ofHook || e.Actor.Type == EngineActor && strings.HasPrefix(e.Reason, lookedAgain)
	case Ignore:
		// That of an act is a confirm whose grant failed.
		return e.Error != "" && e.Act == "" && e.Status == Active && (ofHook || e.Actor.Type == EngineActor)
	}
	return false
}
