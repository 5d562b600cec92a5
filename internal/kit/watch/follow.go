package watch

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

const (
	// every is the pause between two looks at the folder, settled the one between a change
	// and its end: an editor writes a file in steps.
	every   = 100 * time.Millisecond
	settled = 20 * time.Millisecond
	// startWithin is how long a new version may take to start.
	startWithin = 20 * time.Second
)

// Follow serves what changes in the folder until ctx ends, and writes a line to out for
// each change that is served, and for each mistake.
func (s *Served) Follow(ctx context.Context, out io.Writer) {
	pause := every
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		began := time.Now()
		now := s.scan()
		// Looking must not keep the machine busy, however large the folder is.
		pause = max(every, 5*time.Since(began))
		if maps.Equal(now, s.seen) {
			continue
		}
		now = s.settle(ctx, now)
		changed := differing(s.seen, now)
		s.seen = now
		lines := s.reload(ctx, changed, began)
		if ctx.Err() != nil {
			return // what has failed failed because of that
		}
		for _, line := range lines {
			fmt.Fprintln(out, line)
		}
	}
}

// settle looks until two states are the same.
func (s *Served) settle(ctx context.Context, state map[string]string) map[string]string {
	for ctx.Err() == nil {
		time.Sleep(settled)
		next := s.scan()
		if maps.Equal(state, next) {
			break
		}
		state = next
	}
	return state
}

// differing returns the units whose state differs, sorted.
func differing(before, after map[string]string) []string {
	changed := map[string]bool{}
	for unit, state := range after {
		if before[unit] != state {
			changed[unit] = true
		}
	}
	for unit := range before {
		if _, is := after[unit]; !is {
			changed[unit] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}
