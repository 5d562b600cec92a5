package store_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// A role that was noted is known for 30 days, also while the table still has its
// item afterwards.
func TestRolesOfIdentityCenter(t *testing.T) {
	tab := openTable(t)
	s, now := store.New(tab.client, tab.name), time.Now()
	known := func(id string, after time.Duration) bool {
		t.Helper()
		is, err := s.KnowsRole(t.Context(), id, now.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if known("AROA1", 0) {
		t.Error("it is known before it was noted")
	}
	for range 2 {
		if err := s.NoteRole(t.Context(), "AROA1", now); err != nil {
			t.Fatal(err)
		}
	}
	const month = 30 * 24 * time.Hour
	if !known("AROA1", 0) || !known("AROA1", month-time.Minute) || known("AROA2", 0) {
		t.Error("the role that was noted, and it alone, is known")
	}
	if known("AROA1", month) {
		t.Error("it is known for ever")
	}
}
