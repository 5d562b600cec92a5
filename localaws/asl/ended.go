package asl

import "time"

// Ended is an execution that ended in another process, as Keep received it.
type Ended struct {
	StartedAt time.Time
	End       End
	// Count and History are those of [Progress].
	Count   int64
	History []byte
}

// Ended returns an execution that is over, for its description and history. Its Machine
// may be nil.
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
