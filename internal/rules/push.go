package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrChanged means that another version was pushed meanwhile.
var ErrChanged = errors.New("another version was pushed meanwhile")

// Source reads versions.
type Source interface {
	// LatestRules returns the newest version, without its text; false without one.
	LatestRules(ctx context.Context) (Stored, bool, error)
	// Rules returns a version by its number, with its text.
	Rules(ctx context.Context, number int) (Stored, bool, error)
	// LastNumber returns the highest number of a version, 0 for none.
	LastNumber(ctx context.Context) (int, error)
}

// Table stores versions.
type Table interface {
	Source
	// PushRules stores a version as the one of a number and as the newest, and what became
	// of the request that it was pushed for, all or nothing. It returns [ErrChanged] unless
	// the newest is still the one before, and nothing became of the request so far.
	PushRules(ctx context.Context, p Push) error
}

// Push is a version that is to be stored.
type Push struct {
	Number int
	Stored
	// Hash is that of the version.
	Hash string
	// Before is the newest version as it was read; nil for none.
	Before *Stored
	// Outcome is what becomes of a request by it; nil without one.
	Outcome *Outcome
}

// Sign signs a SHA-256.
type Sign func(ctx context.Context, sum []byte) ([]byte, error)

// Pusher pushes versions.
type Pusher struct {
	Table Table
	Sign  Sign
	Now   func() time.Time
}

// Push stores a version as the newest, with the text raw; nil is the deployed file. It
// sets format, number, digest, the version before and the time. expect is the number that
// the newest must have, 0 for none; -1 takes any.
func (p Pusher) Push(ctx context.Context, v Version, raw []byte, expect int) (Version, error) {
	before, newest, err := Newest(ctx, p.Table)
	if err != nil {
		return Version{}, err
	}
	v.Format, v.Number, v.Previous, v.Digest = Format, newest+1, "", ""
	if before != nil {
		v.Previous = before.hash()
	}
	if expect >= 0 && expect != v.Number-1 {
		return Version{}, fmt.Errorf("the newest version is %d, not %d: %w", v.Number-1, expect, ErrChanged)
	}
	var s Stored
	if raw != nil {
		v.Digest = Digest(raw)
		if s.Packed, err = Pack(raw); err != nil {
			return Version{}, err
		}
	}
	v.At = p.Now().UTC().Truncate(time.Second)
	if s.Body, err = json.Marshal(v); err != nil {
		return Version{}, err
	}
	if s.Signature, err = p.Sign(ctx, s.Sum()); err != nil {
		return Version{}, err
	}
	push := Push{Number: v.Number, Stored: s, Hash: s.hash(), Before: before}
	if v.Request != "" {
		push.Outcome = &Outcome{Request: v.Request, Version: v.Number, At: v.At}
	}
	return v, p.Table.PushRules(ctx, push)
}

// Newest returns the newest version as it is stored, nil for none, and its number. What
// can't be read of it doesn't matter: its number is then the highest that is stored.
func Newest(ctx context.Context, t Table) (*Stored, int, error) {
	s, there, err := t.LatestRules(ctx)
	if err != nil {
		return nil, 0, err
	}
	if there {
		if v, _ := s.Read(); v.Number > 0 {
			return &s, v.Number, nil
		}
	}
	last, err := t.LastNumber(ctx)
	if err != nil || !there {
		return nil, last, err
	}
	return &s, last, nil
}
