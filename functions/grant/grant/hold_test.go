package grant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/grant/grant"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// table keeps runs and leases as the real one does.
type table struct {
	runs    map[string]*run.Run
	leases  map[lease.Key][]byte
	loads   int
	outputs map[string]store.Output
	// crash has the write of a lease with an output fail, before it has an effect.
	crash bool
}

func (t *table) LoadOutput(_ context.Context, id string) (store.Output, error) {
	return t.outputs[id], nil
}

func (t *table) SaveLeaseAndOutput(ctx context.Context, l *lease.Lease, id string, o store.Output) error {
	if t.crash {
		t.crash = false
		return errors.New("the connection was closed")
	}
	if err := t.SaveLease(ctx, l); err != nil {
		return err
	}
	if t.outputs[id] = o; o.None() {
		delete(t.outputs, id)
	}
	return nil
}

func (t *table) DeleteOutput(_ context.Context, id string) error { delete(t.outputs, id); return nil }

func (t *table) Load(_ context.Context, id string) (*run.Run, error) {
	t.loads++
	if r, there := t.runs[id]; there {
		return r, nil
	}
	return nil, store.ErrNotFound
}

func (t *table) LoadLease(_ context.Context, k lease.Key) (*lease.Lease, error) {
	l := lease.New(k)
	if raw := t.leases[k]; raw != nil {
		return l, json.Unmarshal(raw, l)
	}
	return l, nil
}

func (t *table) SaveLease(_ context.Context, l *lease.Lease) error {
	raw, err := run.Encode(l)
	if err == nil && len(raw) > 400<<10 {
		return errors.New("ValidationException: Item size has exceeded the maximum allowed size")
	}
	t.leases[l.Key] = raw
	return err
}

// target is what the strategy grants access to, and what others change.
type target struct {
	has bool
	// crash has the next give fail after it has had its effect.
	crash bool
}

func (g *target) Give(ctx context.Context, _ strategy.Access, l strategy.Ledger) (strategy.Given, error) {
	if g.has {
		return strategy.Given{}, nil
	}
	if err := l.Creating(ctx, "user:u1"); err != nil {
		return strategy.Given{}, err
	}
	g.has = true
	if g.crash {
		g.crash = false
		return strategy.Given{}, errors.New("the connection was closed")
	}
	return strategy.Given{Created: true}, nil
}

func (g *target) Take(context.Context, strategy.Access, strategy.Ledger) (strategy.Gone, error) {
	g.has = false
	return strategy.Gone{How: "The assignment is gone.", Sessions: time.Hour}, nil
}

func (g *target) Has(context.Context, strategy.Access) (bool, error) { return g.has, nil }

func (g *target) Outlasts() string { return "A session may outlast it." }

// function is a strategy function of version 1: it does not say what it made.
type function struct{ *target }

func (f function) Give(context.Context, strategy.Access, strategy.Ledger) (strategy.Given, error) {
	f.has = true
	if f.crash {
		f.crash = false
		return strategy.Given{}, errors.New("the connection was closed")
	}
	return strategy.Given{}, nil
}

func (f function) Look(context.Context, strategy.Access) (bool, error) { return f.has, nil }

// stand is one access and those who give and take it.
type stand struct {
	*testing.T
	table  *table
	target *target
	h      *grant.Handler
	now    time.Time
}

func newStand(t *testing.T, blind bool) *stand {
	s := &stand{
		T: t, table: &table{runs: map[string]*run.Run{}, leases: map[lease.Key][]byte{}, outputs: map[string]store.Output{}}, target: &target{},
		now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
	var kind strategy.Strategy = s.target
	if blind {
		kind = function{s.target}
	}
	s.h = grant.New(grant.Deps{
		Store: s.table, Strategies: strategy.Set{"identity-center": kind},
		Now: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler),
	})
	return s
}

func (s *stand) run(id string) *run.Run {
	r, there := s.table.runs[id]
	if !there {
		r = &run.Run{
			ID: id, Status: run.Approved, DurationSeconds: 3600, Requester: run.Person{ID: "ada", Email: "ada@example.com"},
			Flow:   run.Flow{Name: "f", Holders: 5, Strategy: json.RawMessage(`{"type":"identity-center"}`)},
			Fields: map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod"}`)},
		}
		s.table.runs[id] = r
	}
	return r
}

func (s *stand) give(id string) error {
	s.run(id).Engine.Next = run.NextGrant
	_, err := s.h.Handle(s.Context(), step.GrantRequest{Version: 2, Operation: "give", RunID: id})
	return err
}

func (s *stand) take(id string) {
	s.Helper()
	s.run(id).Engine.Next = run.NextTakeBack
	if answer, err := s.h.Handle(s.Context(), step.GrantRequest{Version: 2, Operation: "take", RunID: id}); err != nil || !answer.(step.Taken).Gone {
		s.Fatalf("take of %s: %+v %v", id, answer, err)
	}
}

func (s *stand) hold(id string) run.Hold {
	s.Helper()
	key, err := lease.KeyOf(s.run(id))
	if err != nil {
		s.Fatal(err)
	}
	l, err := s.table.LoadLease(s.Context(), key)
	if err != nil {
		s.Fatal(err)
	}
	return l.Of(id)
}

func (s *stand) gives(id string) {
	s.Helper()
	if err := s.give(id); err != nil {
		s.Fatalf("give of %s: %v", id, err)
	}
}

// Access that was there before stays, and what a give made anew is taken, in
// whatever way somebody outside changed it meanwhile.
func TestWhatAGiveMadeIsTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		play  func(s *stand)
		stays bool
	}{
		"nothing was there": {func(s *stand) { s.gives("a"); s.take("a") }, false},
		"it was there":      {func(s *stand) { s.target.has = true; s.gives("a"); s.take("a") }, true},
		"removed while a holds it, and made anew for b": {func(s *stand) {
			s.target.has = true
			s.gives("a")
			s.target.has = false
			s.gives("b")
			s.take("a")
			s.take("b")
		}, false},
		"likewise, and b ends first": {func(s *stand) {
			s.target.has = true
			s.gives("a")
			s.target.has = false
			s.gives("b")
			s.take("b")
			s.take("a")
		}, false},
		"removed within 15 minutes after the end of a": {func(s *stand) {
			s.target.has = true
			s.gives("a")
			s.take("a")
			s.target.has = false
			s.now = s.now.Add(10 * time.Minute)
			s.gives("b")
			s.take("b")
		}, false},
		"the give that made it anew failed": {func(s *stand) {
			s.target.has = true
			s.gives("a")
			s.target.has, s.target.crash = false, true
			if s.give("b") == nil {
				s.Fatal("given")
			}
			s.now = s.now.Add(3 * time.Minute)
			s.take("b")
			s.take("a")
		}, false},
		"the give that made it failed, and found it the next time": {func(s *stand) {
			s.target.crash = true
			if s.give("a") == nil {
				s.Fatal("given")
			}
			s.gives("a")
			s.now = s.now.Add(3 * time.Minute)
			s.take("a")
		}, false},
		"given by somebody else after the end of a": {func(s *stand) {
			s.gives("a")
			s.take("a")
			s.target.has = true
			s.now = s.now.Add(10 * time.Minute)
			s.gives("b")
			s.take("b")
		}, true},
		"it was there, and two hold it": {func(s *stand) {
			s.target.has = true
			s.gives("a")
			s.gives("b")
			s.take("a")
			s.take("b")
		}, true},
		"the second of two finds what the first made": {func(s *stand) { s.gives("a"); s.gives("b"); s.take("a"); s.take("b") }, false},
	} {
		for _, blind := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, blind %v", name, blind), func(t *testing.T) {
				s := newStand(t, blind)
				tc.play(s)
				s.now = s.now.Add(5 * time.Minute)
				if s.target.has != tc.stays {
					t.Errorf("it is there: %v, want %v", s.target.has, tc.stays)
				}
			})
		}
	}
}

// A run whose access is removed before its give has looked removes nothing.
func TestATakeBeforeTheGiveHasLooked(t *testing.T) {
	s := newStand(t, false)
	s.target.has = true
	key, _ := lease.KeyOf(s.run("a"))
	l, _ := s.table.LoadLease(t.Context(), key)
	next, _, err := l.BeginGive("a", false, 0, s.now, s.now.Add(time.Minute))
	if err != nil || s.table.SaveLease(t.Context(), next) != nil {
		t.Fatal(err)
	}
	s.take("a")
	if !s.target.has || s.hold("a").How != "None was given." {
		t.Errorf("standing access is there: %v; %q", s.target.has, s.hold("a").How)
	}
}

// More runs than may hold an access are refused with the number, and ended.
func TestTheLimitOfHolders(t *testing.T) {
	s := newStand(t, false)
	for n := range 5 {
		s.gives(fmt.Sprintf("r%d", n))
	}
	err := s.give("r5")
	var unable step.Unable
	if !errors.As(err, &unable) || !strings.Contains(string(unable), "5 requests hold this access already") {
		t.Errorf("got %v", err)
	}
	s.take("r5")
	for n := range 5 {
		s.take(fmt.Sprintf("r%d", n))
	}
	if s.target.has {
		t.Error("it is there still")
	}
}

// What is known about the end is on record: how, and until when sessions last.
func TestTheEndIsOnRecord(t *testing.T) {
	s := newStand(t, false)
	s.gives("a")
	if how := s.hold("a").How; how != "Its presence was read back. A session may outlast it." {
		t.Errorf("it is given: %s", how)
	}
	s.take("a")
	h := s.hold("a")
	if want := s.now.Add(time.Hour); !h.SessionsUntil.Equal(want) || h.How != "The assignment is gone. A session begun before may last until 2026-11-23T11:00:00Z." {
		t.Errorf("%+v", h)
	}
}

// Ended access is read once more also where the first run that held it is not kept
// any more.
func TestACheckWithoutTheFirstRun(t *testing.T) {
	s := newStand(t, false)
	s.gives("a")
	s.gives("b")
	s.take("a")
	s.take("b")
	key, err := lease.KeyOf(s.run("a"))
	if err != nil {
		t.Fatal(err)
	}
	delete(s.table.runs, "a")
	s.target.has = true // by a call that came late
	s.now = s.now.Add(16 * time.Minute)
	answer, err := s.h.Handle(t.Context(), step.GrantRequest{Version: 2, Operation: "check", Lease: &key})
	if err != nil || !answer.(step.Checked).Found || s.target.has {
		t.Errorf("%+v %v; it is there: %v", answer, err, s.target.has)
	}
}
