package run

import (
	"slices"
	"strings"
)

// notifyDeciders gives a notify list without those who provably may not decide
// the run: whoever is asked to decide may. The first entry then goes to the
// approvers if nobody else of it is left. Whom it can't tell by name, such as a
// channel, stays.
func (r *Run) notifyDeciders(list []Notify, t *Today) []Notify {
	out := []Notify{}
	for i, n := range list {
		n.To = slices.DeleteFunc(slices.Clone(n.To), func(to string) bool { return !r.MayBeAsked(to, t) })
		if len(n.To) == 0 && i == 0 {
			n.To = r.askable()
		}
		if len(n.To) > 0 {
			out = append(out, n)
		}
	}
	return out
}

func (r *Run) askable() []string {
	if approvers := r.rule().Approvers; len(approvers) > 0 {
		return slices.Clone(approvers)
	}
	return slices.Clone(adminsAlone)
}

// MayBeAsked reports whether one whom a notify list names may decide the run, as
// far as can be known.
func (r *Run) MayBeAsked(to string, t *Today) bool {
	admins := r.admins(t)
	named := append(append(deciders(r.rule()), adminsAlone...), admins...)
	switch {
	case !isPrincipal(to), slices.Contains(named, to):
		return true
	}
	people, known := t.Provably([]string{to}, admins)
	return known && slices.ContainsFunc(people, func(address string) bool { return r.couldApprove(address, t) })
}

// isPrincipal reports whether an entry of a notify list names people, and not a
// channel.
func isPrincipal(to string) bool {
	return to == "everyone" || to == "admins" || strings.HasPrefix(to, "group:") || strings.Contains(to, "@") && !strings.ContainsAny(to, ":/ ")
}
