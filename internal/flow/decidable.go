package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Undecidable says why provably too few people could approve a request of
// requester in the flow, "" if enough could or it can't be known.
func (f *Flow) Undecidable(requester run.Person, t *run.Today) string {
	return f.UndecidableFor(requester, nil, t)
}

// UndecidableFor is [Flow.Undecidable] of a request for somebody else, if beneficiary is
// not nil.
func (f *Flow) UndecidableFor(requester run.Person, beneficiary *run.Person, t *run.Today) string {
	r := run.Run{Requester: requester, For: beneficiary, Flow: f.whoDecides()}
	return r.Short(t)
}

// whoDecides is of a run's flow what says who decides.
func (f *Flow) whoDecides() run.Flow {
	out := run.Flow{Name: f.Name, Admins: f.Admins, Review: run.ReviewRule{Approvers: f.Review.Approvers, SelfApproval: f.Review.SelfApproval}}
	for _, need := range f.Review.Approvals {
		out.Review.Approvals = append(out.Review.Approvals, run.Requirement(need))
	}
	return out
}

// decidable refuses a flow whose requests provably can't be approved, whoever of
// its requesters asks, and warns of one where some of them can't get an approval.
func (r *reader) decidable(file *File, f *Flow, path string, t *run.Today) {
	at := place{node: r.places[path+".review.approvals"], path: path + ".review.approvals"}
	if at.node == nil {
		at = place{node: r.places[path+".admins"], path: path + ".admins"}
	}
	if at.node == nil || r.broken["directory"] || r.errorsIn(path) {
		return
	}
	if why := f.Undecidable(run.Person{}, t); why != "" {
		r.fail(at.node, at.path, "%s", why)
		return
	}
	stuck, why, open := 0, "", false
	people := f.possibleRequesters(t)
	for _, p := range people {
		if reason := f.Undecidable(p, t); reason != "" {
			stuck, why = stuck+1, fmt.Sprintf("a request of %s can't be approved: %s", p.ID, reason)
		} else {
			open = true
		}
	}
	switch {
	case stuck > 0 && !open:
		r.fail(at.node, at.path, "%s", why)
	case stuck > 0:
		r.warn(file, at, "%s", why)
	}
}

// possibleRequesters are those who may ask, if every one of them is known.
func (f *Flow) possibleRequesters(t *run.Today) []run.Person {
	for _, principal := range f.Requesters {
		if strings.HasPrefix(principal, "arn:") || strings.Contains(principal, "|") {
			return nil
		}
	}
	addresses, known := t.Provably(f.Requesters, f.Admins)
	if !known {
		return nil
	}
	var people []run.Person
	for _, address := range addresses {
		people = append(people, run.Person{ID: address, Email: address})
	}
	return people
}

// errorsIn reports whether a mistake was found below a path already.
func (r *reader) errorsIn(path string) bool {
	for _, e := range r.errs.List {
		if strings.HasPrefix(e.Path, path+".") {
			return true
		}
	}
	return false
}

// warnStrangers warns of people who are notified to decide and may not.
func (r *reader) warnStrangers(file *File, f *Flow, path string, t *run.Today) {
	asked := run.Run{Flow: f.whoDecides()}
	for i, entry := range f.Review.Notify {
		for j, to := range entry.To {
			if !asked.MayNotify(to, t) {
				at := fmt.Sprintf("%s.review.notify[%d]", path, i)
				r.warn(file, place{node: itemOf(child(r.places[at], "to"), j), path: fmt.Sprintf("%s.to[%d]", at, j)}, "%s is notified, but may not decide", clip(to))
			}
		}
	}
}

// itemOf is the node of a list's item, or of the list.
func itemOf(list *yaml.Node, i int) *yaml.Node {
	if list = resolve(list); i < len(list.Content) {
		return resolve(list.Content[i])
	}
	return list
}
