package run

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
)

// Notifiable returns the approvers to notify: at most as many as a notify list may name,
// in as many bytes as an entry has for them. Approvers of whom only a digest is kept
// can't be notified. If nobody else is left, it returns the admins.
func (r *Run) Notifiable() []string {
	shown, _ := split(r.rule().Approvers)
	var to []string
	for _, principal := range shown {
		if len(to) == MaxNotified || sizeOfList(append(to, principal)) > maxNotifiable {
			break
		}
		to = append(to, principal)
	}
	if len(to) == 0 {
		return slices.Clone(AdminsAlone)
	}
	return to
}

// MaxNotified is how many names one entry of a notify list has at most.
const MaxNotified = 100

// maxNotifiable is in bytes.
const maxNotifiable = 8 << 10

// MayNotify reports whether one whom a notify list names may decide the run, as
// far as can be known.
func (r *Run) MayNotify(to string, t *Today) bool {
	may, _ := r.mayNotify(to, t)
	return may
}

func (r *Run) mayNotify(to string, t *Today) (may, known bool) {
	admins := r.admins(t)
	named := append(append(deciders(r.rule()), AdminsAlone...), admins...)
	switch {
	case !isPrincipal(to), slices.Contains(named, to):
		return true, true
	}
	people, known := t.Provably([]string{to}, admins)
	return !known || slices.ContainsFunc(people, func(address string) bool { return r.couldApprove(address, t) }), known
}

// isPrincipal reports whether an entry of a notify list names people, and not a
// channel.
func isPrincipal(to string) bool {
	d, err := destination.Parse(to)
	return err == nil && d.IsPeople()
}

// NotNotified begins what an entry of the history says of whom nothing could be
// delivered to.
const NotNotified = "not notified: "

// Recipients returns the e-mail addresses of the people whom a principal means today,
// folded, without the requester and whom the run is for. It leaves out whom flows.yaml
// can't name: everyone, and members of a group by their token alone.
func (r *Run) Recipients(principal string, t *Today) (people []string) {
	all, _ := t.peopleOf(principal, r.admins(t))
	if principal == AdminsAlone[0] {
		all = nil
		for _, admin := range r.admins(t) {
			some, _ := t.peopleOf(admin, nil)
			all = append(all, some...)
		}
	}
	for _, address := range all {
		address = email.Fold(address)
		if email.Plain(address) && !slices.Contains(people, address) && !r.concerns(personOf(address)) {
			people = append(people, address)
		}
	}
	return people
}

// NotifyDeciders returns the flow's notify list for a run whose approvers are not
// the flow's: without people who can't be shown to be approvers. The first entry
// goes to the approvers if nobody else of it is left. Channels stay.
func (r *Run) NotifyDeciders(list []Notify, t *Today) []Notify {
	out := []Notify{}
	for i, n := range list {
		n.To = slices.DeleteFunc(slices.Clone(n.To), func(to string) bool {
			may, known := r.mayNotify(to, t)
			return !may || !known
		})
		if len(n.To) == 0 && i == 0 {
			n.To = r.Notifiable()
		}
		if len(n.To) > 0 {
			out = append(out, n)
		}
	}
	return out
}
