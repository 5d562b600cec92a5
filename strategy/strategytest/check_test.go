package strategytest_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// list is a strategy without mistakes. Each bug turns one on.
type list struct {
	mu     sync.Mutex
	access map[string]entry
	bug    string
}

type entry struct {
	has   bool
	fence int64
}

func (l *list) lock(r *strategy.Request) (entry, func(entry), error) {
	l.mu.Lock()
	key := r.Person.ID + " " + r.Target.ID
	e := l.access[key]
	if r.Fence < e.fence && l.bug != "takes stale calls" && r.Operation != strategy.OperationHas {
		l.mu.Unlock()
		return e, nil, strategy.ErrStale
	}
	return e, func(e entry) { l.access[key] = e; l.mu.Unlock() }, nil
}

func (l *list) give(_ context.Context, r *strategy.Request) (strategy.Given, error) {
	if l.bug == "no error for an unknown person" && strings.HasPrefix(r.Person.ID, "nobody") {
		return strategy.Given{}, strategy.Later(time.Second, "no such person")
	}
	if l.bug != "gives to anybody" && strings.HasPrefix(r.Person.ID, "nobody") {
		return strategy.Given{}, strategy.Refused("no user %s", r.Person.Email)
	}
	e, set, err := l.lock(r)
	if err != nil {
		return strategy.Given{}, err
	}
	given := strategy.Created()
	if e.has && l.bug != "always created" {
		given = strategy.Found()
	}
	set(entry{true, r.Fence})
	if l.bug == "output once" && e.has {
		return given, nil
	}
	return given.WithOutput(map[string]string{"user": "tmp_ada"}), nil
}

func (l *list) take(_ context.Context, r *strategy.Request) error {
	e, set, err := l.lock(r)
	if err != nil {
		return err
	}
	if !e.has && l.bug == "take fails when nothing is there" {
		set(e)
		return context.Canceled
	}
	set(entry{l.bug == "take leaves it", r.Fence})
	return nil
}

func (l *list) has(_ context.Context, r *strategy.Request) (bool, error) {
	e, set, err := l.lock(r)
	if err != nil {
		return false, err
	}
	set(e)
	return e.has, nil
}

func (l *list) functions() strategy.Functions {
	l.access = map[string]entry{}
	return strategy.Functions{Give: l.give, Take: l.take, Has: l.has}
}

func TestARightStrategyPasses(t *testing.T) {
	strategytest.Run(t, (&list{}).functions(), strategytest.Options{})
}

// Each mistake is found, in the case that is about it.
func TestMistakesAreFound(t *testing.T) {
	for bug, want := range map[string]string{
		"always created":                   "give, again: must return created: false",
		"output once":                      "give, again: must return the output again",
		"take leaves it":                   "has, after take: must return has_access: false",
		"take fails when nothing is there": "take, again: must return has_access: false",
		"takes stale calls":                "give, with a stale fence: must fail",
		"no error for an unknown person":   "give, to an unknown person: must refuse",
	} {
		t.Run(bug, func(t *testing.T) {
			l := &list{bug: bug}
			results := check(t, l.functions().Respond)
			if strategytest.Passed(results) || !found(results, want) {
				t.Errorf("%q was not found in %+v", want, results)
			}
		})
	}
}

func check(t *testing.T, respond func(context.Context, json.RawMessage) (json.RawMessage, error)) []strategytest.Result {
	t.Helper()
	return strategytest.Check(t.Context(), func(ctx context.Context, request []byte) ([]byte, error) { return respond(ctx, request) },
		strategytest.Options{Limit: 2 * time.Second})
}

func found(results []strategytest.Result, want string) bool {
	for _, r := range results {
		for _, m := range append(r.Mistakes, r.Notes...) {
			if strings.HasPrefix(r.Case+": "+m, want) {
				return true
			}
		}
	}
	return false
}

// Access to anybody is a note, and nobody keeps it.
func TestAccessForAnybodyIsTakenBack(t *testing.T) {
	l := &list{bug: "gives to anybody"}
	results := check(t, l.functions().Respond)
	if !strategytest.Passed(results) || !found(results, "give, to an unknown person: it granted access") {
		t.Errorf("got %+v", results)
	}
	for who, e := range l.access {
		if e.has {
			t.Errorf("%s has the access still", who)
		}
	}
}

// A person who has the access already keeps it.
func TestStandingAccessIsLeftAlone(t *testing.T) {
	l := &list{}
	f := l.functions()
	l.access["ada@example.com sample"] = entry{has: true}
	results := check(t, f.Respond)
	if len(results) != 1 || !found(results, "has, before anything: the person has the access already") || !l.access["ada@example.com sample"].has {
		t.Errorf("got %+v", results)
	}
}

// What is not a response is a mistake, and a function that is out of reach ends the
// check.
func TestResponsesThatAreNone(t *testing.T) {
	for response, want := range map[string]string{
		`[]`:                              "must be a JSON object",
		`{"has_access":"no"}`:             "has_access: must be a boolean",
		`{"has_access":false,"extra":1}`:  `unknown member "extra"`,
		`{"version":"1","has_access":no}`: "has_access",
		`{"version":"3"}`:                 `unsupported strategy contract version "3"; supported: "2"`,
	} {
		results := strategytest.Check(t.Context(), func(context.Context, []byte) ([]byte, error) { return []byte(response), nil }, strategytest.Options{})
		if !strings.Contains(strings.Join(results[0].Mistakes, "\n"), want) {
			t.Errorf("%s: got %q, want %q", response, results[0].Mistakes, want)
		}
	}
	results := strategytest.Check(t.Context(), func(context.Context, []byte) ([]byte, error) {
		return nil, strategytest.Unreachable{Err: context.Canceled}
	}, strategytest.Options{})
	if len(results) != 1 || strategytest.Passed(results) {
		t.Errorf("got %+v", results)
	}
}

// A function that does not respond in time is a mistake.
func TestASlowFunction(t *testing.T) {
	results := strategytest.Check(t.Context(), func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
		strategytest.Options{Limit: 10 * time.Millisecond})
	if !found(results, "has, before anything: no response within 10ms") {
		t.Errorf("got %+v", results)
	}
}
