package flow

import (
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// OnBehalf is who may request for other people, and for whom.
type OnBehalf struct {
	// Who are the principals who may. A machine must be named.
	Who []string `json:",omitempty"`
	// For are whom they may request for; empty for the flow's requesters.
	For []string `json:",omitempty"`
}

// MayAskForOthers reports whether p may request the flow for somebody else.
func (f *Flow) MayAskForOthers(p run.Person) bool {
	return f.OnBehalf != nil && names(f.OnBehalf.Who, p)
}

// MayBeAskedFor reports whether a request of the flow may be for p, who is never a
// machine.
func (f *Flow) MayBeAskedFor(p run.Person) bool {
	return f.OnBehalf != nil && !p.Machine && p.Matches(f.beneficiaries()...)
}

// beneficiaries are the principals for whom others may request.
func (f *Flow) beneficiaries() []string {
	if len(f.OnBehalf.For) > 0 {
		return f.OnBehalf.For
	}
	return f.Requesters
}

// The members of a request that say whom it is for.
const (
	For      = "for"
	ForEmail = "for.email"
)

// CheckFor returns what is wrong with the address of whom p requests for, "" for
// themselves; nil if nothing is, as far as no more is known of that person.
func (f *Flow) CheckFor(p run.Person, address string) *FieldError {
	switch {
	case address == "" && !f.MayAsk(p):
		return &FieldError{Field: For, Detail: "it is required: you may request this flow for other people only"}
	case address != "" && !f.MayAskForOthers(p):
		return &FieldError{Field: For, Detail: "you may not request this flow for somebody else"}
	}
	return nil
}

// CheckBeneficiary returns why p can't request the flow for another person, whose links
// are known; nil if they can.
func (f *Flow) CheckBeneficiary(p, other run.Person) *FieldError {
	switch {
	case other.Crowded:
		return &FieldError{Field: ForEmail, Detail: "is linked to so many logins that it names nobody"}
	case run.Same(p, other):
		return &FieldError{Field: ForEmail, Detail: "is your own; leave it out to request for yourself"}
	case !f.MayBeAskedFor(other):
		return &FieldError{Field: ForEmail, Detail: "this flow can't be requested for this person"}
	}
	return nil
}

// Addressee returns the person of an address as whom a request may be for. One whom the
// directory doesn't know has no groups but those that everybody with the address has.
func (d Directory) Addressee(address string) (p run.Person, known bool) {
	if p, known = d.Beneficiary(address); known {
		return p, true
	}
	return d.WithTokenGroups(run.Person{ID: address, Email: address}, nil), false
}

func (r *reader) onBehalf(n *yaml.Node, path string, f *Flow) {
	b := &OnBehalf{}
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"who": r.principals(&b.Who, false),
		"for": r.principals(&b.For, false),
	})
	if n.Kind == yaml.MappingNode && seen["who"] == nil {
		r.fail(n, join(path, "who"), "it is missing; it names who may request for other people")
	}
	for name, list := range map[string][]string{"who": b.Who, "for": b.For} {
		if at := seen[name]; at != nil && resolve(at).Kind == yaml.SequenceNode && len(resolve(at).Content) == 0 && len(list) == 0 {
			r.fail(at, join(path, name), "must name at least one")
		}
	}
	f.OnBehalf = b
}
