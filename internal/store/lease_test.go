package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func TestLease(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	k := lease.Key{Strategy: "lambda:f", Person: "a#b%", Target: "t"}
	l, err := s.LoadLease(t.Context(), k)
	if err != nil || l.Version != 0 || l.Key != k {
		t.Fatalf("%+v %v", l, err)
	}
	other, _ := s.LoadLease(t.Context(), k)
	next, _, err := l.BeginTake("r1", start, start.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLease(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLease(t.Context(), other); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a lease is made twice: %v", err)
	}
	read, err := s.LoadLease(t.Context(), k)
	if err != nil || read.Version != 1 || read.Of("r1").State != run.Dropped {
		t.Fatalf("%+v %v", read, err)
	}
	stale := read.Clone()
	if err := s.SaveLease(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLease(t.Context(), stale); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a change is overwritten: %v", err)
	}
	// What nobody holds is due to be read once more, under its own key.
	due, err := s.Due(t.Context(), start.Add(time.Hour), 10, false)
	if err != nil || !cmp.Equal(due.Leases, []lease.Key{k}) {
		t.Errorf("due are %v %v", due.Leases, err)
	}
	if due, _ := s.Due(t.Context(), start, 10, false); len(due.Leases) > 0 {
		t.Errorf("it is due at once: %v", due.Leases)
	}
}

// The largest lease that there can be is stored: DynamoDB takes 400 KB.
func TestTheLargestLease(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	k := lease.Key{Strategy: "lambda:f", Person: strings.Repeat("p", 500), Target: strings.Repeat("t", 500)}
	l, err := s.LoadLease(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	name := func(n int) string { return fmt.Sprintf("01JD%022d", n) }
	given := 0
	for ; ; given++ {
		next, _, err := l.BeginGive(name(given), true, 1<<20, start, start.Add(time.Minute))
		if errors.As(err, new(lease.Full)) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if l, err = next.RefuseGive(name(given), next.Attempt.Fence, strings.Repeat("😀", 2000), start); err != nil {
			t.Fatal(err)
		}
	}
	for n := given; ; n++ {
		next, _, err := l.BeginTake(name(n), start, start.Add(time.Minute))
		if errors.As(err, new(lease.Later)) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		l = next
	}
	if err := s.SaveLease(t.Context(), l); err != nil {
		t.Fatalf("%d holders: %v", len(l.Holders), err)
	}
	// Each of those that hold it is taken, and stored.
	for n := range given {
		next, _, err := l.BeginTake(name(n), start, start.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if next.Of(name(n)).State == run.Taking {
			gone := lease.Gone{How: strings.Repeat("😀", 2000), Sessions: time.Hour, SessionsOf: strings.Repeat("u", 500)}
			if next, err = next.EndTake(name(n), next.Attempt.Fence, gone, start); err != nil {
				t.Fatal(err)
			}
		}
		l = next
	}
	if err := s.SaveLease(t.Context(), l); err != nil {
		t.Fatalf("all are taken: %v", err)
	}
}

func TestDue(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	r := asked(t, s, 1, "f", "ada@example.com")
	if err := s.AddAct(t.Context(), r, run.Act{ID: run.NewID(start), Event: run.Deny, At: start}); err != nil {
		t.Fatal(err)
	}
	at := func(now time.Time) store.Due {
		t.Helper()
		d, err := s.Due(t.Context(), now, 10, false)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := at(start.Add(20 * time.Second)); len(d.Runs)+len(d.Acted) > 0 {
		t.Errorf("due at once: %+v", d)
	}
	if d := at(start.Add(time.Minute)); !cmp.Equal(d.Acted, []string{r.ID}) || len(d.Runs) > 0 {
		t.Errorf("due after a minute: %+v", d)
	}
	if d := at(start.Add(time.Hour)); !cmp.Equal(d.Runs, []string{r.ID}) || len(d.Acted) > 0 {
		t.Errorf("due after an hour: %+v", d)
	}
}

// However many leases are due before it, a run is listed.
func TestLeasesHideNoRun(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	for n := range 30 {
		l := lease.New(lease.Key{Strategy: "s", Person: "p", Target: fmt.Sprint(n)})
		l.CheckAt = start.Add(-time.Hour)
		if err := s.SaveLease(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	r := asked(t, s, 1, "f", "ada@example.com")
	now := start.Add(time.Hour)
	d, err := s.Due(t.Context(), now, 2, false)
	if err != nil || !cmp.Equal(d.Runs, []string{r.ID}) || len(d.Leases) == 0 {
		t.Errorf("due are %v and %d leases (%v), want run %s", d.Runs, len(d.Leases), err, r.ID)
	}
}
