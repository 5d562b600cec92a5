package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Each finds every run once, over several pages, with the context that was sent
// with it and no other's.
func TestEach(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	want := map[string]string{}
	for n := range 60 {
		at := start.Add(time.Duration(n) * time.Hour)
		a := run.Draft{ID: run.NewID(at), Flow: run.Flow{Name: fmt.Sprint("f", n%7), Hooks: "hooks", Admins: []string{"root@example.com"}}, Requester: run.Person{ID: "ada@example.com"}}
		if n%2 == 0 { // 60 KB each: a page has 1 MB
			a.Context = []byte(fmt.Sprintf(`"%d %s"`, n, strings.Repeat("x", 60<<10)))
		}
		if n%5 == 0 { // an item beside the run lists it for somebody else
			a.For = &run.Person{ID: "bob@example.com"}
		}
		r, err := run.New(a, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Create(t.Context(), r, a.Context); err != nil {
			t.Fatal(err)
		}
		if err := s.AddAct(t.Context(), r, run.Act{ID: "1", At: at}); err != nil {
			t.Fatal(err)
		}
		want[r.ID] = string(a.Context)
	}
	got := map[string]string{}
	if err := s.Each(t.Context(), time.Time{}, time.Time{}, func(rec store.Record) error {
		if _, twice := got[rec.Run.ID]; twice {
			t.Errorf("%s came twice", rec.Run.ID)
		}
		got[rec.Run.ID] = string(rec.Context)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	var hours []int
	if err := s.Each(t.Context(), start.Add(10*time.Hour), start.Add(13*time.Hour), func(rec store.Record) error {
		hours = append(hours, int(rec.Run.CreatedAt.Sub(start).Hours()))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(hours)
	if !slices.Equal(hours, []int{10, 11, 12}) {
		t.Errorf("got the runs of hours %v, want 10, 11 and 12", hours)
	}

	stop := errors.New("enough")
	if err := s.Each(t.Context(), time.Time{}, time.Time{}, func(store.Record) error { return stop }); err != stop {
		t.Errorf("got %v, want the error of the function", err)
	}
}
