package store_test

import (
	"errors"
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
	due, err := s.Due(t.Context(), start.Add(time.Hour), 10)
	if err != nil || !cmp.Equal(due.Leases, []lease.Key{k}) {
		t.Errorf("due are %v %v", due.Leases, err)
	}
	if due, _ := s.Due(t.Context(), start, 10); len(due.Leases) > 0 {
		t.Errorf("it is due at once: %v", due.Leases)
	}
}

func TestDue(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	r := asked(t, s, 1, "f", "ada@example.com")
	if err := s.AddAct(t.Context(), r.ID, run.Act{ID: run.NewID(start), Event: run.Deny, At: start}); err != nil {
		t.Fatal(err)
	}
	at := func(now time.Time) store.Due {
		t.Helper()
		d, err := s.Due(t.Context(), now, 10)
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
