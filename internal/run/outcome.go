package run

// Outcome returns the entry of the history that gave the run its status, and false
// while nothing is decided.
func (r *Run) Outcome() (Outcome, bool) {
	if !r.Status.Decided() {
		return Outcome{}, false
	}
	for i := len(r.History) - 1; i >= 0; i-- {
		e := r.History[i]
		if e.Status == r.Status && (i == 0 || r.History[i-1].Status != r.Status) {
			return Outcome{Event: e.Event, By: e.Actor, At: e.At}, true
		}
	}
	return Outcome{}, false
}
