package membership

import (
	"context"
	"errors"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// soon is when to look again at an invitation.
const soon = 45 * time.Second

// give records that the target grants the membership, and makes it.
func (k keeper) give(ctx context.Context, r *strategy.Request) (strategy.Given, error) {
	a, key, err := k.start(r)
	if err != nil {
		return strategy.Given{}, err
	}
	account, err := a.Find(ctx, r.Person)
	if err != nil {
		return strategy.Given{}, err
	}
	state, err := a.Read(ctx, account.ID)
	if err != nil {
		return strategy.Given{}, err
	}
	var before book.Grant
	_, err = k.change(ctx, key, func(e *book.Entry) error {
		before = e.Grants[r.Target.ID]
		if r.Fence < before.Fence {
			return strategy.ErrStale
		}
		e.SetBase(account.ID, k.base(*e, account.ID, state.Level, a.Level(), r.Held.CreatedByUs))
		record(e, r, account.ID, a.Level())
		return nil
	})
	if err != nil {
		return strategy.Given{}, err
	}
	e, state, raised, err := k.raise(ctx, a, key, r, account.ID)
	if err != nil {
		return strategy.Given{}, err
	}
	// An address can be handed on: what another account got for this target goes.
	for other := range e.Members {
		if other == account.ID {
			continue
		}
		if err := k.lower(ctx, a, key, other, false); err != nil {
			return strategy.Given{}, err
		}
	}
	switch {
	case state.Unusable != "" && state.Soon:
		return strategy.Given{}, strategy.Later(soon, "%s", state.Unusable)
	case state.Unusable != "":
		return strategy.Given{}, strategy.Refused("%s", state.Unusable)
	}
	given := strategy.Found()
	ours := !e.Grants[r.Target.ID].Found
	// The engine knows that it is ours if an earlier call said so.
	known := before.Live && before.Member == account.ID && before.Fence < r.Fence && r.Held.CreatedByUs
	if ours && (raised || !known) {
		given = strategy.Created()
	}
	output := a.Output(account)
	output[memberOutput] = account.ID
	return given.WithOutput(output), nil
}

// base returns the level that an account has without fasttrack, when a call is about to
// give it a level and reads that it has now. ours is the engine's word that a give made
// the access.
func (k keeper) base(e book.Entry, member string, now, level int, ours bool) int {
	recorded, known := e.Members[member]
	switch {
	case known && (ours || e.Made(member, "", k.now())):
		// What it has more than that is fasttrack's. What it has less, somebody removed.
		return min(recorded.Base, now)
	case ours && e.Version == 0 && now >= level:
		return 0 // the record is lost, and the engine knows who made the access
	}
	return now
}

// record records that the target grants a member the level. What the member has by itself
// is found, and no take follows.
func record(e *book.Entry, r *strategy.Request, member string, level int) {
	e.SetGrant(r.Target.ID, book.Grant{Member: member, Level: level, Fence: r.Fence, Live: true, Found: e.Members[member].Base >= level})
}

// rounds is how often a change is made anew because another call changed the record.
const rounds = 8

// raise grants the account the level that it should have, if it has less than the target
// grants. A call that was overtaken by a newer one removes what it made, and is stale.
func (k keeper) raise(ctx context.Context, a Access, key string, r *strategy.Request, member string) (e book.Entry, state State, raised bool, err error) {
	for range rounds {
		if e, err = k.book.Load(ctx, key); err != nil {
			return e, state, raised, err
		}
		if overtaken(e, r, member) {
			if err := k.lower(ctx, a, key, member, raised); err != nil {
				return e, state, raised, err
			}
			return e, state, raised, strategy.ErrStale
		}
		if state, err = a.Read(ctx, member); err != nil {
			return e, state, raised, err
		}
		// What it wrote may undo what a give of another target wrote meanwhile.
		if state.Level < a.Level() || raised && state.Level < e.Want(member) {
			if e, err = k.claim(ctx, key, e, r, a.Level(), state.Level); errors.Is(err, strategy.ErrStale) {
				continue
			}
			if err != nil {
				return e, state, raised, err
			}
			raised = true
			if err := a.Write(ctx, member, e.Want(member)); err != nil {
				return e, state, raised, err
			}
			if state, err = k.await(ctx, a, member, func(s State) bool { return s.Level >= a.Level() }); err != nil {
				return e, state, raised, err
			}
		}
		after, err := k.book.Load(ctx, key)
		if err != nil || after.Version == e.Version {
			return e, state, raised, err
		}
	}
	return e, state, raised, strategy.Later(5*time.Second, "other calls change this access just now")
}

// overtaken reports whether a newer call about the target was recorded.
func overtaken(e book.Entry, r *strategy.Request, member string) bool {
	g := e.Grants[r.Target.ID]
	return !g.Live || g.Fence != r.Fence || g.Member != member
}

// claim records that fasttrack is about to make what the member does not have, if the
// record says that it was there before.
func (k keeper) claim(ctx context.Context, key string, e book.Entry, r *strategy.Request, level, now int) (book.Entry, error) {
	g := e.Grants[r.Target.ID]
	member := g.Member
	if !g.Found && e.Members[member].Base <= now {
		return e, nil
	}
	return k.change(ctx, key, func(e *book.Entry) error {
		if overtaken(*e, r, member) {
			return strategy.ErrStale
		}
		e.SetBase(member, min(e.Members[member].Base, now))
		record(e, r, member, level)
		return nil
	})
}

// await reads the membership until it is as written: a change may be visible a moment
// later.
func (k keeper) await(ctx context.Context, a Access, member string, done func(State) bool) (State, error) {
	for _, pause := range []time.Duration{0, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second} {
		if pause > 0 {
			if err := k.wait(ctx, pause); err != nil {
				return State{}, err
			}
		}
		state, err := a.Read(ctx, member)
		if err != nil || done(state) {
			return state, err
		}
	}
	return State{}, strategy.Later(5*time.Second, "the change can't be read back yet")
}
