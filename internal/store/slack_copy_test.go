package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// A copy is claimed by one call, and again only if that call died before it stored it.
func TestSlackCopyIsClaimedOnce(t *testing.T) {
	s := open(t)
	card := store.SlackCopy{Kind: store.SlackCard, Key: "000002#C1"}
	claim := func(at time.Time, want bool) {
		t.Helper()
		if got, err := s.ClaimSlackCopy(t.Context(), "r1", card, at); err != nil || got != want {
			t.Errorf("at %s: got %v, %v, want %v", at, got, err, want)
		}
	}
	claim(start, true)
	claim(start.Add(time.Second), false)
	claim(start.Add(time.Minute), true)
	if got, err := s.SlackCopies(t.Context(), "r1"); err != nil || len(got) > 0 {
		t.Errorf("a claim is listed as a copy: %v, %v", got, err)
	}
	card.Channel, card.TS = "C1", "1.2"
	if err := s.SaveSlackCopy(t.Context(), "r1", card, start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	claim(start.Add(time.Hour), false)
	view := store.SlackCopy{Kind: store.SlackView, Key: "V1", User: "U1"}
	if err := s.SaveSlackCopy(t.Context(), "r1", view, start); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveSlackCopy(t.Context(), "r2", view, start); err != nil {
		t.Fatal(err)
	}
	got, err := s.SlackCopies(t.Context(), "r1")
	if diff := cmp.Diff([]store.SlackCopy{card, view}, got); err != nil || diff != "" {
		t.Errorf("%v; -want +got:\n%s", err, diff)
	}
}

// What Slack said of a user is used for a day.
func TestSlackUserIsKeptForADay(t *testing.T) {
	s := open(t)
	ada := store.SlackUser{Team: "T1", ID: "U1", Email: "ada@example.com", At: start}
	if err := s.SaveSlackUser(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	nobody := store.SlackUser{Why: "no Slack user has this address", At: start}
	if err := s.SaveSlackUserByEmail(t.Context(), "eve@example.com", nobody); err != nil {
		t.Fatal(err)
	}
	check := func(what string, got store.SlackUser, there bool, err error, want store.SlackUser, known bool) {
		t.Helper()
		if err != nil || there != known || known && got != want {
			t.Errorf("%s: got %+v, %v, %v", what, got, there, err)
		}
	}
	day := start.Add(24 * time.Hour)
	u, there, err := s.SlackUser(t.Context(), "T1", "U1", day.Add(-time.Second))
	check("by id", u, there, err, ada, true)
	u, there, err = s.SlackUser(t.Context(), "T1", "U1", day)
	check("a day later", u, there, err, ada, false)
	u, there, err = s.SlackUser(t.Context(), "T2", "U1", start)
	check("of another team", u, there, err, ada, false)
	u, there, err = s.SlackUserByEmail(t.Context(), "eve@example.com", start)
	check("by e-mail", u, there, err, nobody, true)
	u, there, err = s.SlackUserByEmail(t.Context(), "ada@example.com", start)
	check("of another address", u, there, err, ada, false)
}
