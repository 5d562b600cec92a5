// Package drain ends all requests of an installation, so that it can be removed
// without leaving access behind. Each pass reads the table and has
// functions/reconcile end what is open. An interrupted drain goes on when it is
// started again.
package drain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

const (
	// Remembered is how long functions/request keeps what it read: whether the
	// installation is being removed.
	Remembered = 10 * time.Second
	// Settles is how long after the note a request may still come in: Remembered,
	// the longest run of functions/request, and a margin.
	Settles = Remembered + 29*time.Second + 6*time.Second
	// atOnce is how many requests one invocation ends: each may need a call of a
	// strategy, which takes up to two minutes, and eight run side by side.
	atOnce = 16
)

// Table is the part of [store.Store] that is used.
type Table interface {
	Drain(ctx context.Context, since time.Time) error
	Draining(ctx context.Context) (time.Time, error)
	EachStored(ctx context.Context, f func(id string, rec store.Record, unreadable error) error) error
	EachLease(ctx context.Context, f func(*lease.Lease) error) error
}

// Left lists what is left to do.
type Left struct {
	// At is the time of the look.
	At time.Time `json:"at"`
	// Open are the requests that are not over. Unreadable are those that can't be
	// read: whether they hold access is unknown.
	Open       []string `json:"open"`
	Unreadable []string `json:"unreadable"`
	// Failing says, by request, why its access could not be removed yet.
	Failing map[string]string `json:"failing,omitempty"`
	// Held are the accesses that are held or may still come. Unread are those that
	// have ended and are read once more, the last at UnreadUntil.
	Held        []string  `json:"held"`
	Unread      []string  `json:"unread"`
	UnreadUntil time.Time `json:"unread_until,omitzero"`
	// Executions are the running ones.
	Executions []string `json:"executions"`
	// SettlesAt is when no earlier request can come in any more.
	SettlesAt time.Time `json:"settles_at,omitzero"`
}

// Safe reports whether nothing is left: the stack may be deleted.
func (l Left) Safe() bool {
	return len(l.Open)+len(l.Unreadable)+len(l.Held)+len(l.Unread)+len(l.Executions) == 0 && !l.SettlesAt.IsZero() && !l.At.Before(l.SettlesAt)
}

// Drainer drains one installation.
type Drainer struct {
	Table Table
	// End has functions/reconcile end requests.
	End func(ctx context.Context, ids []string) error
	// Running lists the executions that run.
	Running func(ctx context.Context) ([]string, error)
	Now     func() time.Time
}

// Pass makes one pass: it notes that the installation is being removed, ends what
// is open, and returns what is left. With dryRun it only looks. If ending fails,
// the error comes with what is left, and the next pass retries.
func (d Drainer) Pass(ctx context.Context, dryRun bool) (Left, error) {
	if !dryRun {
		if err := d.Table.Drain(ctx, d.Now()); err != nil {
			return Left{}, err
		}
	}
	left, err := d.look(ctx)
	if err != nil || dryRun || len(left.Open) == 0 {
		return left, err
	}
	var failed error
	for ids := range slices.Chunk(left.Open, atOnce) {
		if err := d.End(ctx, ids); err != nil {
			failed = err
		}
	}
	if left, err = d.look(ctx); err != nil {
		return left, err
	}
	return left, failed
}

// look reads what is left. It reads executions first: one that ends meanwhile leaves
// its mark in what is read after.
func (d Drainer) look(ctx context.Context) (Left, error) {
	now := d.Now()
	left := Left{At: now, Open: []string{}, Unreadable: []string{}, Failing: map[string]string{}, Held: []string{}, Unread: []string{}}
	since, err := d.Table.Draining(ctx)
	if err != nil {
		return left, err
	}
	if !since.IsZero() {
		left.SettlesAt = since.Add(Settles)
	}
	if left.Executions, err = d.Running(ctx); err != nil {
		return left, err
	}
	err = d.Table.EachStored(ctx, func(id string, rec store.Record, unreadable error) error {
		switch {
		case unreadable != nil:
			left.Unreadable = append(left.Unreadable, id)
		case !rec.Run.Over():
			left.Open = append(left.Open, id)
			if a := rec.Run.Access; a != nil && a.Error != "" && rec.Run.TakingBack() {
				left.Failing[id] = a.Error
			}
		}
		return nil
	})
	if err != nil {
		return left, err
	}
	err = d.Table.EachLease(ctx, func(l *lease.Lease) error {
		switch {
		case l.Taken(now):
		case !l.Rests(now):
			left.Held = append(left.Held, l.Key.String())
		default:
			left.Unread = append(left.Unread, l.Key.String())
			if l.CheckAt.After(left.UnreadUntil) {
				left.UnreadUntil = l.CheckAt
			}
		}
		return nil
	})
	slices.Sort(left.Open)
	return left, err
}

// String returns what is left, on one line.
func (l Left) String() string {
	s := fmt.Sprintf("%d open, %d held, %d to verify again, %d executions", len(l.Open), len(l.Held), len(l.Unread), len(l.Executions))
	if len(l.Unreadable) > 0 {
		s += fmt.Sprintf(", %d unreadable", len(l.Unreadable))
	}
	return s
}
