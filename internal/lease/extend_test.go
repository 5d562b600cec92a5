package lease_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// extension is a run that extends another, "" for none.
func extension(id, of string) *run.Run {
	r := &run.Run{ID: id}
	if of != "" {
		r.Extends = &run.Extends{ID: of}
	}
	return r
}

// lives is a lease of runs, each of which extends another or none.
type lives struct {
	*testing.T
	l   *lease.Lease
	now time.Time
	of  map[string]string
}

func (s *lives) begin(id string) error {
	r := extension(id, s.of[id])
	if err := s.l.Admits(r); err != nil {
		return err
	}
	next, _, err := s.l.BeginGive(id, s.of[id] == "", lease.Most(r), s.now, s.now.Add(time.Minute))
	if err != nil {
		return err
	}
	next.HeldBy(r)
	s.l = next
	return nil
}

func (s *lives) end(id string) {
	s.Helper()
	next, err := s.l.EndGive(id, s.l.Attempt.Fence, lease.Recorded, "", s.now)
	if err != nil {
		s.Fatal(err)
	}
	s.l = next
}

func (s *lives) give(id string) {
	s.Helper()
	if err := s.begin(id); err != nil {
		s.Fatal(err)
	}
	s.end(id)
}

// take removes the access of a run, which was revoked or has ended, and reports whether
// the strategy is called.
func (s *lives) take(id string, revoked bool) bool {
	s.Helper()
	l := s.l
	if revoked {
		l = l.Revoke(id, s.now)
	}
	next, call, err := l.BeginTake(id, s.now, s.now.Add(time.Minute))
	if err != nil {
		s.Fatal(err)
	}
	s.l = next
	return call
}

func (s *lives) states() map[string]run.HoldState {
	all := map[string]run.HoldState{}
	for _, h := range s.l.Holders {
		all[h.RunID] = h.State
	}
	return all
}

// TestExtending has an extension take access over, against the end and the revoke of what
// it extends at each point: one run holds the access at any time, without a gap, and none
// after a revoke.
func TestExtending(t *testing.T) {
	const give, begin, end, over, revoke = "give", "begin", "end", "is over", "revoke"
	type step struct{ what, id string }
	for name, tt := range map[string]struct {
		steps []step
		// called is whether the last step calls the strategy, refused whether it is refused.
		called, refused bool
		want            map[string]run.HoldState
	}{
		"taken over": {steps: []step{{give, "a"}, {give, "b"}}, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Held}},
		"the end of what was taken over": {
			steps: []step{{give, "a"}, {give, "b"}, {over, "a"}}, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Held},
		},
		"the end of the extension": {
			steps: []step{{give, "a"}, {give, "b"}, {over, "b"}}, called: true, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Taking},
		},
		"the revoke of the extension": {
			steps: []step{{give, "a"}, {give, "b"}, {revoke, "b"}}, called: true, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Taking},
		},
		"a revoke that was accepted before it was taken over": {
			steps: []step{{give, "a"}, {give, "b"}, {revoke, "a"}}, called: true, want: map[string]run.HoldState{"a": run.Taking, "b": run.Dropped},
		},
		"a revoke before a chain took it over": {
			steps: []step{{give, "a"}, {give, "b"}, {give, "c"}, {revoke, "a"}}, called: true, want: map[string]run.HoldState{"a": run.Taking, "b": run.Dropped, "c": run.Dropped},
		},
		"a revoke while it is being extended": {
			steps: []step{{give, "a"}, {begin, "b"}, {revoke, "a"}}, called: true, want: map[string]run.HoldState{"a": run.Taking, "b": run.Dropped},
		},
		"the end while it is being extended": {
			steps: []step{{give, "a"}, {begin, "b"}, {over, "a"}}, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Giving},
		},
		"extended after the end had begun": {
			steps: []step{{give, "a"}, {begin, "b"}, {over, "a"}, {end, "b"}}, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Held},
		},
		"an extension that fails":        {steps: []step{{give, "a"}, {begin, "b"}, {over, "b"}}, want: map[string]run.HoldState{"a": run.Held, "b": run.Dropped}},
		"an extension after the end":     {steps: []step{{give, "a"}, {over, "a"}, {begin, "b"}}, refused: true, called: false, want: map[string]run.HoldState{"a": run.Taking}},
		"an extension after the revoke":  {steps: []step{{give, "a"}, {revoke, "a"}, {begin, "b"}}, refused: true, want: map[string]run.HoldState{"a": run.Taking}},
		"an extension of nothing":        {steps: []step{{begin, "b"}}, refused: true, want: map[string]run.HoldState{}},
		"an extension of what is given":  {steps: []step{{begin, "a"}, {begin, "b"}}, refused: true, want: map[string]run.HoldState{"a": run.Giving}},
		"two requests that overlap":      {steps: []step{{give, "a"}, {give, "x"}, {give, "b"}, {revoke, "b"}}, want: map[string]run.HoldState{"a": run.Dropped, "x": run.Held, "b": run.Dropped}},
		"the revoke of another request":  {steps: []step{{give, "a"}, {give, "x"}, {give, "b"}, {revoke, "x"}}, want: map[string]run.HoldState{"a": run.Dropped, "x": run.Dropped, "b": run.Held}},
		"revoked when it has ended":      {steps: []step{{give, "a"}, {give, "b"}, {give, "x"}, {over, "b"}, {revoke, "a"}}, want: map[string]run.HoldState{"a": run.Dropped, "b": run.Dropped, "x": run.Held}},
		"revoked, and begun to be given": {steps: []step{{give, "a"}, {give, "b"}, {begin, "c"}, {revoke, "a"}}, called: true, want: map[string]run.HoldState{"a": run.Taking, "b": run.Dropped, "c": run.Dropped}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &lives{T: t, l: lease.New(lease.Key{}), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), of: map[string]string{"b": "a", "c": "b"}}
			var called bool
			var refused error
			for _, step := range tt.steps {
				called, refused = false, nil
				switch step.what {
				case give:
					s.give(step.id)
				case begin:
					refused = s.begin(step.id)
				case end:
					s.end(step.id)
				default:
					called = s.take(step.id, step.what == revoke)
				}
			}
			if errors.As(refused, new(lease.NothingToExtend)) != tt.refused {
				t.Errorf("refused: %v, want %v", refused, tt.refused)
			}
			if last := tt.steps[len(tt.steps)-1].what; called != tt.called && (last == over || last == revoke) {
				t.Errorf("the strategy is called: %v, want %v", called, tt.called)
			}
			got := s.states()
			for id, want := range tt.want {
				if got[id] != want {
					t.Errorf("%s is %q, want %q", id, got[id], want)
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("the lease has %v, want %v", got, tt.want)
			}
		})
	}
}

// A run that ends while an extension is being granted names the extension, and never says that
// it was taken over: the grant may still fail.
func TestTheEndWhileItIsExtended(t *testing.T) {
	s := &lives{T: t, l: lease.New(lease.Key{}), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), of: map[string]string{"b": "a"}}
	s.give("a")
	if err := s.begin("b"); err != nil {
		t.Fatal(err)
	}
	s.take("a", false)
	for _, when := range []string{"at its end", "once the extension is granted"} {
		if h := s.l.Of("a"); h.State != run.Dropped || h.TakenOverBy != "" || h.How != "Run b holds it too, and goes on." {
			t.Errorf("%s: %+v", when, h)
		}
		if when == "at its end" {
			s.end("b")
		}
	}
}

// A run that lost the access elsewhere says where.
func TestElsewhere(t *testing.T) {
	s := &lives{T: t, l: lease.New(lease.Key{}), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), of: map[string]string{"b": "a"}}
	s.give("a")
	s.give("b")
	if h := s.l.Of("a"); h.TakenOverBy != "b" {
		t.Errorf("a was taken over by %q", h.TakenOverBy)
	}
	s.take("a", true)
	if a, b := s.l.Of("a"), s.l.Of("b"); b.RevokedWith != "a" || a.Elsewhere() {
		t.Errorf("b was revoked with %q; a is elsewhere: %v", b.RevokedWith, a.Elsewhere())
	}
	if _, call, err := s.l.BeginGive("b", false, 0, s.now, s.now.Add(time.Minute)); call || err != nil {
		t.Errorf("b is given again after the revoke: %v %v", call, err)
	}
}

// A full lease takes an extension: it takes the place of what it extends.
func TestExtendingAFullLease(t *testing.T) {
	s := &lives{T: t, l: lease.New(lease.Key{}), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), of: map[string]string{"b": "a"}}
	r := extension("b", "a")
	r.Flow.Holders = 1
	s.give("a")
	if _, _, err := s.l.BeginGive("x", false, 1, s.now, s.now.Add(time.Minute)); !errors.As(err, new(lease.Full)) {
		t.Errorf("another request: %v", err)
	}
	if _, _, err := s.l.BeginGive("b", false, lease.Most(r), s.now, s.now.Add(time.Minute)); err != nil {
		t.Errorf("the extension: %v", err)
	}
}
