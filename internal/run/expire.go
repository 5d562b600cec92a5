package run

import "time"

// ExpiresAt is when the run may be deleted, by the retention of its flow; zero for
// never, and while it is not over.
func (r *Run) ExpiresAt() time.Time {
	if !r.Over() {
		return time.Time{}
	}
	return ExpiresBy(r.History)
}

// ExpiresBy is what a history says of when its run may be deleted; zero for never.
func ExpiresBy(history []Entry) time.Time {
	for _, e := range history {
		if !e.ExpiresAt.IsZero() {
			return e.ExpiresAt
		}
	}
	return time.Time{}
}
