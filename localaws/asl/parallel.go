package asl

import (
	"context"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// branchFailed is why the lines beside one that failed end.
type branchFailed struct{}

func (branchFailed) Error() string { return "another branch failed" }

// parallel runs the branches side by side. The first that fails stops the
// others.
func (v *visit) parallel(ctx context.Context, effective document) (document, *Failure) {
	if v.l.at.Lines == nil {
		input := effective
		if v.s.Parameters != nil {
			value, failure := v.s.Parameters.eval(v.scope(effective.value))
			if failure != nil {
				return document{}, failure
			}
			input = written(value)
		}
		v.l.event(Event{Type: "ParallelStateStarted"})
		v.begin(len(v.s.Branches), func(int) []byte { return input.raw })
	}
	return v.sideBySide(ctx, 0, func(ctx context.Context, i int, at *LinePosition, work *motion.Work) (document, *Failure) {
		branch := &line{x: v.x, at: &at.Position, work: work, item: v.l.item, silent: v.l.silent, branch: true}
		return branch.run(ctx, v.s.Branches[i])
	})
}

// begin makes the lines of a Parallel or Map, each following the state's last
// event.
func (v *visit) begin(n int, input func(i int) []byte) {
	lines := make([]LinePosition, n)
	for i := range lines {
		lines[i].Position = Position{Input: input(i), Event: v.l.at.Event}
	}
	v.l.change(func(at *Position) { at.Lines = lines })
}

// sideBySide runs the lines, at most so many at once (0 is all), and returns
// their outputs in order, or the first failure once all have stopped. A line that
// takes the place of one that is over follows its events.
func (v *visit) sideBySide(ctx context.Context, most int, run func(ctx context.Context, i int, at *LinePosition, work *motion.Work) (document, *Failure)) (document, *Failure) {
	lines := v.l.at.Lines
	if most == 0 || most > len(lines) {
		most = len(lines)
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]any, len(lines))
	var mu sync.Mutex
	var first *Failure
	failed, last := -1, v.l.at.Event
	free := make(slots, most)
	for range most {
		free <- slot{v.l.at.Event, v.x.work()}
	}
	for i := range lines {
		follows := free.take(v.l)
		if lines[i].Output != nil { // over before the execution was resumed
			results[i], _ = decode(lines[i].Output)
			last = max(last, lines[i].Event)
			free <- slot{v.chain(&lines[i]), v.x.work()}
			continue
		}
		if within.Err() != nil {
			free <- slot{follows, v.x.work()}
			break
		}
		if lines[i].Started || lines[i].State != "" { // under way before it was resumed
			follows = lines[i].Event
		}
		v.l.change(func(*Position) { lines[i].Event = follows })
		work := v.x.work()
		go func() {
			defer func() { free <- slot{v.chain(&lines[i]), work} }()
			output, failure := run(within, i, &lines[i], work)
			mu.Lock()
			defer mu.Unlock()
			if failure == nil {
				results[i], last = output.value, max(last, lines[i].Event)
				v.l.change(func(*Position) { lines[i].Output = output.raw })
			} else if first == nil && within.Err() == nil {
				first, failed, last = failure, i, lines[i].Event
				cancel(branchFailed{})
			}
		}()
	}
	for range most { // all lines have ended
		free.take(v.l)
	}
	if ctx.Err() != nil {
		return document{}, stopped
	}
	v.l.change(func(at *Position) { at.Event = last })
	if first != nil {
		v.abort(failed)
		return document{}, first
	}
	v.l.change(func(at *Position) { at.Lines = nil })
	return written(results), nil
}

// slots are those of lines that may run at once.
type slots chan slot

// slot is free for a line, which follows the event. Its work ends once it is taken, so
// that the lines of an execution never seem idle between the end of one and what follows.
type slot struct {
	follows int64
	work    *motion.Work
}

// take waits for a free slot.
func (s slots) take(l *line) (follows int64) {
	l.work.Rest(time.Time{}, nil)
	free := <-s
	l.work.Wake()
	free.work.End()
	return free.follows
}

// chain is the event that the next line in a line's slot follows: the end of an
// iteration stands aside.
func (v *visit) chain(at *LinePosition) int64 {
	v.x.mu.Lock()
	defer v.x.mu.Unlock()
	if events := v.x.history.events; v.s.Type == "Map" && 0 < at.Event && at.Event <= int64(len(events)) {
		if e := events[at.Event-1]; e.Type == "MapIterationSucceeded" {
			return e.PreviousID
		}
	}
	return at.Event
}

// abort records, for each line, that it failed or was stopped, and the state it
// was in. All these events follow the one that failed.
func (v *visit) abort(failed int) {
	if v.s.Distributed {
		return
	}
	cause := v.l.at.Event
	for i := range v.l.at.Lines {
		at := &v.l.at.Lines[i]
		machine := v.s.Processor
		if v.s.Type == "Parallel" {
			machine = v.s.Branches[i]
		} else if at.Started && at.Output == nil {
			kind := "MapIterationAborted"
			if i == failed {
				kind = "MapIterationFailed"
			}
			v.l.event(Event{Type: kind, Name: v.s.Name, Number: int64(i)})
			v.follow(cause)
		}
		if s := machine.States[at.State]; s != nil && at.Output == nil && at.EnteredEvent != 0 && s.open() {
			v.l.event(Event{Type: s.Type + "StateAborted"})
			v.follow(cause)
		}
	}
}

func (v *visit) follow(event int64) { v.l.change(func(at *Position) { at.Event = event }) }

// open reports whether the state takes time, so that it can be aborted.
func (s *State) open() bool {
	return s.Type == "Task" || s.Type == "Wait" || s.Type == "Parallel" || s.Type == "Map"
}
