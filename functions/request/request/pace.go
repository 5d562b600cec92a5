package request

import (
	"sync"
	"time"
)

// The pauses between reads of a request that a caller waits for.
const (
	// leastPause is the shortest: a read takes about as long.
	leastPause = 2 * time.Millisecond
	// finePause is the longest around the usual time. The answer is then late by half of
	// it, on average.
	finePause = 6 * time.Millisecond
	// mostPause is the longest of all.
	mostPause = 250 * time.Millisecond
	// mostFine is how many reads of a request may follow such a short pause.
	mostFine = 64
)

// pace decides when to read a request again. By itself it doubles the pause, because most
// requests are decided within milliseconds. When it knows how long decisions of the flow
// have taken lately, it reads finely around the time of the next. It lives as
// long as the function's process, and is a matter of speed alone.
type pace struct {
	mu    sync.Mutex
	flows map[string]expectation
}

// expectation is how long decisions of a flow take: the mean, and the mean deviation from
// it, as TCP estimates a round trip (RFC 6298).
type expectation struct{ mean, deviation time.Duration }

func newPace() *pace { return &pace{flows: map[string]expectation{}} }

// of returns how long decisions of a flow take; zero if nothing is known.
func (p *pace) of(flow string) expectation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flows[flow]
}

// learn notes that a request was decided between two reads, so long after it was started.
func (p *pace) learn(flow string, after, before time.Duration) {
	took, unsure := (after+before)/2, (before-after)/2
	p.mu.Lock()
	defer p.mu.Unlock()
	e, known := p.flows[flow]
	if !known {
		p.flows[flow] = expectation{took, max(leastPause/2, unsure)}
		return
	}
	off := (took - e.mean).Abs()
	e.deviation += (max(off, unsure) - e.deviation) / 4
	e.mean += (took - e.mean) / 8
	p.flows[flow] = e
}

// reading is how a request is read next: after which pause.
type reading struct {
	pause time.Duration
	// fine is a short pause around the usual time of a decision.
	fine bool
	// early is before that time: the decision would be out of the ordinary.
	early bool
}

// next returns how to read next, so long after the start and with so many fine reads
// made.
func (e expectation) next(elapsed time.Duration, made int) reading {
	pause := min(max(elapsed, leastPause), mostPause)
	if e.mean == 0 || made >= mostFine {
		return reading{pause: pause}
	}
	from := e.mean - 2*e.deviation
	within := min(max(e.deviation/2, leastPause), finePause)
	switch {
	case elapsed < from:
		pause = min(pause, max(from-elapsed, leastPause))
		return reading{pause: pause, early: elapsed+pause < from}
	case within < pause:
		return reading{pause: within, fine: true}
	}
	return reading{pause: pause}
}
