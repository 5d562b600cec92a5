package asl

import "time"

// Ended is an execution that ended in another process, as Keep was told of it.
type Ended struct {
	StartedAt time.Time
	End       End
	// Count and History are those of [Progress].
	Count   int64
	History []byte
}

// Ended gives an execution that is over, to be looked into. Its Machine may be
// nil.
func (e *Engine) Ended(s Start, was Ended) *Execution {
	s.Input, s.Resume = nil, nil
	x := &Execution{
		Start: s, StartedAt: was.StartedAt, engine: e, stop: func(error) {}, done: make(chan struct{}),
		end: was.End, kept: was.Count, history: history{packed: was.History, count: was.Count},
	}
	x.end.Output = nil // it is in the history
	close(x.done)
	return x
}
