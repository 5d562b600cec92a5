// Package motion records what is under way in a stack. A test that moves a clock waits
// with [Motion.Idle] until all that can happen at the clock's time has happened. It
// depends on no scheduler: a busy machine makes Idle later, never wrong.
package motion

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// Motion is the work of one stack. A nil Motion records nothing.
type Motion struct {
	clock clockwork.Clock
	mu    sync.Mutex
	works map[*Work]struct{}
	// settled counts how often work has come to rest or ended.
	settled int
	// less is closed when any work comes to rest or ends; nil if nobody waits for that.
	less chan struct{}
}

// New returns a Motion without any work.
func New(clock clockwork.Clock) *Motion {
	return &Motion{clock: clock, works: map[*Work]struct{}{}}
}

// Work is something that goes on by itself: an execution's line of states, an
// invocation, a schedule. It belongs to one goroutine at a time. A nil Work records
// nothing.
type Work struct {
	m    *Motion
	what string
	// rests is set from Rest to Wake.
	rests bool
	until time.Time
	over  func() bool
	// watches is set for work that polls, whose own moves nobody polls for. It has seen
	// what others did until then.
	watches bool
	seen    int
}

// Begin records work that moves from now until End. Call it before the work's goroutine
// starts, so that no gap remains between cause and effect.
func (m *Motion) Begin(what string) *Work {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := &Work{m: m, what: what, seen: m.settled}
	m.works[w] = struct{}{}
	return w
}

// End records that the work is over.
func (w *Work) End() {
	if w == nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	delete(w.m.works, w)
	w.settle()
}

// Rest records that the work waits. It rests until its timer is due, never for the zero
// time, or until over reports true; over may be nil. Call Rest once the timer runs, and
// Wake when the wait has ended. What makes over true must be done by other work, or by
// who calls Idle. Over must not call this package.
func (w *Work) Rest(until time.Time, over func() bool) {
	if w == nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.rests, w.until, w.over = true, until, over
	w.settle()
}

// Wake records that the work goes on.
func (w *Work) Wake() {
	if w == nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.rests, w.over = false, nil
}

// Watch is the pause of work that polls what other work changes. It rests until other
// work has come to rest since the last Watch, for at most d of real time, or until ctx
// ends. A nil Work waits for the time.
func (w *Work) Watch(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	w.watch()
	defer w.seeAll()
	for {
		less, changed := w.change()
		if changed {
			return
		}
		select {
		case <-less:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// watch has the work rest until others have moved.
func (w *Work) watch() {
	if w == nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.watches, w.rests, w.until = true, true, time.Time{}
	w.over = func() bool { return w.m.settled != w.seen }
	w.settle()
}

// change reports whether others have moved; if not, less is closed when any work comes
// to rest.
func (w *Work) change() (less <-chan struct{}, changed bool) {
	if w == nil {
		return nil, false
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	return w.m.next(), w.over()
}

// seeAll wakes the work, which has seen what others did until now.
func (w *Work) seeAll() {
	if w == nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.rests, w.over, w.seen = false, nil, w.m.settled
}

// moves reports whether the work goes on, or will at the clock's time. The caller holds
// mu.
func (w *Work) moves(now time.Time) bool {
	return !w.rests || !w.until.IsZero() && !w.until.After(now) || w.over != nil && w.over()
}

// settle wakes who waits for work to rest or end. The caller holds mu.
func (w *Work) settle() {
	if !w.watches {
		w.m.settled++
	}
	if w.m.less != nil {
		close(w.m.less)
		w.m.less = nil
	}
}

// next returns a channel that is closed when the next work rests or ends. The caller
// holds mu.
func (m *Motion) next() <-chan struct{} {
	if m.less == nil {
		m.less = make(chan struct{})
	}
	return m.less
}

// Moving lists the work that is under way or due, sorted; none is idle.
func (m *Motion) Moving() []string {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.moving()
}

func (m *Motion) moving() []string {
	var moving []string
	now := m.clock.Now()
	for w := range m.works {
		if w.moves(now) {
			moving = append(moving, w.what)
		}
	}
	slices.Sort(moving)
	return moving
}

// Idle returns once no work is under way or due. The error names what still moves when
// ctx ends. What calls from outside of the stack will cause is known once they are
// received.
func (m *Motion) Idle(ctx context.Context) error {
	if m == nil {
		return nil
	}
	for {
		m.mu.Lock()
		moving := m.moving()
		if moving == nil {
			m.mu.Unlock()
			return nil
		}
		less := m.next()
		m.mu.Unlock()
		select {
		case <-less:
		case <-ctx.Done():
			return fmt.Errorf("not idle: %s: %w", strings.Join(moving, ", "), ctx.Err())
		}
	}
}

type key struct{}

// NewContext returns a context that carries the work done under it.
func NewContext(ctx context.Context, w *Work) context.Context {
	return context.WithValue(ctx, key{}, w)
}

// FromContext returns the work that a context carries, nil without any.
func FromContext(ctx context.Context) *Work {
	w, _ := ctx.Value(key{}).(*Work)
	return w
}
