package flow

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// MayAsk reports whether p is among the flow's requesters, and sees the flow. To anybody
// else who neither decides nor lists its requests, the flow is unknown.
func (f *Flow) MayAsk(p run.Person) bool {
	return names(f.Requesters, p) && (f.VisibleTo == nil || names(f.VisibleTo, p))
}

// names reports whether principals name p. "everyone" is every person; a machine must be
// named.
func names(principals []string, p run.Person) bool {
	if p.Machine {
		return slices.Contains(principals, p.ID)
	}
	return p.Matches(principals...)
}

// visible refuses a flow that nobody who may request it can see, and warns of those who
// may request it and can't.
func (r *reader) visible(file *File, f *Flow, path string, t *run.Today) {
	at := place{node: r.places[path+".visible_to"], path: path + ".visible_to"}
	if f.VisibleTo == nil || at.node == nil || r.broken["directory"] || r.errorsIn(path) {
		return
	}
	if len(f.VisibleTo) == 0 {
		r.fail(at.node, at.path, "must name at least one; leave it out to show the flow to all requesters")
		return
	}
	var unseen []string
	for _, principal := range f.Requesters {
		if f.seenBy(principal, t) {
			continue
		}
		unseen = append(unseen, principal)
	}
	switch {
	case len(unseen) == len(f.Requesters):
		r.fail(at.node, at.path, "nobody who may request the flow sees it: the requesters are %s", clip(strings.Join(f.Requesters, ", ")))
	case len(unseen) > 0:
		r.warn(file, at, "%s may request the flow, and does not see it", clip(strings.Join(unseen, ", ")))
	}
}

// seenBy reports whether anybody whom a principal means may see the flow: false only if
// provably nobody does.
func (f *Flow) seenBy(principal string, t *run.Today) bool {
	if slices.Contains(f.VisibleTo, principal) {
		return true
	}
	who, known := t.Provably([]string{principal}, f.Admins)
	if known && len(who) == 0 { // a machine, or a group without members
		return false
	}
	if slices.Contains(f.VisibleTo, "everyone") {
		return true
	}
	some, all := t.Provably(f.VisibleTo, f.Admins)
	if all && len(some) == 0 {
		return false // other machines alone
	}
	return !known || !all || slices.ContainsFunc(who, func(address string) bool { return slices.Contains(some, address) })
}
