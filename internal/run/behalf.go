package run

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Holder is who gets the access: whom the run is for, else its requester. Strategies,
// leases, limits and the count of recent requests go by the holder.
func (r *Run) Holder() *Person {
	if r.For != nil {
		return r.For
	}
	return &r.Requester
}

// OwnedBy reports whether the run is p's own, as its requester or whom it is for: by its principal, or by a directory
// entry that names the principals of both. An e-mail address alone doesn't make an
// owner, since addresses are handed on. A run without a principal, which an older
// release stored, is compared by ID and address as that release did.
func (r *Run) OwnedBy(p Person) bool { return p.is(r.Requester) || r.IsFor(p) }

// IsFor reports whether somebody else requested for p, as [Run.OwnedBy] reports whose a
// run is. A directory entry with identities means their logins. Without them the run is
// that of the login which alone carried the address before it was filed, or else of
// whoever carries it.
func (r *Run) IsFor(p Person) bool {
	q := r.For
	switch {
	case q == nil || p.Machine:
		return false
	case q.Mapped:
		return p.Mapped && p.ID == q.ID
	case q.Principal != "":
		return foldHandle(p.Principal) == foldHandle(q.Principal)
	}
	return q.Email != "" && email.Equal(p.Email, q.Email)
}

// HeldBy reports whether the access is p's own.
func (r *Run) HeldBy(p Person) bool {
	if r.For != nil {
		return r.IsFor(p)
	}
	return r.OwnedBy(p)
}

// Beneficiary returns p, who is known by an address, as whom a run is for. Links has p's
// logins.
func Beneficiary(p Person) Person {
	logins := slices.DeleteFunc(slices.Clone(p.Links), email.Plain)
	if !p.Mapped && len(logins) == 1 {
		p.Principal = logins[0]
	}
	return p
}

// concerns reports whether p may be the requester or whom the run is for.
func (r *Run) concerns(p Person) bool {
	return Same(r.Requester, p) || r.For != nil && Same(*r.For, p)
}

// parties are the people whom the run concerns; see [Run.concerns].
func (r *Run) parties() []*Person {
	if r.For != nil {
		return []*Person{&r.Requester, r.For}
	}
	return []*Person{&r.Requester}
}

func forView(p *Person) *api.Person {
	if p == nil {
		return nil
	}
	v := personView(*p)
	return &v
}

// crowded reports whether one of the people whom the run concerns can't be
// distinguished from others.
func (r *Run) crowded() bool {
	return slices.ContainsFunc(r.parties(), func(p *Person) bool { return p.Crowded })
}
