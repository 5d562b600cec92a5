package asl

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// line is one line of states being run: the machine's, a branch's or an
// iteration's. Where it stands changes under the execution's mutex, since Keep
// reads it.
type line struct {
	x    *Execution
	at   *Position
	work *motion.Work
	// item is $$.Map.Item of an iteration, nil outside.
	item any
	// silent lines leave no events: the children of a distributed map.
	silent bool
	// branch lines are those of a Parallel.
	branch bool
	// entered is when each state was entered last.
	entered map[string]time.Time
}

// document is a value with its JSON.
type document struct {
	value any
	raw   []byte
}

func written(v any) document { return document{v, encode(v)} }

// stopped is what a line fails with when it is not to go on; nobody sees it.
var stopped = Fail("stopped", "")

// change changes where the line stands.
func (l *line) change(f func(at *Position)) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	f(l.at)
}

// event adds to the history, after the line's last.
func (l *line) event(e Event) int64 {
	id := l.aside(e)
	l.change(func(at *Position) { at.Event = id })
	return id
}

// aside adds to the history an event that the line's next one does not follow.
func (l *line) aside(e Event) int64 {
	if l.silent {
		return l.at.Event
	}
	e.PreviousID = l.at.Event
	id := l.x.record(e)
	if id >= maxEvents-1 && l.x.Workflow == Standard {
		l.x.stop(stopRequest{Failed, Fail(errRuntime, fmt.Sprintf("The execution reached the maximum number of history events (%d).", maxEvents))})
	}
	return id
}

// run runs the line to its end, from where it stands.
func (l *line) run(ctx context.Context, m *Machine) (document, *Failure) {
	input := document{raw: l.at.Input}
	var err error
	if input.value, err = decode(input.raw); err != nil {
		return document{}, Fail(errRuntime, err.Error())
	}
	if l.at.State == "" {
		l.change(func(at *Position) { at.State = m.StartAt })
	}
	for {
		if ctx.Err() != nil {
			return document{}, stopped
		}
		v := &visit{x: l.x, l: l, s: m.States[l.at.State], input: input}
		output, next, failure := v.run(ctx)
		if failure != nil || next == "" {
			return output, failure
		}
		l.change(func(at *Position) { *at = Position{State: next, Input: output.raw, Event: at.Event} })
		input = output
	}
}
