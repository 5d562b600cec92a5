package store_test

import (
	"sync"
	"testing"
	"time"
)

// No more than the places are ever taken, however many try at once; a place that is
// left, or whose time is over, is free again.
func TestWaiters(t *testing.T) {
	s := open(t)
	const most = 3
	w := s.Waiters(most)
	take := func(now time.Time) string {
		t.Helper()
		place, err := w.Take(t.Context(), now, now.Add(20*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return place
	}
	var (
		mu    sync.Mutex
		taken []string
		all   sync.WaitGroup
	)
	for range 20 {
		all.Go(func() {
			if place := take(start); place != "" {
				mu.Lock()
				taken = append(taken, place)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for len(taken) < most { // all tried at once
		if place := take(start); place != "" {
			taken = append(taken, place)
		}
	}
	if place := take(start); len(taken) != most || place != "" {
		t.Fatalf("%d places of %d are taken, and then %q", len(taken), most, place)
	}
	if err := w.Leave(t.Context(), taken[0]); err != nil {
		t.Fatal(err)
	}
	if take(start) == "" || take(start) != "" {
		t.Error("of the place that was left, there is not exactly one")
	}
	if err := w.Leave(t.Context(), "of nobody"); err != nil {
		t.Error(err)
	}
	if take(start.Add(19*time.Second)) != "" || take(start.Add(20*time.Second)) == "" {
		t.Error("a place is not taken exactly until its time")
	}
	if place, err := s.Waiters(0).Take(t.Context(), start, start); place != "" || err != nil {
		t.Errorf("of no places: %q, %v", place, err)
	}
}
