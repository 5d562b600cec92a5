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

// The claim of a scheduled message is listed: it may be scheduled, and its id not stored.
func TestClaimOfAScheduledMessageIsListed(t *testing.T) {
	s := open(t)
	reminder := store.SlackCopy{Kind: store.SlackRemind, Due: start.Add(time.Hour)}
	if claimed, err := s.ClaimSlackCopy(t.Context(), "r1", reminder, start); err != nil || !claimed {
		t.Fatal(claimed, err)
	}
	got, err := s.SlackCopies(t.Context(), "r1")
	if diff := cmp.Diff([]store.SlackCopy{reminder}, got); err != nil || diff != "" {
		t.Errorf("%v; -want +got:\n%s", err, diff)
	}
}

// What Slack said of a user is used for a day.
func TestSlackUserIsKeptForADay(t *testing.T) {
	s := open(t)
	ada := store.SlackUser{Team: "T1", ID: "U1", Email: "ada@example.com", At: start}
	nobody := store.SlackUser{Why: "no Slack user has this address", At: start}
	for email, u := range map[string]store.SlackUser{"ada@example.com": ada, "eve@example.com": nobody} {
		if err := s.SaveSlackUserByEmail(t.Context(), email, u); err != nil {
			t.Fatal(err)
		}
	}
	day := start.Add(24 * time.Hour)
	for _, tc := range []struct {
		email string
		at    time.Time
		want  store.SlackUser
		known bool
	}{
		{"ada@example.com", day.Add(-time.Second), ada, true},
		{"ada@example.com", day, store.SlackUser{}, false},
		{"eve@example.com", start, nobody, true},
		{"grace@example.com", start, store.SlackUser{}, false},
	} {
		if got, known, err := s.SlackUserByEmail(t.Context(), tc.email, tc.at); err != nil || known != tc.known || got != tc.want {
			t.Errorf("%s at %s: got %+v, %v, %v", tc.email, tc.at, got, known, err)
		}
	}
}

// An App Home is kept up to date for some hours after it was opened.
func TestSlackHomes(t *testing.T) {
	s := open(t)
	ada, grace := store.SlackHome{Team: "T1", User: "U1", Email: "ada@example.com"}, store.SlackHome{Team: "T1", User: "U2"}
	for _, err := range []error{s.SaveSlackHome(t.Context(), ada, start), s.SaveSlackHome(t.Context(), grace, start.Add(-time.Hour))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[time.Duration][]store.SlackHome{0: {ada, grace}, 7 * time.Hour: {ada}, 8 * time.Hour: nil} {
		got, err := s.SlackHomes(t.Context(), start.Add(at))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("after %s: %v; -want +got:\n%s", at, err, diff)
		}
	}
}
