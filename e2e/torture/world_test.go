package torture

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// world is what a strategy grants access to: it remembers who has what, and when
// that changed.
type world struct {
	mu      sync.Mutex
	now     func() time.Time
	has     map[string]bool
	changes []change
	// newest is the highest fence seen, by access; a lower one is refused if
	// fenced is set, as a custom strategy does and AWS does not.
	newest map[string]int64
	fenced bool
	// give and take are how the strategy behaves; nil is well.
	give, take func(w *world, key string) error
	// deaf claims success and does nothing.
	deaf bool
	// given are the last calls to give, by access.
	given map[string]strategy.Access
	// late has a give that fails have its effect later.
	late []effect
}

type change struct {
	at  time.Time
	key string
	has bool
}

type effect struct {
	at  time.Time
	key string
}

func newWorld(now func() time.Time) *world {
	return &world{now: now, has: map[string]bool{}, newest: map[string]int64{}, given: map[string]strategy.Access{}}
}

func keyOf(a strategy.Access) string { return a.Person.ID + " " + a.Target.ID }

func (w *world) set(key string, has bool) {
	if w.has[key] != has {
		w.has[key] = has
		w.changes = append(w.changes, change{w.now(), key, has})
	}
}

// pass has what is late have its effect by now.
func (w *world) pass() {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := w.late[:0]
	for _, e := range w.late {
		if w.now().Before(e.at) {
			kept = append(kept, e)
			continue
		}
		w.set(e.key, true)
	}
	w.late = kept
}

func (w *world) fence(a strategy.Access) error {
	key := keyOf(a)
	if w.fenced && a.Fence < w.newest[key] {
		return errors.New("this call is late")
	}
	w.newest[key] = max(w.newest[key], a.Fence)
	return nil
}

func (w *world) Give(ctx context.Context, a strategy.Access, l strategy.Ledger) (given strategy.Given, err error) {
	if err := l.Note(ctx, "request-"+a.RunID); err != nil {
		return given, err
	}
	if there, _ := w.Has(ctx, a); !there {
		if err := l.Creating(ctx, "user:"+a.Person.ID); err != nil {
			return given, err
		}
		given.Created = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fence(a); err != nil {
		return given, err
	}
	if w.given[keyOf(a)] = a; a.Version >= 2 {
		given.Output, given.Sensitive = json.RawMessage(`{"user":"OUTPUT-CANARY"}`), json.RawMessage(`{"password":"SENSITIVE-CANARY"}`)
	}
	if w.give != nil {
		if err := w.give(w, keyOf(a)); err != nil {
			return given, err
		}
	}
	if !w.deaf {
		w.set(keyOf(a), true)
	}
	return given, nil
}

func (w *world) Take(_ context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fence(a); err != nil {
		return strategy.Gone{}, err
	}
	if w.take != nil {
		if err := w.take(w, keyOf(a)); err != nil {
			return strategy.Gone{}, err
		}
	}
	if !w.deaf {
		w.set(keyOf(a), false)
	}
	return strategy.Gone{}, nil
}

func (w *world) Has(_ context.Context, a strategy.Access) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.has[keyOf(a)], nil
}

// had reports whether the access was there at that time.
func (w *world) had(key string, at time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	had := false
	for _, c := range w.changes {
		if c.key == key && !c.at.After(at) {
			had = c.has
		}
	}
	return had
}

// left lists who still has what.
func (w *world) left() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []string
	for key, has := range w.has {
		if has {
			left = append(left, key)
		}
	}
	return left
}
