package run

import (
	"slices"
	"time"
)

// Reviews reports whether an act may decide the run: an approve, a deny, a review, or
// a revoke by anybody but its requester.
func (r *Run) Reviews(a Act) bool {
	return a.Event == Approve || a.Event == Deny || a.Event == Reviews || a.Event == Revoke && !r.OwnedBy(a.Person)
}

// Reviewed returns the entry with which an act took effect: an approve that
// counted, a deny or a revoke. What a hook made of it is the hook's.
func (r *Run) Reviewed(act string) (Entry, bool) {
	for _, e := range r.History {
		if e.Act == act && act != "" && e.Actor.Type == UserActor && (e.Event == Approve || e.Event == Deny || e.Event == Revoke || e.Event == Reviews) {
			return e, true
		}
	}
	return Entry{}, false
}

// ReviewedBy reports whether an act took effect and was p's own, as
// [Run.OwnedBy] reports whose a run is. by is the login that acted.
func (r *Run) ReviewedBy(act string, by Login, p Person) bool {
	e, there := r.Reviewed(act)
	return there && p.is(Person{ID: e.Actor.ID, Email: e.Actor.Email, Principal: by.Principal, Mapped: by.Mapped})
}

// EndsBy is when the run is over at the latest once an act took effect, if
// nothing fails: at once if it denied or revoked, else when its review and
// its access have ended.
func (r *Run) EndsBy(a Act) time.Time {
	if a.Event != Approve {
		return a.At
	}
	return r.LatestEnd()
}

// LatestEnd is when the run is over at the latest, if nothing fails.
func (r *Run) LatestEnd() time.Time {
	end := r.CreatedAt.Add(Seconds(r.rule().TimeoutSeconds))
	if r.Extends != nil && r.Extends.EndsAt.After(end) {
		end = r.Extends.EndsAt
	}
	if r.Endless() {
		end = end.AddDate(endlessYears, 0, 0)
	}
	return end.Add(Seconds(r.DurationSeconds))
}

// endlessYears stands for the end of access that lasts until it is revoked, where one is
// needed: what lists a run for somebody expires so long after it.
const endlessYears = 10

// ReviewEntries are the entries with which acts of people took effect.
func (r *Run) ReviewEntries() []Entry {
	var all []Entry
	for _, e := range r.History {
		if first, there := r.Reviewed(e.Act); there && first.Seq == e.Seq && e.Actor.ID != erasedID {
			all = append(all, e)
		}
	}
	return all
}

// ActOf is the act of an entry: the one of acts, or what is left of it in the
// record, which may know no more of the person than the entry does.
func (r *Run) ActOf(e Entry, acts []Act) Act {
	if i := slices.IndexFunc(acts, func(a Act) bool { return a.ID == e.Act }); i >= 0 {
		return acts[i]
	}
	a := Act{ID: e.Act, Event: e.Event, At: e.At, Person: Person{ID: e.Actor.ID, Email: e.Actor.Email}}
	switch {
	case r.Review != nil && e.Event == Approve:
		for _, by := range r.Review.ApprovedBy {
			if by.Act == e.Act {
				a.Person = by.Person
			}
		}
	case e.Event == Revoke && e.Actor.ID == r.Requester.ID:
		a.Person = r.Requester
	}
	return a
}
