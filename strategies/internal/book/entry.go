// Package book records which access a strategy function has made, before it makes it: a
// crash at any point leaves on record what to remove.
package book

import (
	"errors"
	"time"
)

// Entry is the record of one person and one access, such as a group. Targets that mean
// the same access share it.
type Entry struct {
	// Version counts the changes; 0 is an entry that was never saved.
	Version int64 `json:"-"`
	// Members are the accounts of the person that were given the access, by their ids in
	// the other system.
	Members map[string]Member `json:"members,omitempty"`
	// Grants are the targets that it was granted for.
	Grants map[string]Grant `json:"grants,omitempty"`
}

// Member is an account.
type Member struct {
	// Base is the level that it had without fasttrack.
	Base int `json:"base"`
}

// Grant is the access that a target grants.
type Grant struct {
	Member string `json:"member,omitempty"`
	Level  int    `json:"level,omitempty"`
	// Fence is that of the last call about the target, Live whether that was a give.
	Fence int64 `json:"fence"`
	Live  bool  `json:"live,omitempty"`
	// Found marks access that was there before: it ends without a take.
	Found bool `json:"found,omitempty"`
	// Leaving marks access whose take has begun, and may not be over. Until is
	// when each call from before a take is over, in seconds since 1970.
	Leaving bool  `json:"leaving,omitempty"`
	Until   int64 `json:"until,omitempty"`
}

// made reports whether the grant needs a membership that fasttrack makes.
func (g Grant) made() bool { return g.Live && !g.Found }

// left reports whether what fasttrack made for the grant may still be there, although it
// is wanted no more.
func (g Grant) left(now time.Time) bool {
	return !g.Live && !g.Found && g.Member != "" && (g.Leaving || now.Unix() < g.Until)
}

// ErrConflict means that another call changed the entry since it was loaded.
var ErrConflict = errors.New("another call changes this access just now")

// Want returns the level that a member should have: its own, or the highest of the
// targets that fasttrack still makes it for.
func (e Entry) Want(member string) int {
	want := e.Members[member].Base
	for _, g := range e.Grants {
		if g.made() && g.Member == member {
			want = max(want, g.Level)
		}
	}
	return want
}

// Made reports whether fasttrack made, for a target other than except, what the member may
// have.
func (e Entry) Made(member, except string, now time.Time) bool {
	for target, g := range e.Grants {
		if target != except && g.Member == member && (g.made() || g.left(now)) {
			return true
		}
	}
	return false
}

// making reports whether a membership is still to be removed.
func (e Entry) making() bool {
	for _, g := range e.Grants {
		if g.made() || g.Leaving {
			return true
		}
	}
	return false
}

// SetBase records what a member has without fasttrack.
func (e *Entry) SetBase(member string, base int) {
	if e.Members == nil {
		e.Members = map[string]Member{}
	}
	e.Members[member] = Member{Base: base}
}

// SetGrant records the last call about a target.
func (e *Entry) SetGrant(target string, g Grant) {
	if e.Grants == nil {
		e.Grants = map[string]Grant{}
	}
	e.Grants[target] = g
}
