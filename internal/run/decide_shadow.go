package run

// shadow keeps what on_request answered and gives what is left of it: nothing
// that decides, and nothing that would tell those who do what code thinks.
func (d *decider) shadow(a answer) answer {
	d.Shadow = &Verdict{Event: a.transition, Reason: a.reason, DurationSeconds: a.durationSeconds, Checks: a.checks, Error: a.failed(OnRequest), At: d.now}
	a.transition, a.reason, a.durationSeconds, a.checks = "", "", 0, nil
	if !a.whole {
		delete(a.errs, OnRequest)
	}
	return a
}
