package membership

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// take records that the target grants the membership no more, and removes it from the
// accounts that got it. An account keeps what it had before, and what other targets give.
func (k keeper) take(ctx context.Context, r *strategy.Request) error {
	a, key, err := k.start(r)
	if err != nil {
		return err
	}
	e, err := k.change(ctx, key, func(e *book.Entry) error {
		g, known := e.Grants[r.Target.ID]
		if r.Fence < g.Fence {
			return strategy.ErrStale
		}
		if account := accountOf(r); !known && account != "" {
			// The record is lost. What give returned says who got the access.
			if _, known := e.Members[account]; !known {
				e.SetBase(account, 0)
			}
		}
		g.Fence, g.Live, g.Leaving = r.Fence, false, true
		e.SetGrant(r.Target.ID, g)
		return nil
	})
	if err != nil {
		return err
	}
	for member := range e.Members {
		if err := k.lower(ctx, a, key, member, false); err != nil {
			return err
		}
	}
	return k.leave(ctx, key, r)
}

// settled is how long after a take a call from before it may go on: longer than the
// function's time limit.
const settled = time.Minute

// leave records that a take is over.
func (k keeper) leave(ctx context.Context, key string, r *strategy.Request) error {
	_, err := k.change(ctx, key, func(e *book.Entry) error {
		g := e.Grants[r.Target.ID]
		if g.Fence != r.Fence || g.Live {
			return strategy.ErrStale
		}
		g.Leaving, g.Until = false, k.now().Add(settled).Unix()
		e.SetGrant(r.Target.ID, g)
		return nil
	})
	return err
}

// lower removes what an account has beyond the level that it should have. It adds nothing,
// since somebody else may have removed more; but what it removed itself, while a give of
// another target came between, it makes again. wrote reports that the call has changed the
// level already.
func (k keeper) lower(ctx context.Context, a Access, key, member string, wrote bool) error {
	for range rounds {
		e, err := k.book.Load(ctx, key)
		if err != nil {
			return err
		}
		state, err := a.Read(ctx, member)
		if err != nil {
			return err
		}
		want := e.Want(member)
		if state.Level > want || wrote && state.Level < want {
			wrote = true
			if err := a.Write(ctx, member, want); err != nil {
				return err
			}
			if _, err := k.await(ctx, a, member, func(s State) bool { return s.Level == want }); err != nil {
				return err
			}
		}
		after, err := k.book.Load(ctx, key)
		if err != nil || after.Version == e.Version {
			return err
		}
	}
	return strategy.Later(5*time.Second, "other calls change this access just now")
}

// accountOf returns the account that give returned for this request, "" if unknown.
func accountOf(r *strategy.Request) string {
	var output map[string]json.RawMessage
	var account string
	if json.Unmarshal(r.Held.Output, &output) != nil || json.Unmarshal(output[memberOutput], &account) != nil {
		return ""
	}
	return account
}

// has reports whether the person has the membership.
//
// Before a give (fence 0) it is that of the person's account. After one it is that of the
// account which got it, whoever has the address now. After a take it is what is left of
// what fasttrack made.
func (k keeper) has(ctx context.Context, r *strategy.Request) (bool, error) {
	a, key, err := k.start(r)
	if err != nil {
		return false, err
	}
	e, err := k.book.Load(ctx, key)
	if err != nil {
		return false, err
	}
	g, known := e.Grants[r.Target.ID]
	usable := func(member string) (bool, error) {
		state, err := a.Read(ctx, member)
		return state.Level >= a.Level() && state.Unusable == "", err
	}
	switch {
	case r.Fence > 0 && g.Live:
		return usable(g.Member)
	case r.Fence > 0 && known:
		return k.left(ctx, a, e)
	case r.Fence > 0 && accountOf(r) != "":
		return usable(accountOf(r))
	case r.Fence > 0 && r.Held.CreatedByUs:
		return false, nil // no give has come as far as to record it
	}
	account, err := a.Find(ctx, r.Person)
	var refused *strategy.RefusedError
	switch {
	case errors.As(err, &refused):
		return false, nil
	case err != nil:
		return false, err
	case e.Made(account.ID, r.Target.ID, k.now()) && e.Members[account.ID].Base < a.Level():
		// It is another target's, and goes when that ends.
		return false, nil
	}
	return usable(account.ID)
}

// left reports whether an account has more than it should.
func (k keeper) left(ctx context.Context, a Access, e book.Entry) (bool, error) {
	for member := range e.Members {
		state, err := a.Read(ctx, member)
		if err != nil {
			return false, err
		}
		if state.Level > e.Want(member) {
			return true, nil
		}
	}
	return false, nil
}
