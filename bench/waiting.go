package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// waitBudget is how long after its decision a waiting caller has the answer, at p50, in
// milliseconds.
const waitBudget = 10

// hookTimes are those of the hooks that callers wait for: a mean, which each call differs
// from by up to a fifth.
var hookTimes = []time.Duration{20 * time.Millisecond, 150 * time.Millisecond, 800 * time.Millisecond}

// waits notes when each request was decided, and how often it was read meanwhile.
type waits struct {
	mu      sync.Mutex
	decided time.Time
	reads   int
}

func (w *waits) capacity(c localaws.Capacity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case c.Function == "RecordFunction" && c.Write && w.decided.IsZero():
		w.decided = time.Now()
	case c.Function == "RequestFunction" && c.Operation == "GetItem":
		w.reads++
	}
}

func (w *waits) take() (decided time.Time, reads int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	decided, reads = w.decided, w.reads
	w.decided, w.reads = time.Time{}, 0
	return decided, reads
}

// waiting measures the time between the write that decides a request and the answer to
// its POST with Prefer: wait=5, by the functions' binaries and hooks as slow as at AWS.
func (b *bench) waiting(ctx context.Context) ([]figure, error) {
	var figures []figure
	for _, mean := range hookTimes {
		late, reads, err := waitFor(ctx, mean)
		if err != nil {
			return nil, err
		}
		what := fmt.Sprintf("POST, wait=5, a hook of %v: from the decision to the answer", mean)
		figures = append(figures,
			figure{what + ", p50", quantile(late, 0.5), " ms", waitBudget},
			figure{what + ", p90", quantile(late, 0.9), " ms", 0},
			figure{what + ", reads of the request", median(reads), "", 0})
	}
	return figures, nil
}

// waitFor plays requests one after the other.
func waitFor(ctx context.Context, mean time.Duration) (late, reads []float64, err error) {
	random := rand.New(rand.NewPCG(1, uint64(mean))) // #nosec G404 -- the same times in each run
	hooks := func(context.Context, []byte) ([]byte, error) {
		time.Sleep(mean + time.Duration((2*random.Float64()-1)*float64(mean)/5))
		return []byte(`{"version":"1","flows":["*"],"subscriptions":[],"transition":"approve"}`), nil
	}
	w := &waits{}
	stack, err := local.Start(ctx, "", localaws.Options{
		TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0", OnCapacity: w.capacity,
		Functions: map[string]lambda.InProcess{"HooksFunction": hooks},
	})
	if err != nil {
		return nil, nil, err
	}
	defer stack.Close(ctx)
	const calls, warm = 60, 12
	for i := range calls + warm {
		w.take()
		id, err := post(stack.URL()+"/requests", fmt.Sprintf("p%d@example.com", i), `{"flow":"everything-goes"}`)
		answered := time.Now()
		if err != nil {
			return nil, nil, err
		}
		decided, n := w.take()
		if decided.IsZero() {
			return nil, nil, fmt.Errorf("request %s was answered undecided", id)
		}
		if i >= warm {
			late, reads = append(late, answered.Sub(decided).Seconds()*1000), append(reads, float64(n))
		}
		time.Sleep(30 * time.Millisecond) // what follows the decision
	}
	return late, reads, nil
}
