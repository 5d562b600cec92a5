package run

import "slices"

// Stored returns the run as it is stored, without what follows from the rest: the hash
// of the entry before, which that entry has itself. Once the run is over, the hooks of its
// function are left out too: none is called any more.
func (r *Run) Stored() *Run {
	stored := *r
	stored.History = slices.Clone(r.History)
	for i := range stored.History {
		if i > 0 && r.History[i].PrevHash == r.History[i-1].Hash {
			stored.History[i].PrevHash = ""
		}
	}
	if r.Over() {
		stored.Engine.Subscriptions, stored.Engine.SubscriptionsKnown, stored.Engine.SubscriptionsVersion = nil, false, ""
	}
	return &stored
}

// Link puts back the hashes that [Run.Stored] left out. The hash of an entry covers them,
// so an entry that was changed, moved or removed is found as before.
func (r *Run) Link() {
	for i := range r.History {
		if i > 0 && r.History[i].PrevHash == "" {
			r.History[i].PrevHash = r.History[i-1].Hash
		}
	}
}
