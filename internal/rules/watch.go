package rules

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Every is how old what a function knows of the newest version may be.
const Every = 30 * time.Second

// maxBack is how many versions that can't be served are passed over, to find one that can.
const maxBack = 20

// Watch serves what is made of the present version of flows.yaml: a T. It looks for a
// newer one when it is called, at most once in [Every].
type Watch[T any] struct {
	Source Source
	// Key returns the key that versions are signed with.
	Key func(ctx context.Context) (*ecdsa.PublicKey, error)
	// Make makes a T of the text of a version; nil is the deployed file.
	Make func(raw []byte, v Version) (T, error)
	Now  func() time.Time
	Log  *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	loaded  bool
	present T
	version Version
	// newest is the newest version as it was last looked at, refused is why it is not
	// served, "" if it is.
	newest  Stored
	refused string
}

// Present returns what is made of the present version. What can't be read, or is not
// served, leaves it as it is. The error is that no version is known yet: the first call
// could not read one.
func (w *Watch[T]) Present(ctx context.Context) (T, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.Now()
	if w.loaded && now.Sub(w.looked) < Every && now.Sub(w.looked) >= 0 {
		return w.present, nil
	}
	if err := w.look(ctx); err != nil {
		if !w.loaded {
			return w.present, err
		}
		w.Log.Warn("rules can't be read", "error", err.Error(), "served", w.version.Number)
	}
	w.looked = now
	return w.present, nil
}

// Version returns the version of what was last served.
func (w *Watch[T]) Version() Version {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.version
}

// Refused returns why the newest version is not the one that is served, "" if it is.
func (w *Watch[T]) Refused() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused
}

// look reads the newest version, and takes it if it is another. The error is that
// something could not be read, which may succeed later.
func (w *Watch[T]) look(ctx context.Context) error {
	newest, there, err := w.Source.LatestRules(ctx)
	switch {
	case err != nil:
		return err
	case !there && w.loaded:
		if w.version.Number > 0 {
			w.refuse(0, missing)
		}
		return nil
	case !there:
		return w.takeHighest(ctx)
	case w.loaded && same(newest, w.newest):
		if w.refused != "" {
			w.refuse(0, w.refused)
		}
		return nil
	}
	key, err := w.Key(ctx)
	if err != nil {
		return err
	}
	v, why := Open(key, newest)
	if why == nil {
		if why, err = w.take(ctx, key, v.Number, newest); err != nil {
			return err
		}
	}
	if why == nil {
		w.newest, w.refused = newest, ""
		return nil
	}
	claimed, _ := newest.Read() // as far as it can be read: where to look back from
	w.refuse(claimed.Number, why.Error())
	if !w.loaded {
		number := claimed.Number
		if number < 1 { // it is spoiled, so the highest that is stored is the one before
			last, err := w.Source.LastNumber(ctx)
			if err != nil {
				return err
			}
			number = last + 1
		}
		if err := w.goBack(ctx, key, number); err != nil {
			return err
		}
	}
	w.newest, w.refused = newest, why.Error()
	return nil
}

// errMissing is a version that the table lost: it may have forbidden what one before allows.
var errMissing = errors.New("it is not stored")

// takeHighest serves the highest version that is stored, where none is the newest: without
// any, none was ever pushed, and the deployed file counts.
func (w *Watch[T]) takeHighest(ctx context.Context) error {
	last, err := w.Source.LastNumber(ctx)
	if err != nil {
		return err
	}
	if last == 0 {
		return w.takeDeployed()
	}
	key, err := w.Key(ctx)
	if err != nil {
		return err
	}
	w.refuse(0, missing)
	if err := w.goBack(ctx, key, last+1); err != nil {
		return err
	}
	w.newest, w.refused = Stored{}, missing
	return nil
}

// missing is why a function serves the version that it has, or the highest.
const missing = "the newest version is missing"

// take serves the version of a number. why is the reason why it can't be served; err is
// that it could not be read.
func (w *Watch[T]) take(ctx context.Context, key *ecdsa.PublicKey, number int, newest Stored) (why, err error) {
	if w.loaded && number < w.version.Number {
		return fmt.Errorf("version %d is older than version %d, which is served", number, w.version.Number), nil
	}
	s, there, err := w.Source.Rules(ctx, number)
	if err != nil {
		return nil, err
	}
	if !there {
		return fmt.Errorf("version %d: %w", number, errMissing), nil
	}
	if newest.Body != nil && !same(s, newest) {
		return fmt.Errorf("version %d is not stored as the newest version says", number), nil
	}
	v, why := Open(key, s)
	if why != nil {
		return why, nil
	}
	if v.Number != number {
		return fmt.Errorf("version %d is stored as version %d", v.Number, number), nil
	}
	var raw []byte
	if !v.Shipped() {
		if raw, why = s.Text(v); why != nil {
			return why, nil
		}
	}
	made, why := w.Make(raw, v)
	if why != nil {
		return why, nil
	}
	w.present, w.version, w.loaded = made, v, true
	return nil, nil
}

// goBack serves the last version before the one of a number that can be served. The deployed
// file is served only if all of them are stored, and none was ever good: it may allow what
// a version that the table lost forbade.
func (w *Watch[T]) goBack(ctx context.Context, key *ecdsa.PublicKey, number int) error {
	var lost error
	for n := number - 1; n > 0; n-- {
		if number-n > maxBack {
			return fmt.Errorf("none of the %d versions before version %d can be served", maxBack, number)
		}
		why, err := w.take(ctx, key, n, Stored{})
		if err != nil {
			return err
		}
		if why == nil {
			return nil
		}
		if errors.Is(why, errMissing) {
			lost = why
		}
		w.refuse(n, why.Error())
	}
	if lost != nil {
		return fmt.Errorf("no version can be served: %w", lost)
	}
	return w.takeDeployed()
}

// takeDeployed serves the deployed file.
func (w *Watch[T]) takeDeployed() error {
	made, err := w.Make(nil, Version{})
	if err != nil {
		return err
	}
	w.present, w.version, w.loaded, w.newest, w.refused = made, Version{}, true, Stored{}, ""
	return nil
}

// refuse logs that a version is not served. An alarm counts the lines.
func (w *Watch[T]) refuse(number int, why string) {
	w.Log.Error("rules not taken", "rules_not_taken", true, "version", number, "why", why, "served", w.version.Number)
}

func same(a, b Stored) bool {
	return bytes.Equal(a.Body, b.Body) && bytes.Equal(a.Signature, b.Signature)
}
