package store_test

import (
	"strings"
	"testing"
	"time"
)

// A mark ends by itself, also while DynamoDB has not deleted it.
func TestBadAddress(t *testing.T) {
	s := open(t)
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	if why, err := s.BadAddress(t.Context(), "grace@example.com", now); why != "" || err != nil {
		t.Errorf("nothing bounced, and %q (%v)", why, err)
	}
	if err := s.MarkAddress(t.Context(), "grace@example.com", "mail bounced: "+strings.Repeat("550\r\n", 1000), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for at, marked := range map[time.Time]bool{now: true, now.Add(59 * time.Minute): true, now.Add(time.Hour): false} {
		why, err := s.BadAddress(t.Context(), "grace@example.com", at)
		if err != nil || (why != "") != marked || strings.Contains(why, "\n") || len(why) > 210 {
			t.Errorf("at %v: %q (%v), want marked %v", at, why, err, marked)
		}
	}
	if why, err := s.BadAddress(t.Context(), "ada@example.com", now); why != "" || err != nil {
		t.Errorf("another address is marked: %q (%v)", why, err)
	}
}
