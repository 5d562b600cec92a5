package membership

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// world is another system with one group that has levels, and the book.
type world struct {
	mu      sync.Mutex
	levels  map[string]int
	account string // that of ada
	pending bool   // invitations are not accepted
	entries map[string]book.Entry
	saves   int
	seconds int64
}

func newWorld() *world {
	return &world{levels: map[string]int{}, account: "u1", entries: map[string]book.Entry{}}
}

// actor is one invocation in the world. step is called before each call that it makes;
// an error ends it there.
type actor struct {
	*world
	step func() error
}

var errCrash = errors.New("crashed")

func (a actor) call(do func() error) error {
	if err := a.step(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return do()
}

func clone(e book.Entry) book.Entry {
	e.Members, e.Grants = maps.Clone(e.Members), maps.Clone(e.Grants)
	return e
}

func (a actor) Load(_ context.Context, key string) (e book.Entry, err error) {
	err = a.call(func() error { e = clone(a.entries[key]); return nil })
	return e, err
}

func (a actor) Save(_ context.Context, key string, e book.Entry) (book.Entry, error) {
	err := a.call(func() error {
		if a.entries[key].Version != e.Version {
			return book.ErrConflict
		}
		a.saves++
		e = clone(e)
		e.Version++
		a.entries[key] = e
		return nil
	})
	return e, err
}

// access is the membership at a level.
type access struct {
	actor
	level int
}

func (x access) Key() string                        { return "group" }
func (x access) Level() int                         { return x.level }
func (x access) Output(a Account) map[string]string { return map[string]string{"user": a.Name} }

func (x access) Find(_ context.Context, p strategy.Person) (a Account, err error) {
	if p.ID != "ada" {
		return Account{}, strategy.Refused("no such person")
	}
	err = x.call(func() error { a = Account{ID: x.account, Name: "Ada"}; return nil })
	return a, err
}

func (x access) Read(_ context.Context, id string) (s State, err error) {
	err = x.call(func() error {
		s = State{Level: x.levels[id]}
		if s.Level > 0 && x.pending {
			s.Unusable, s.Soon = "the invitation is pending", true
		}
		return nil
	})
	return s, err
}

func (x access) Write(_ context.Context, id string, level int) error {
	return x.call(func() error { x.levels[id] = level; return nil })
}

// functions are one invocation's. The target's id is its level.
func (w *world) functions(step func() error) strategy.Functions {
	a := actor{w, step}
	return functions(func(r *strategy.Request) (Access, error) {
		level := int(r.Target.ID[0] - '0')
		return access{a, level}, nil
	}, a, func(context.Context, time.Duration) error { return nil }, func() time.Time { return time.Unix(w.seconds, 0) })
}

func on() error { return nil }

// crashAt returns a step that fails from the nth call on.
func crashAt(n int) func() error {
	return func() error {
		if n--; n < 0 {
			return errCrash
		}
		return nil
	}
}

func ask(target string, fence int64, ours bool) *strategy.Request {
	return &strategy.Request{
		Version: strategy.Version, Fence: fence, Person: strategy.Person{ID: "ada"}, Target: strategy.Target{ID: target}, Held: strategy.Held{CreatedByUs: ours},
	}
}

// The functions keep the contract.
func TestContract(t *testing.T) {
	w := newWorld()
	strategytest.Run(t, w.functions(on), strategytest.Options{Person: strategy.Person{ID: "ada"}, Target: strategy.Target{ID: "1"}})
	if w.levels["u1"] != 0 {
		t.Error("access is left")
	}
}

// engine is what functions/grant does for one target: its lease.
type engine struct {
	fence   *int64
	target  string
	held    bool
	existed bool
	fresh   bool
	output  json.RawMessage
}

func (e *engine) next() int64 { *e.fence++; return *e.fence }

// give grants access as functions/grant does: it looks, grants, and reads back.
func (e *engine) give(t *rapid.T, w *world, crash func() func() error) bool {
	first := !e.held
	look := ask(e.target, 0, e.held && !e.existed)
	has, err := w.functions(crash()).Has(t.Context(), look)
	if err != nil {
		return false
	}
	if !e.held {
		e.held, e.existed = true, true
	}
	e.fresh = !has && e.existed && first
	if !has {
		e.existed = false
	}
	r := ask(e.target, e.next(), !e.existed && !e.fresh)
	given, err := w.functions(crash()).Give(t.Context(), r)
	if err != nil {
		return false
	}
	created, output := outcome(t, given)
	r.Held.CreatedByUs, r.Held.Output = r.Held.CreatedByUs || created, output
	if has, err := w.functions(crash()).Has(t.Context(), r); err != nil || !has {
		if err == nil {
			t.Fatalf("target %s was given, and is not there", e.target)
		}
		return false
	}
	e.output = output
	switch {
	case created:
		e.existed = false
	case e.fresh:
		e.existed = true
	}
	return true
}

// take removes access, until that works.
func (e *engine) take(t *rapid.T, w *world, crash func() func() error) {
	if !e.held {
		return
	}
	for try := 0; !e.existed; try++ {
		if try > 3 {
			crash = func() func() error { return on }
		}
		r := ask(e.target, e.next(), true)
		r.Held.Output = e.output
		if w.functions(crash()).Take(t.Context(), r) != nil {
			continue
		}
		has, err := w.functions(crash()).Has(t.Context(), r)
		if err == nil && has {
			t.Fatalf("target %s was taken, and is there", e.target)
		}
		if err == nil {
			break
		}
	}
	*e = engine{fence: e.fence, target: e.target}
}

// outcome reads what a give returns as the engine does.
func outcome(t *rapid.T, given strategy.Given) (created bool, output json.RawMessage) {
	f := strategy.Functions{Give: func(context.Context, *strategy.Request) (strategy.Given, error) { return given, nil }}
	raw, err := f.Respond(context.Background(), json.RawMessage(`{"version":"2","operation":"give","fence":1,"run":{"id":"r","flow":{"name":"f"}},"person":{"id":"a"},"target":{"id":"t"},"held":{"created_by_us":false}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := strategy.ReadResponse(strategy.OperationGive, raw)
	if err != nil {
		t.Fatal(err)
	}
	return *r.Created, r.Output
}

// Whatever crashes, and whatever somebody changes by hand: access that fasttrack made is
// gone when the last request ends, and access that was there before stays.
func TestCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, fence := newWorld(), int64(0)
		engines := []*engine{{fence: &fence, target: "1"}, {fence: &fence, target: "2"}, {fence: &fence, target: "2b"}}
		before := rapid.IntRange(0, 3).Draw(t, "before")
		w.levels["u1"] = before
		byHand := map[int]bool{before: true}
		crash := func() func() error {
			if rapid.IntRange(0, 2).Draw(t, "crashes") > 0 {
				return on
			}
			return crashAt(rapid.IntRange(0, 12).Draw(t, "at"))
		}
		touched := false
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			w.seconds += rapid.Int64Range(0, 100).Draw(t, "seconds")
			switch e := engines[rapid.IntRange(0, len(engines)-1).Draw(t, "engine")]; rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				for range 3 {
					if e.give(t, w, crash) {
						break
					}
				}
			case 3, 4:
				e.take(t, w, crash)
			case 5:
				touched = true
				w.seconds += 60 // until then it counts as fasttrack's
				level := rapid.IntRange(0, 3).Draw(t, "by hand")
				byHand[level] = true
				w.levels["u1"] = level
			}
		}
		for _, e := range engines {
			e.take(t, w, crash)
		}
		left := w.levels["u1"]
		if !touched && left != before {
			t.Fatalf("level %d is left, it was %d before", left, before)
		}
		if left != 0 && !byHand[left] {
			t.Fatalf("level %d is left, which nobody gave by hand: %v", left, byHand)
		}
	})
}

// gate lets one of several invocations make its next call at a time.
type gate struct {
	turn chan struct{}
	at   chan struct{}
}

func (g gate) step() error { g.at <- struct{}{}; <-g.turn; return nil }

// Calls that go on at the same time, in any order: once both are over, and the engine has
// taken again what it gave up on, nothing is left, and access that is held is there.
func TestOvertaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, fence := newWorld(), int64(10)
		targets := []string{"1", "2"}
		type call struct {
			target string
			give   bool
			fence  int64
			err    error
		}
		var calls []*call
		for range rapid.IntRange(2, 3).Draw(t, "calls") {
			fence++
			calls = append(calls, &call{target: rapid.SampledFrom(targets).Draw(t, "target"), give: rapid.Bool().Draw(t, "give"), fence: fence})
		}
		gates := make([]gate, len(calls))
		done := make([]chan struct{}, len(calls))
		for i, c := range calls {
			gates[i], done[i] = gate{make(chan struct{}), make(chan struct{})}, make(chan struct{})
			known := slices.ContainsFunc(calls[:i], func(before *call) bool { return before.target == c.target })
			go func() {
				defer close(done[i])
				f, r := w.functions(gates[i].step), ask(c.target, c.fence, known)
				if c.give {
					_, c.err = f.Give(context.Background(), r)
				} else {
					r.Held.CreatedByUs = true
					c.err = f.Take(context.Background(), r)
				}
			}()
			<-gates[i].at
		}
		for open := indexes(calls); len(open) > 0; {
			n := rapid.IntRange(0, len(open)-1).Draw(t, "turn")
			gates[open[n]].turn <- struct{}{}
			select {
			case <-gates[open[n]].at:
			case <-done[open[n]]:
				open = slices.Delete(open, n, n+1)
			}
		}
		last := map[string]*call{}
		for _, c := range calls {
			last[c.target] = c
		}
		want := 0
		for target, c := range last {
			if c.give && c.err == nil {
				want = max(want, int(target[0]-'0'))
			}
		}
		if got := w.levels["u1"]; got < want {
			t.Fatalf("level %d, want %d", got, want)
		}
		for _, target := range targets {
			fence++
			r := ask(target, fence, true)
			if err := w.functions(on).Take(context.Background(), r); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.levels["u1"]; got != 0 {
			t.Fatalf("level %d is left", got)
		}
	})
}

func indexes[T any](of []T) []int {
	var all []int
	for i := range of {
		all = append(all, i)
	}
	return all
}
