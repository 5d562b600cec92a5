package request_test

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// waitFor makes requests one after the other on one function, each decided after the next
// of the times, and returns how late each answer was and how many reads it took.
func waitFor(t *testing.T, times []time.Duration) (late []time.Duration, reads []int) {
	t.Helper()
	late, reads, _ = waitBehind(t, 0, times)
	return late, reads
}

// waitBehind is waitFor with a table whose eventually consistent reads are so far behind.
// It returns how many of the reads were such, too.
func waitBehind(t *testing.T, behind time.Duration, times []time.Duration) (late []time.Duration, reads, glances []int) {
	t.Helper()
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], limits: none}]`))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		e := &decidingTable{answer: `{"transition":"approve","subscriptions":[]}`, table: newTable(), behind: behind}
		api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: e, Executions: e.table, Log: slog.New(slog.DiscardHandler)})
		for _, after := range times {
			e.began, e.after, e.reads, e.glances = time.Now(), after, 0, 0
			got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`, Headers: map[string]string{"prefer": "wait=5"}})
			if err != nil || got.StatusCode != 201 || got.Headers["preference-applied"] != "wait=5" {
				t.Fatalf("got %d %s, %v", got.StatusCode, got.Body, err)
			}
			late, reads, glances = append(late, time.Since(e.began)-after), append(reads, e.reads), append(glances, e.glances)
		}
	})
	return late, reads, glances
}

func middle[T int | time.Duration](all []T) T {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}

// around returns times that differ from a mean by up to a share of it, the same in each
// run.
func around(mean time.Duration, share float64, n int) []time.Duration {
	random := rand.New(rand.NewPCG(7, uint64(mean)))
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = mean + time.Duration((2*random.Float64()-1)*share*float64(mean))
	}
	return times
}

// Once a function has seen a few decisions of a flow, the next is answered within 10 ms
// for most callers, and the reads stay few.
func TestAnswersAreOnTime(t *testing.T) {
	const warm, n = 12, 60
	for _, tc := range []struct {
		mean  time.Duration
		share float64
		reads int // most, at the median
	}{
		{4 * time.Millisecond, 0.2, 4},
		{20 * time.Millisecond, 0.2, 9},
		{150 * time.Millisecond, 0.2, 18},
		{150 * time.Millisecond, 0.5, 28},
		{400 * time.Millisecond, 0.2, 30},
		{800 * time.Millisecond, 0.2, 48},
		{2 * time.Second, 0.05, 48},
	} {
		late, reads := waitFor(t, around(tc.mean, tc.share, warm+n))
		if p50 := middle(late[warm:]); p50 > 10*time.Millisecond {
			t.Errorf("%v ± %g: %v late at p50, want 10 ms at most", tc.mean, tc.share, p50)
		}
		if p50 := middle(reads[warm:]); p50 > tc.reads {
			t.Errorf("%v ± %g: %d reads at p50, want %d at most", tc.mean, tc.share, p50, tc.reads)
		}
	}
}

// A decision that comes otherwise than expected, or that nothing is known of, is answered
// at once or a pause later: never later than it took, or a quarter of a second.
func TestAnswersThatAreNotExpected(t *testing.T) {
	times := slices.Concat(
		[]time.Duration{0, 3 * time.Second}, around(800*time.Millisecond, 0.2, 20),
		[]time.Duration{3 * time.Millisecond, 100 * time.Millisecond, 4 * time.Second},
		around(20*time.Millisecond, 0.2, 20), []time.Duration{time.Second},
		around(time.Second, 0.99, 40),
	)
	late, reads := waitFor(t, times)
	for i, after := range times {
		if most := min(max(after, 4*time.Millisecond), 250*time.Millisecond); late[i] < 0 || late[i] > most {
			t.Errorf("request %d, decided after %v: %v late, want %v at most", i, after, late[i], most)
		}
		if reads[i] > 100 {
			t.Errorf("request %d, decided after %v: %d reads", i, after, reads[i])
		}
	}
}

// Before the usual time a request is read at half the price. Such a read may be behind:
// an answer at the usual time is none the later for it.
func TestEarlyReadsAreCheap(t *testing.T) {
	const warm = 12
	times := around(150*time.Millisecond, 0.2, warm+60)
	late, reads, glances := waitBehind(t, 50*time.Millisecond, times)
	if p50 := middle(late[warm:]); p50 > 10*time.Millisecond {
		t.Errorf("%v late at p50, want 10 ms at most", p50)
	}
	if all, cheap := middle(reads[warm:]), middle(glances[warm:]); cheap < 4 || cheap >= all {
		t.Errorf("%d of %d reads at p50 are cheap, want 4 or more, and not all", cheap, all)
	}
	if glances[0] > 0 {
		t.Errorf("%d cheap reads while nothing is known of the flow, want none", glances[0])
	}
	// One decided out of the ordinary is seen by a later read.
	late, _, _ = waitBehind(t, 50*time.Millisecond, append(times, 3*time.Millisecond))
	if last := late[len(late)-1]; last > 150*time.Millisecond {
		t.Errorf("%v late after a decision in 3 ms, want 150 ms at most", last)
	}
}
