package run

// CountingAfter returns what a write counts that makes next of r.
func (r *Run) CountingAfter(shard int) *Counting {
	c := &Counting{From: len(r.History), Shard: shard}
	if r.Review != nil {
		c.Errors = len(r.Review.Errors)
	}
	return c
}

// BeforeCounting returns the run as it was before the write that Engine.Counting is of,
// as far as statistics compare the two.
func (r *Run) BeforeCounting() *Run {
	c := *r.Engine.Counting
	before := *r
	before.History = r.History[:min(c.From, len(r.History))]
	if n := len(before.History); n == 0 || !before.History[n-1].Status.Decided() {
		before.Decision = nil
	}
	if r.Review != nil {
		review := *r.Review
		review.Errors = review.Errors[:min(c.Errors, len(review.Errors))]
		before.Review = &review
	}
	return &before
}
