package eks

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// rounds is how often a change is made anew because another call changed the record.
const rounds = 8

// change loads the record, has edit change it, and saves it. It is repeated if another
// call changes the record meanwhile.
func (a access) change(ctx context.Context, edit func(*record) error) (*record, error) {
	for try := range rounds {
		rec, err := a.load(ctx, a.key)
		if err != nil {
			return nil, err
		}
		if err := edit(rec); err != nil {
			return nil, err
		}
		if err = a.save(ctx, a.key, rec); !errors.Is(err, errConflict) {
			return rec, err
		}
		if err := a.wait(ctx, time.Duration(try+1)*20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, strategy.Later(soon, "%s", errConflict)
}

// window is how long what an access needed still counts as fasttrack's after its end: a
// give that was given up on may make it anew, until the function's time is over.
const window = 10 * time.Minute

// forget forgets what no access has needed for long.
func (as *association) forget(now time.Time) {
	if wanted := as.wanted(); now.After(as.Until) {
		if as.Added = wanted; !slices.Contains(wanted, whole) {
			as.Base = nil
		}
	}
}

// foreign returns what of the scopes that a policy has now is not fasttrack's.
func (as *association) foreign(now scopes) scopes {
	if slices.Contains(now, whole) && slices.Contains(as.Added, whole) {
		return as.Base
	}
	return now.without(as.Added)
}

// give records what the access needs of fasttrack, and makes it. It reports whether
// fasttrack made the access by this call, or by one whose response was lost.
func (a access) give(ctx context.Context) (made bool, err error) {
	e, err := a.read(ctx)
	if err != nil {
		return false, err
	}
	if e.exists && e.kind != standard {
		return false, strategy.Refused("the access entry of %s is of type %s, to which no policy can be associated", a.principal, e.kind)
	}
	now := e.policies[a.policy]
	known := false
	rec, err := a.change(ctx, func(rec *record) error {
		lost := rec.version == 0 && a.request.Held.CreatedByUs
		before, again := rec.Calls[a.id]
		if err := rec.begin(a.id, a.request.Fence, false); err != nil {
			return err
		}
		as := rec.of(a.policy)
		as.forget(a.now())
		if lost { // the record is: an earlier give made all of it
			as.Added = as.Added.and(a.wants)
		}
		foreign := as.foreign(now)
		var needs scopes
		if len(foreign) == 0 || !foreign.covers(a.wants) {
			needs = a.wants.without(foreign)
		}
		known = again && !before.Taken && before.Fence < a.request.Fence && slices.Equal(as.Wanted[a.id], needs) && a.request.Held.CreatedByUs
		if len(needs) == 0 {
			delete(as.Wanted, a.id)
			return nil
		}
		if slices.Contains(needs, whole) && !slices.Contains(now, whole) {
			as.Base = foreign
		}
		as.Added, as.Wanted[a.id] = as.Added.and(needs), needs
		return nil
	})
	if err != nil {
		return false, err
	}
	ours := len(rec.of(a.policy).Wanted[a.id]) > 0
	changed, err := a.settle(ctx, func(rec *record) error {
		if c := rec.Calls[a.id]; c.Taken || c.Fence != a.request.Fence {
			return strategy.ErrStale
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	return ours && (changed || !known), nil
}

// take records that the access needs nothing any more, and removes what no other needs.
func (a access) take(ctx context.Context) error {
	_, err := a.change(ctx, func(rec *record) error {
		lost := rec.version == 0 && a.request.Held.CreatedByUs
		if err := rec.begin(a.id, a.request.Fence, true); err != nil {
			return err
		}
		as := rec.of(a.policy)
		as.forget(a.now())
		if lost { // the record is: all of it was made by fasttrack
			as.Added = as.Added.and(a.wants)
		}
		delete(as.Wanted, a.id)
		as.Until = a.now().Add(window)
		return nil
	})
	if err != nil {
		return err
	}
	_, err = a.settle(ctx, func(*record) error { return nil })
	return err
}

// settle brings EKS to what the record says: what others granted, and what accesses
// need of fasttrack. It looks at the record again after each change, so that of calls
// that meet the last one's outcome stands. valid reports, by an error, that a call was
// overtaken; what it needed is removed then, and the error returned.
func (a access) settle(ctx context.Context, valid func(*record) error) (changed bool, err error) {
	for try := range rounds {
		rec, err := a.load(ctx, a.key)
		if err != nil {
			return changed, err
		}
		as := rec.of(a.policy)
		e, err := a.read(ctx)
		if err != nil {
			return changed, err
		}
		now := e.policies[a.policy]
		did, err := a.bring(ctx, e, now, as.foreign(now).and(as.wanted()).normal())
		if changed = changed || did; err != nil {
			return changed, err
		}
		if !did {
			after, err := a.load(ctx, a.key)
			if err != nil {
				return changed, err
			}
			if after.version == rec.version {
				return changed, valid(rec)
			}
		}
		if err := a.wait(ctx, time.Duration(try)*20*time.Millisecond); err != nil {
			return changed, err
		}
	}
	return changed, strategy.Later(soon, "%s", errConflict)
}

// bring makes the scopes of the policy what they are to be, and reads them back.
func (a access) bring(ctx context.Context, e entry, now, want scopes) (did bool, err error) {
	switch {
	case len(want) > 0 && !slices.Equal(now, want):
		if !e.exists {
			if err := a.create(ctx); err != nil {
				return true, err
			}
		}
		if err := a.associateSoon(ctx, want); err != nil {
			return true, err
		}
		return true, a.await(ctx, func(e entry) bool {
			return e.policies[a.policy].normal().covers(want) && want.covers(e.policies[a.policy])
		})
	case len(want) == 0 && len(now) > 0:
		if err := a.disassociate(ctx); err != nil {
			return true, err
		}
		if err := a.await(ctx, func(e entry) bool { return len(e.policies[a.policy]) == 0 }); err != nil {
			return true, err
		}
		if e, err = a.read(ctx); err != nil {
			return true, err
		}
		return true, a.clear(ctx, e)
	case len(want) == 0:
		return false, a.clear(ctx, e)
	}
	return false, nil
}

// clear deletes an access entry that fasttrack made and that grants nothing.
func (a access) clear(ctx context.Context, e entry) error {
	if !e.exists || !e.ours || len(e.policies) > 0 || e.groups > 0 {
		return nil
	}
	if err := a.delete(ctx); err != nil {
		return err
	}
	return a.await(ctx, func(e entry) bool { return !e.exists })
}

// pauses are between looks at what EKS has not made visible.
var pauses = []time.Duration{0, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// associateSoon associates the policy. EKS may not find an entry that it has just made.
func (a access) associateSoon(ctx context.Context, want scopes) (err error) {
	for _, pause := range pauses {
		if err := a.wait(ctx, pause); err != nil {
			return err
		}
		if err = a.associate(ctx, want); !errors.Is(err, errNotVisible) {
			return err
		}
	}
	return strategy.Later(soon, "%s", err)
}

// await reads the entry until it is as written.
func (a access) await(ctx context.Context, done func(entry) bool) error {
	for _, pause := range pauses {
		if err := a.wait(ctx, pause); err != nil {
			return err
		}
		e, err := a.read(ctx)
		if err != nil || done(e) {
			return err
		}
	}
	return strategy.Later(soon, "EKS does not show the change yet")
}
