package lease_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// fits is the most that a lease may take up as JSON, of the 400 KB of an item.
const fits = 390 << 10

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func size(t *testing.T, l *lease.Lease) int {
	t.Helper()
	body, err := run.Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	return len(body)
}

func id(n int) string { return fmt.Sprintf("01JD%022d", n) }

// Requests that overlap without a gap, for weeks, don't fill a lease.
func TestRunsWithoutAGapDoNotFillALease(t *testing.T) {
	now, l := noon, lease.New(lease.Key{Strategy: "lambda:f", Person: "ci@example.com", Target: "prod"})
	largest := 0
	for n := range 3000 {
		now = now.Add(10 * time.Minute)
		next, begun, err := l.BeginGive(id(n), n == 0, 0, now, now.Add(time.Minute))
		if err != nil || !begun {
			t.Fatal(n, begun, err)
		}
		if l, err = next.EndGive(id(n), next.Attempt.Fence, maker(n == 0), "", now); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			if l, _, err = l.BeginTake(id(n-1), now.Add(time.Minute), now.Add(2*time.Minute)); err != nil || l.Of(id(n-1)).State != run.Dropped {
				t.Fatal(n, err)
			}
		}
		largest = max(largest, size(t, l))
	}
	if largest > 4<<10 {
		t.Errorf("it takes %d bytes", largest)
	}
	if next, begun, err := l.BeginTake(id(2999), now, now.Add(time.Minute)); err != nil || !begun || next.Existed {
		t.Errorf("the last one is not taken: %v %v", begun, err)
	}
}

// A give above the limit is refused in words; every take fits, whatever came
// before it.
func TestAFullLeaseTakesEveryTake(t *testing.T) {
	now, l := noon, lease.New(lease.Key{Strategy: "lambda:f", Person: strings.Repeat("p", 500), Target: strings.Repeat("t", 500)})
	check := func(next *lease.Lease, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if l = next; size(t, l) > fits {
			t.Fatalf("it takes %d bytes", size(t, l))
		}
	}
	given := 0
	var full lease.Full
	for ; ; given++ {
		next, begun, err := l.BeginGive(id(given), true, 1<<20, now, now.Add(time.Minute))
		if errors.As(err, &full) {
			break
		}
		if err != nil || !begun {
			t.Fatal(given, begun, err)
		}
		check(next, nil)
		check(l.Creating(l.Attempt.Fence, ""))
		for range 3 {
			check(l.Note(l.Attempt.Fence, strings.Repeat("n", 200)))
		}
		check(l.RefuseGive(id(given), l.Attempt.Fence, strings.Repeat("😀", 2000), now))
	}
	if given < lease.DefaultHolders || !strings.Contains(full.Reason, fmt.Sprintf("%d requests hold this access already", given)) {
		t.Errorf("%d are given, then %q", given, full.Reason)
	}
	// Runs that were refused end too, and many others that the lease
	// does not know.
	unknown := 0
	for ; unknown < 5000; unknown++ {
		next, begun, err := l.BeginTake(id(10000+unknown), now, now.Add(time.Minute))
		if errors.As(err, new(lease.Later)) {
			break // nothing of these is there; they are taken once others are forgotten
		}
		if begun {
			t.Fatal("a run that was given nothing is taken")
		}
		check(next, err)
	}
	for n := range given {
		next, begun, err := l.BeginTake(id(n), now, now.Add(time.Minute))
		if n < given-1 && (err != nil || !begun) {
			t.Fatal(n, begun, err)
		}
		check(next, err)
		check(l.EndTake(id(n), l.Attempt.Fence, lease.Gone{How: strings.Repeat("😀", 500), Sessions: time.Hour, SessionsOf: strings.Repeat("u", 500)}, now))
	}
	now = now.Add(4 * time.Minute)
	if next, _, err := l.BeginTake(id(20000), now, now.Add(time.Minute)); err != nil || next.Of(id(20000)).State != run.Dropped {
		t.Errorf("there is no room %s later: %v", 4*time.Minute, err)
	}
	if next, begun, err := l.BeginGive(id(20001), true, 0, now, now.Add(time.Minute)); err != nil || !begun {
		t.Errorf("there is no give: %v %v", begun, err)
	} else if len(next.Holders) > 2 {
		t.Errorf("%d are listed still", len(next.Holders))
	}
}

// The limit counts runs that hold the access, not those that dropped it just now.
func TestTheLimitOfHolders(t *testing.T) {
	l := lease.New(lease.Key{})
	give := func(n int) error {
		next, _, err := l.BeginGive(id(n), true, 3, noon, noon.Add(time.Minute))
		if err == nil {
			l, err = next.EndGive(id(n), next.Attempt.Fence, lease.Made, "", noon)
		}
		return err
	}
	for n := range 3 {
		if err := give(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := give(3); !errors.As(err, new(lease.Full)) {
		t.Errorf("the fourth of three: %v", err)
	}
	var err error
	if l, _, err = l.BeginTake(id(0), noon, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := give(4); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

// A lease that an old release let grow is made small by the next grant.
func TestAnOldFullLeaseShrinks(t *testing.T) {
	l := lease.New(lease.Key{})
	for n := range 2700 {
		l.Holders = append(l.Holders, lease.Holder{RunID: id(n), Hold: run.Hold{State: run.Dropped, At: noon, How: "Run " + id(n+1) + " holds it too, and goes on."}})
	}
	l.Holders = append(l.Holders, lease.Holder{RunID: id(2700), Hold: run.Hold{State: run.Held, At: noon}})
	l.Given = true
	later := noon.Add(time.Hour)
	next, begun, err := l.BeginTake(id(2700), later, later.Add(time.Minute))
	if err != nil || !begun || len(next.Holders) != 1 {
		t.Errorf("%v %v, %d are listed", begun, err, len(next.Holders))
	}
	if next, begun, err = l.BeginGive(id(2701), false, 0, later, later.Add(time.Minute)); err != nil || !begun || next.Existed || len(next.Holders) != 2 {
		t.Errorf("%v %v, %d are listed", begun, err, len(next.Holders))
	}
}

// A run that dropped the access is listed for as long as a call of its own may go
// on: it gets nothing.
func TestACallThatComesLateGivesNothing(t *testing.T) {
	l, _, err := lease.New(lease.Key{}).BeginTake("a", noon, noon.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	late := noon.Add(3*time.Minute - time.Second)
	for n := range 2000 {
		next, _, err := l.BeginTake(id(n), late, late.Add(time.Minute))
		if err != nil {
			break
		}
		l = next
	}
	if _, begun, err := l.BeginGive("a", true, 0, late, late.Add(time.Minute)); begun || err != nil {
		t.Errorf("given: %v %v", begun, err)
	}
	if !slices.ContainsFunc(l.Holders, func(h lease.Holder) bool { return h.RunID == "a" }) {
		t.Error("forgotten")
	}
}
