package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

func keeping(t *testing.T, s *store.Store, who run.Person) *run.Run {
	t.Helper()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f := run.Flow{
		Name: "f", Hooks: "hooks", Admins: []string{"root@example.com"}, Store: &run.StoreRule{Person: []string{"note"}, Flow: []string{"ids/*"}},
		Review: run.ReviewRule{Approvers: []string{"admins"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 60},
	}
	r, err := run.New(run.Draft{ID: run.NewID(now), Flow: f, Requester: who}, now)
	if err == nil {
		err = s.Create(t.Context(), r, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keep(t *testing.T, s *store.Store, r *run.Run, puts ...run.Put) error {
	t.Helper()
	kept, err := s.LoadShelves(t.Context(), r)
	if err == nil {
		r.Kept, err = kept.After(puts, "v", r.UpdatedAt)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.SaveTallied(t.Context(), r, run.Tallies{}, r.UpdatedAt)
}

// What hooks keep is written with the run or not at all, once, and is read under the same
// person whichever of their logins asks.
func TestShelves(t *testing.T) {
	s := storetest.New(t)
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com", Principal: "iss|1"}
	r := keeping(t, s, ada)
	note := run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`"x"`)}
	stale := *r
	if err := keep(t, s, r, note); err != nil {
		t.Fatal(err)
	}
	if err := keep(t, s, &stale, run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`"y"`)}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a run that was changed meanwhile: %v", err)
	}
	other := keeping(t, s, ada)
	before, err := s.LoadShelves(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if err := keep(t, s, keeping(t, s, ada), run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`"z"`)}); err != nil {
		t.Fatal(err)
	}
	other.Kept, err = before.After([]run.Put{note}, "w", other.UpdatedAt)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveTallied(t.Context(), other, run.Tallies{}, other.UpdatedAt); !errors.Is(err, store.ErrConflict) {
		t.Errorf("values that were changed meanwhile: %v", err)
	}
	for name, tc := range map[string]struct {
		who  run.Person
		want string
	}{
		"the same login":          {ada, `"z"`},
		"another of the address":  {run.Person{ID: "ada@example.com", Email: "Ada@example.com", Principal: "iss|2"}, `"z"`},
		"a login linked to it":    {run.Person{ID: "iss|3", Principal: "iss|3", Links: []string{"ada@example.com"}}, `"z"`},
		"somebody else":           {run.Person{ID: "eve@example.com", Email: "eve@example.com"}, ""},
		"a name that begins same": {run.Person{ID: "ada@example.com.evil.example", Email: "ada@example.com.evil.example"}, ""},
	} {
		kept, err := s.LoadShelves(t.Context(), keeping(t, s, tc.who))
		if got := string(kept.Person.Values["note"].Value); err != nil || got != tc.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tc.want)
		}
	}
}

// Erasing a person deletes what hooks keep of them, and no value that doesn't mention them.
func TestEraseShelves(t *testing.T) {
	s := storetest.New(t)
	ada, eve := keeping(t, s, run.Person{ID: "ada@example.com", Email: "ada@example.com"}), keeping(t, s, run.Person{ID: "eve@example.com", Email: "eve@example.com"})
	for _, err := range []error{
		keep(t, s, ada, run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`1`)},
			run.Put{Scope: run.PerFlow, Key: "ids/ada@example.com", Value: json.RawMessage(`1`)}, run.Put{Scope: run.PerFlow, Key: "ids/2", Value: json.RawMessage(`{"by":["ADA@example.com"]}`)},
			run.Put{Scope: run.PerFlow, Key: "ids/3", Value: json.RawMessage(`"eve@example.com"`)}),
		keep(t, s, eve, run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`1`)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dry := range []bool{true, false} {
		var changed int
		erasure := store.Erasure{Who: run.Names{"ada@example.com"}, DryRun: dry, Report: func(e store.Erased) {
			if e.Run == "" && e.Left == "" {
				changed++
			}
		}}
		if err := s.Erase(t.Context(), erasure, time.Now()); err != nil || changed != 2 {
			t.Errorf("dry run %v: %d items changed, want 2 (%v)", dry, changed, err)
		}
		kept, err := s.LoadShelves(t.Context(), ada)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(kept.Person.Values) + len(kept.Flow.Values); dry && n != 4 || !dry && n != 1 {
			t.Errorf("dry run %v: %d values are left", dry, n)
		}
	}
	kept, err := s.LoadShelves(t.Context(), eve)
	if err != nil || len(kept.Person.Values) != 1 || len(kept.Flow.Values) != 1 {
		t.Errorf("of others %+v are left (%v)", kept, err)
	}
}
