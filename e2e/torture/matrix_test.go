package torture

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
)

// often are calls that are made again and again while something is waited for:
// past these many, one is like the other.
var often = map[string]int{"ApproveFunction GetItem": 2, "RequestFunction GetItem": 1, "RequestFunction Query": 3, "ReconcileFunction Query": 2, "RecordFunction Query": 24}

// calls plays a scenario and lists every call to AWS, and to the strategy, that
// it makes each time.
func calls(t *testing.T, s scenario) []inprocess.Call {
	t.Helper()
	first, second := callsOnce(t, s), callsOnce(t, s)
	return slices.DeleteFunc(first, func(c inprocess.Call) bool { return !slices.Contains(second, c) })
}

func callsOnce(t *testing.T, s scenario) []inprocess.Call {
	t.Helper()
	var mu sync.Mutex
	var made []inprocess.Call
	setup := s.setup
	setup.fault = func(c inprocess.Call) inprocess.Fault {
		mu.Lock()
		defer mu.Unlock()
		if most := often[c.Function+" "+c.Operation]; most == 0 || c.N <= most {
			made = append(made, c)
		}
		return inprocess.None
	}
	p := newPlay(t, setup)
	s.play(p)
	p.over()
	for _, wrong := range p.holds(s.ends...) {
		t.Fatal(wrong)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.SortFunc(made, func(a, b inprocess.Call) int {
		return slices.Compare([]string{a.Function, a.Operation, fmt.Sprintf("%03d", a.N)}, []string{b.Function, b.Operation, fmt.Sprintf("%03d", b.N)})
	})
	return made
}

var faultNames = map[inprocess.Fault]string{
	inprocess.KillBefore: "killed before", inprocess.KillAfter: "killed after",
	inprocess.Throttle: "throttled", inprocess.Fail: "failed", inprocess.Drop: "answer lost",
}

// fault is one that a case injects.
type fault struct {
	call  inprocess.Call
	fault inprocess.Fault
}

func (f fault) String() string {
	return fmt.Sprintf("%s at %s %s %d", faultNames[f.fault], f.call.Function, f.call.Operation, f.call.N)
}

// meet plays a scenario with faults, and returns what does not hold and which of
// them came.
func meet(t testing.TB, s scenario, faults ...fault) (wrong []string, fired int) {
	var came atomic.Int64
	setup := s.setup
	setup.fault = func(c inprocess.Call) inprocess.Fault {
		for _, f := range faults {
			if f.call == c {
				came.Add(1)
				return f.fault
			}
		}
		return inprocess.None
	}
	p := newPlay(t, setup)
	s.play(p)
	p.over()
	return p.holds(append(slices.Clone(s.ends), s.crashed...)...), int(came.Load())
}

// count counts cases.
type count struct{ cases, held, fired atomic.Int64 }

func (c *count) report(t *testing.T, what string) {
	tally.Report(t, "%s: %d cases run, %d held, %d faults came", what, c.cases.Load(), c.held.Load(), c.fired.Load())
}

// TestCrashMatrix has a function be killed right before and right after each
// call to AWS, and each call fail otherwise, one at a time.
func TestCrashMatrix(t *testing.T) {
	every := tally.Of(211, 17)
	var c count
	t.Cleanup(func() { c.report(t, "crash matrix") })
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			for i, call := range calls(t, s) {
				for _, kind := range []inprocess.Fault{inprocess.KillBefore, inprocess.KillAfter, inprocess.Throttle, inprocess.Fail, inprocess.Drop} {
					if (i+int(kind))%every != 0 {
						continue
					}
					f := fault{call, kind}
					t.Run(f.String(), func(t *testing.T) {
						t.Parallel()
						c.cases.Add(1)
						wrong, fired := meet(t, s, f)
						// Which functions meet one another at a call depends on the
						// machine: one that was not made this time is waited for.
						for try := 0; fired == 0 && len(wrong) == 0 && try < 5; try++ {
							wrong, fired = meet(t, s, f)
						}
						c.fired.Add(int64(fired))
						if fired != 1 {
							t.Errorf("the fault came %d times", fired)
						}
						for _, w := range wrong {
							t.Error(w)
						}
						if !t.Failed() {
							c.held.Add(1)
						}
					})
				}
			}
		})
	}
}

// TestTwoCrashes has two random calls of a run meet faults.
func TestTwoCrashes(t *testing.T) {
	var c count
	t.Cleanup(func() { c.report(t, "two crashes") })
	rounds := 60 / tally.Of(60, 30)
	for n, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			made := calls(t, s)
			for round := range rounds {
				random := rand.New(rand.NewPCG(uint64(n), uint64(round)))
				pick := func() fault {
					call := made[random.IntN(len(made))]
					call.N += random.IntN(2) // also of calls that are made only after the first
					return fault{call, inprocess.Fault(1 + random.IntN(2))}
				}
				a, b := pick(), pick()
				t.Run(fmt.Sprintf("seed %d: %s, %s", round, a, b), func(t *testing.T) {
					t.Parallel()
					c.cases.Add(1)
					wrong, fired := meet(t, s, a, b)
					c.fired.Add(int64(fired))
					for _, w := range wrong {
						t.Error(w)
					}
					if !t.Failed() {
						c.held.Add(1)
					}
				})
			}
		})
	}
}
