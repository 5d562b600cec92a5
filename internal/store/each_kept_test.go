package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// Every value that has not expired is there, with whose it is.
func TestEachKept(t *testing.T) {
	s := storetest.New(t)
	ada := keeping(t, s, run.Person{ID: "ada#1@example.com", Email: "ada#1@example.com"})
	if err := keep(t, s, ada,
		run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`"of Ada"`), TTLSeconds: 60},
		run.Put{Scope: run.PerFlow, Key: "ids/b", Value: json.RawMessage(`{"n":1}`)},
		run.Put{Scope: run.PerFlow, Key: "ids/a", Value: json.RawMessage(`2`)},
	); err != nil {
		t.Fatal(err)
	}
	now := ada.UpdatedAt
	read := func(flow string, at time.Time) []string {
		var got []string
		if err := s.EachKept(t.Context(), flow, at, func(k store.Kept) error {
			raw, err := json.Marshal(k)
			got = append(got, string(raw))
			return err
		}, func(problem string) { t.Error(problem) }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		return got
	}
	want := []string{
		`{"flow":"f","scope":"flow","key":"ids/a","value":2,"expires_at":"2027-02-21T10:00:00Z"}`,
		`{"flow":"f","scope":"flow","key":"ids/b","value":{"n":1},"expires_at":"2027-02-21T10:00:00Z"}`,
		`{"flow":"f","scope":"person","person":"ada#1@example.com","key":"note","value":"of Ada","expires_at":"2026-11-23T10:01:00Z"}`,
	}
	if diff := cmp.Diff(want, read("", now)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want, read("f", now)); diff != "" {
		t.Errorf("of the flow: -want +got:\n%s", diff)
	}
	if got := read("", now.Add(time.Minute)); !slices.Equal(got, want[:2]) {
		t.Errorf("a minute later: %v", got)
	}
	if got := read("", now.Add(100*24*time.Hour)); got != nil {
		t.Errorf("after their end: %v", got)
	}
	for _, other := range []string{"g", "f#", "F"} {
		if got := read(other, now); got != nil {
			t.Errorf("of flow %s: %v", other, got)
		}
	}
	stop := errors.New("enough")
	if err := s.EachKept(t.Context(), "", now, func(store.Kept) error { return stop }, nil); err != stop {
		t.Errorf("got %v, want the error of the function", err)
	}
}
