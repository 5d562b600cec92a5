package grant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/grant/grant"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// teller is a strategy function of version 2, which keeps its calls.
type teller struct {
	has  bool
	told []strategy.Access
}

func (f *teller) Give(_ context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Given, error) {
	created := !f.has
	f.has, f.told = true, append(f.told, a)
	return strategy.Given{Created: created, Found: !created, Output: json.RawMessage(`{"user":"u"}`), Sensitive: json.RawMessage(`"s3cret"`)}, nil
}

func (f *teller) Take(_ context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	f.has, f.told = false, append(f.told, a)
	return strategy.Gone{}, nil
}

func (f *teller) Look(context.Context, strategy.Access) (bool, error) { return f.has, nil }
func (f *teller) Has(context.Context, strategy.Access) (bool, error)  { return f.has, nil }

// newTeller is a stand whose runs have such a strategy, and a key that turns texts
// around.
func newTeller(t *testing.T) (*stand, *teller) {
	s, f := newStand(t, true), &teller{}
	s.h = grant.New(grant.Deps{
		Store: s.table, Strategies: strategy.Set{"lambda": f}, Now: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler),
		Seal: func(_ context.Context, runID string, plain []byte) ([]byte, error) {
			return []byte(runID + " sealed " + string(bytes.ToUpper(plain))), nil
		},
	})
	return s, f
}

// byTeller has a run's flow name the function.
func (s *stand) byTeller(id string) string {
	r := s.run(id)
	r.Flow.Strategy = json.RawMessage(`{"type":"lambda","function":"f","version":2,"fields":["token"]}`)
	r.Fields["service"], r.Reason = json.RawMessage(`"billing"`), "why"
	r.Sensitive = map[string]json.RawMessage{"token": json.RawMessage(`"t"`), "pin": json.RawMessage(`"p"`)}
	r.Decision = &run.Decision{Event: run.Approve, By: run.Actor{Type: run.HookActor, ID: "on_request"}}
	return id
}

// The output is stored with the access, the sensitive part encrypted; the end takes
// the sensitive part at once, and the check of the lease the rest.
func TestTheLifeOfAnOutput(t *testing.T) {
	s, f := newTeller(t)
	s.gives(s.byTeller("a"))
	if o := s.table.outputs["a"]; string(o.Output) != `{"user":"u"}` || string(o.Sensitive) != `a sealed "S3CRET"` {
		t.Fatalf("stored %s and %s", o.Output, o.Sensitive)
	}
	s.take("a")
	if o := s.table.outputs["a"]; o.Sensitive != nil || o.Output == nil || o.Ended.IsZero() {
		t.Errorf("after the end: %+v", o)
	}
	give, take := f.told[0], f.told[1]
	if string(give.Fields["token"]) != `"t"` || give.Fields["pin"] != nil || give.Reason != "why" || len(give.ApprovedBy) != 1 || give.CreatedByUs {
		t.Errorf("give was told %+v", give)
	}
	if string(take.Output) != `{"user":"u"}` || !take.CreatedByUs {
		t.Errorf("take was told %+v", take)
	}
	s.now = s.now.Add(16 * time.Minute)
	s.run("a").Status, s.run("a").Engine.Next = run.Ended, run.NextEnded
	key, err := lease.KeyOf(s.run("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.h.Handle(t.Context(), step.GrantRequest{Version: 3, Operation: step.Check, Lease: &key}); err != nil || len(s.table.outputs) > 0 {
		t.Errorf("after the check: %+v %v", s.table.outputs, err)
	}
}

// A give whose write is lost is made again, and leaves the output then.
func TestAnOutputWhoseWriteIsLost(t *testing.T) {
	s, f := newTeller(t)
	s.byTeller("a")
	s.table.crash = true
	if err := s.give("a"); err == nil || len(s.table.outputs) > 0 || s.hold("a").State != run.Giving {
		t.Fatalf("%v; stored %+v", err, s.table.outputs)
	}
	s.gives("a")
	if s.table.outputs["a"].Sensitive == nil || len(f.told) != 2 {
		t.Errorf("stored %+v after %d calls", s.table.outputs, len(f.told))
	}
	s.now = s.now.Add(3 * time.Minute) // the first give is over
	s.take("a")
	if f.has || s.table.outputs["a"].Sensitive != nil {
		t.Errorf("the access is there: %v; stored %+v", f.has, s.table.outputs)
	}
}

// A run that shares an access loses its output when it drops its part, also where
// the access stays.
func TestAnOutputEndsWithItsRun(t *testing.T) {
	s, f := newTeller(t)
	s.gives(s.byTeller("a"))
	s.gives(s.byTeller("b"))
	s.take("a")
	if !f.has || s.table.outputs["a"].Sensitive != nil || s.table.outputs["b"].Sensitive == nil {
		t.Errorf("the access is there: %v; stored %+v", f.has, s.table.outputs)
	}
	s.take("b")
	if f.has || s.table.outputs["b"].Sensitive != nil {
		t.Errorf("the access is there: %v; stored %+v", f.has, s.table.outputs)
	}
}

// Without a key a sensitive output is stored nowhere: the request fails, and its
// access is taken.
func TestASensitiveOutputWithoutAKey(t *testing.T) {
	s, f := newTeller(t)
	s.h.Seal = nil
	s.byTeller("a")
	err := s.give("a")
	if unable, is := errors.AsType[step.Unable](err); !is || !strings.Contains(string(unable), "StrategyFunctionArns") || len(s.table.outputs) > 0 {
		t.Errorf("got %v; stored %+v", err, s.table.outputs)
	}
	s.take("a")
	if f.has {
		t.Error("the access is there")
	}
}
