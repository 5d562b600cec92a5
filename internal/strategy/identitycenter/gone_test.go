package identitycenter_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// AWS can't delete an assignment of a user who was deleted, and lists it for ever;
// it grants nobody access.
func TestADeletedUserIsTheEndOfAccess(t *testing.T) {
	c := newCenter()
	s := identitycenter.New(c, c, time.Millisecond)
	a, l := access("ada@example.com", "arn:i", "d-1", "arn:p"), &ledger{}
	if _, err := s.Give(t.Context(), a, l); err != nil {
		t.Fatal(err)
	}
	a.Requests = l.notes
	c.user, c.deleted = "", []string{"u1"}
	gone, err := s.Take(t.Context(), a, l)
	if err != nil || !strings.Contains(gone.How, "The user no longer exists in Identity Center") {
		t.Fatalf("%+v %v", gone, err)
	}
	if has, err := s.Has(t.Context(), a); err != nil || has || !c.assigned["u1"] {
		t.Errorf("has is %v, %v; still listed: %v", has, err, c.assigned["u1"])
	}
	// Somebody else who gets the e-mail has nothing of it, and keeps what is theirs.
	c.user, c.assigned["u2"] = "u2", true
	if _, err := s.Take(t.Context(), a, l); err != nil || !c.assigned["u2"] {
		t.Errorf("%v; another user's standing access is there: %v", err, c.assigned["u2"])
	}
}

// A deletion that fails for another reason is no end of access.
func TestAFailedDeletionOfAUserWhoExistsIsTriedAgain(t *testing.T) {
	c := newCenter()
	s := identitycenter.New(c, c, time.Millisecond)
	a, l := access("ada@example.com", "arn:i", "d-1", "arn:p"), &ledger{}
	if _, err := s.Give(t.Context(), a, l); err != nil {
		t.Fatal(err)
	}
	a.Requests, c.fail = l.notes, "Received a 404 status error: it was not found in directory"
	if _, err := s.Take(t.Context(), a, l); err == nil || !strings.Contains(err.Error(), "could not delete") {
		t.Errorf("got %v", err)
	}
	if has, err := s.Has(t.Context(), a); err != nil || !has {
		t.Errorf("has is %v, %v", has, err)
	}
}

// A give reports whether it made the assignment, as it was once what was going on
// had settled, and makes none that is not on record first.
func TestAGiveSaysWhetherItMadeTheAssignment(t *testing.T) {
	a := access("ada@example.com", "arn:i", "d-1", "arn:p")
	for name, tc := range map[string]struct {
		before  func(c *center)
		created bool
		made    []string
	}{
		"nothing was there":    {func(*center) {}, true, []string{"user:u1"}},
		"it was there":         {func(c *center) { c.assigned["u1"] = true }, false, nil},
		"it was being deleted": {func(c *center) { c.assigned["u1"] = true; c.slow = 3; c.begin(false, "u1"); c.slow = 0 }, true, []string{"user:u1"}},
		"it was being created": {func(c *center) { c.slow = 3; c.begin(true, "u1"); c.slow = 0 }, false, nil},
		"somebody else had it": {func(c *center) { c.assigned["u2"] = true }, true, []string{"user:u1"}},
		"a deletion had failed": {func(c *center) {
			c.assigned["u1"] = true
			c.fail = "x"
			_, _ = c.describe(c.begin(false, "u1"))
			c.fail = ""
		}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, l := newCenter(), &ledger{}
			tc.before(c)
			given, err := identitycenter.New(c, c, time.Millisecond).Give(t.Context(), a, l)
			if err != nil || given.Created != tc.created || !slices.Equal(l.made, tc.made) || !c.assigned["u1"] {
				t.Errorf("created is %v, %v; made for %v; there: %v", given.Created, err, l.made, c.assigned["u1"])
			}
		})
	}
	c := newCenter()
	if _, err := identitycenter.New(c, c, time.Millisecond).Give(t.Context(), a, &ledger{stale: true}); err == nil || len(c.ops) > 0 {
		t.Errorf("made although it could not be put on record: %v", err)
	}
}

// What the person had by another user, or has by the one that the e-mail names
// meanwhile, is not taken.
func TestOnlyWhatWasMadeIsTaken(t *testing.T) {
	c, l := newCenter(), &ledger{}
	s, a := identitycenter.New(c, c, time.Millisecond), access("ada@example.com", "arn:i", "d-1", "arn:p")
	if _, err := s.Give(t.Context(), a, l); err != nil {
		t.Fatal(err)
	}
	c.user, c.assigned["u2"] = "u2", true
	a.Requests = l.notes
	if _, err := s.Take(t.Context(), a, l); err != nil {
		t.Fatal(err)
	}
	if has, err := s.Has(t.Context(), a); err != nil || has || c.assigned["u1"] || !c.assigned["u2"] {
		t.Errorf("has is %v, %v; assigned are %v", has, err, c.assigned)
	}
}

// A session outlasts its assignment: a take says for how long at most.
func TestATakeSaysHowLongSessionsLast(t *testing.T) {
	for set, want := range map[string]time.Duration{
		"": time.Hour, "PT8H": 8 * time.Hour, "PT1H30M": 90 * time.Minute, "PT3600S": time.Hour,
		"PT": 12 * time.Hour, "8h": 12 * time.Hour, "forbidden": 12 * time.Hour,
	} {
		c := newCenter()
		c.assigned["u1"], c.session = true, set
		gone, err := identitycenter.New(c, c, time.Millisecond).Take(t.Context(), access("ada@example.com", "arn:i", "d-1", "arn:p"), nil)
		if err != nil || gone.Sessions != want || gone.SessionsOf != "u1" || gone.How != "The assignment is gone." {
			t.Errorf("%q: %+v %v, want %s", set, gone, err, want)
		}
	}
	c := newCenter()
	c.gone = true
	if gone, err := identitycenter.New(c, c, time.Millisecond).Take(t.Context(), access("ada@example.com", "arn:i", "d-1", "arn:p"), nil); err != nil || gone.Sessions != 0 {
		t.Errorf("the permission set is deleted: %+v %v", gone, err)
	}
}
