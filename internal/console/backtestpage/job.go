package backtestpage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// maxJobs is how many backtests are kept, in memory.
const maxJobs = 5

// job is a backtest that runs or has ended. It is safe for concurrent use.
type job struct {
	id      string
	wanted  Wanted
	days    int
	started time.Time
	cancel  context.CancelFunc

	mu        sync.Mutex
	what      string
	done, all int
	ended     bool
	stopped   bool
	report    *backtest.Report
	failure   string
}

// shownJob is a job at one moment.
type shownJob struct {
	ID, Path, What, Failure, Of string
	Days, Done, All             int
	Started                     time.Time
	Running, Stopped            bool
}

// start runs a backtest, or returns the one that runs.
func (p *page) start(w Wanted, days int) *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.jobs); n > 0 && p.jobs[n-1].running() {
		return p.jobs[n-1]
	}
	ctx, cancel := context.WithTimeout(p.Context, timeLimit)
	j := &job{id: rand.Text(), wanted: w, days: days, started: p.Now(), cancel: cancel, what: "starting"}
	p.jobs = append(p.jobs, j)
	p.jobs = slices.Delete(p.jobs, 0, max(len(p.jobs)-maxJobs, 0))
	go func() {
		defer cancel()
		report, err := p.Run(ctx, w, (*progress)(j))
		j.end(ctx, report, err)
	}()
	return j
}

func (p *page) all() []*job {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.jobs)
}

// find returns the backtest of an id; nil if it is unknown.
func (p *page) find(id string) *job {
	for _, j := range p.all() {
		if j.id == id {
			return j
		}
	}
	return nil
}

func (j *job) path() string { return console.Base + Path + "/" + j.id }

func (j *job) running() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.ended
}

// stop ends the backtest early. One that has ended stays as it is.
func (j *job) stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.ended {
		j.stopped = true
		j.cancel()
	}
}

// end keeps what came of the backtest.
func (j *job) end(ctx context.Context, r backtest.Report, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	switch {
	case err == nil:
		j.report, j.stopped = &r, false
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		j.failure = fmt.Sprintf("It took longer than %d minutes. Choose fewer days or one flow.", int(timeLimit.Minutes()))
	case !j.stopped:
		j.failure = err.Error()
		// How to go on is for the command line.
		if stopped, is := errors.AsType[backtest.Stopped](err); is {
			j.failure = stopped.Err.Error()
		}
	}
}

func (j *job) result() *backtest.Report {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.report
}

func (j *job) shown() shownJob {
	j.mu.Lock()
	defer j.mu.Unlock()
	return shownJob{
		ID: j.id, Path: j.path(), What: j.what, Failure: j.failure, Of: strings.Join(j.wanted.Flows, ", "), Days: j.days, Done: j.done, All: j.all,
		Started: j.started, Running: !j.ended, Stopped: j.ended && j.stopped,
	}
}

// progress lets a backtest say how far it is.
type progress job

var _ backtest.Progress = (*progress)(nil)

// Start begins a step with done of all; all is 0 while unknown.
func (p *progress) Start(what string, done, all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what, p.done, p.all = what, done, all
}

// At says how many are done.
func (p *progress) At(done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = done
}

// End ends a step.
func (*progress) End() {}
