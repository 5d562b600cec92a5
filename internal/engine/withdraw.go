package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// withdrawApproval drops the approvals of a person, which so far met no threshold.
// If one of them had shortened access, the entry has the duration without it.
func (d *decider) withdrawApproval(c run.Case) {
	d.Review.DropApprovals(*c.Person)
	d.markHandled(c.Act)
	entry := entryOf(c)
	if seconds := d.ShortenedTo(); seconds != d.DurationSeconds {
		d.DurationSeconds, entry.DurationSeconds = seconds, seconds
	}
	d.EndsNoMore()
	d.record(d.transition(run.Withdraw).To, entry)
	d.resume()
}
