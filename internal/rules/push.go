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
}

// Table stores versions.
type Table interface {
	Source
	// PushRules stores a version as the one of a number and as the newest. It returns
	// [ErrChanged] unless the newest is still the one with the hash previous, "" for none.
	PushRules(ctx context.Context, number int, s Stored, hash, previous string) error
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
	before, there, err := p.Table.LatestRules(ctx)
	if err != nil {
		return Version{}, err
	}
	v.Format, v.Number, v.Previous, v.Digest = Format, 1, "", ""
	if there {
		latest, err := before.Read()
		if err != nil && latest.Number < 1 {
			return Version{}, fmt.Errorf("the newest version: %w", err)
		}
		v.Number, v.Previous = latest.Number+1, before.hash()
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
	return v, p.Table.PushRules(ctx, v.Number, s, s.hash(), v.Previous)
}
