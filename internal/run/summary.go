package run

import (
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Summary is what lists need of a run: what they show, and while the run is
// pending whom it waits for. That long it is stored beside the run and
// in the indexes.
type Summary struct {
	View api.Request `json:"view"`
	// Requester is what View doesn't show of the requester.
	Requester Login `json:"requester,omitzero"`
	// For is what View doesn't show of whom the run is for.
	For Login `json:"for,omitzero"`
	// Waiting is nil unless the run is pending.
	Waiting *Waiting `json:"waiting,omitempty"`
	// ETag is that of [Run.ETag], "" in what older releases stored.
	ETag string `json:"etag,omitempty"`

	// admins are the run's; an index has them in Waiting alone.
	admins []string
	// run is what this is the summary of, nil where an index holds it.
	run *Run
}

// Login is what no response shows of a person, but what [Same] and
// [Run.OwnedBy] need.
type Login struct {
	Principal string `json:"principal,omitempty"`
	Mapped    bool   `json:"mapped,omitempty"`
}

func loginOf(p Person) Login { return Login{p.Principal, p.Mapped} }

// IsZero reports whether nothing is known, as in what older releases stored.
func (l Login) IsZero() bool { return l.Principal == "" }

// Waiting is whom a pending run waits for.
type Waiting struct {
	Admins       []string      `json:"admins"`
	Approvals    []Requirement `json:"approvals"`
	SelfApproval bool          `json:"self_approval,omitempty"`
	// Approvers are those that the view does not show.
	Approvers []string `json:"approvers,omitempty"`
	// ApprovedBy belongs to the people of the view's review.
	ApprovedBy []Login `json:"approved_by,omitempty"`
	// Named is what get_permissions named; nil in what older releases stored.
	Named *Named `json:"named,omitempty"`
	// Asking is the hook that is being called.
	Asking *Asking `json:"asking,omitempty"`
	// RequireReason lists the actions that must come with a reason.
	RequireReason []EventName `json:"require_reason,omitempty"`
	// Label and Chosen are those of the run and its flow.
	Label  string                       `json:"label,omitempty"`
	Chosen map[string]map[string]string `json:"chosen,omitempty"`
	// Hooks is nil in what older releases stored.
	Hooks *WaitingHooks `json:"hooks,omitempty"`
}

// WaitingHooks is what a flow says of its hooks.
type WaitingHooks struct {
	None            bool `json:"none,omitempty"`
	OverrideApprove bool `json:"override_approve,omitempty"`
}

// Summary returns the run's summary; its view has no history.
func (r *Run) Summary() Summary {
	s := Summary{View: r.View(), Requester: loginOf(r.Requester), ETag: r.ETag(), admins: r.Flow.Admins, run: r}
	s.View.History, s.View.Source = nil, nil
	if r.For != nil {
		s.For = loginOf(*r.For)
	}
	if r.Status == Pending {
		s.Waiting = &Waiting{
			Admins: r.Flow.Admins, Approvals: r.Review.Approvals, SelfApproval: r.Review.SelfApproval, RequireReason: r.Flow.RequireReason, Asking: r.asking(),
			Label: r.Flow.Label, Chosen: r.Chosen, Hooks: &WaitingHooks{r.Flow.NoHooks, r.Flow.OverrideApprove},
			Named: &Named{
				Approvers: r.Review.approversByHook(r.Flow.Review), Approvals: r.Review.approvalsByHook(r.Flow.Review),
				Viewers: r.Review.viewersByHook(r.Flow.Review),
			},
		}
		_, s.Waiting.Approvers = split(r.Review.Approvers)
		for _, a := range r.Review.ApprovedBy {
			s.Waiting.ApprovedBy = append(s.Waiting.ApprovedBy, loginOf(a.Person))
		}
	}
	return s
}

// AwaitsPerson reports the same of a summary as [Run.AwaitsPerson] of its run.
func (s Summary) AwaitsPerson(p Person, t *Today) bool {
	if s.View.Status != Pending || s.Waiting == nil || s.View.Review == nil {
		return false
	}
	r := s.pending()
	if s.Waiting.Named == nil && t != nil && t.knows(t.addressOf(p)) {
		// Not known; whoever is shown one too many is refused when they act.
		r.Review.Named = Named{Approvers: true, Approvals: true}
	}
	return r.AwaitsPerson(p, t)
}

// pending returns the run of a summary, as far as the summary has it.
func (s Summary) pending() *Run {
	rule := ReviewRule{Approvers: slices.Concat(s.View.Review.Approvers, s.Waiting.Approvers), Approvals: s.Waiting.Approvals, SelfApproval: s.Waiting.SelfApproval}
	r := &Run{
		ID: s.View.ID, Status: Pending, Chosen: s.Waiting.Chosen,
		Flow:      Flow{Name: s.View.Flow, Label: s.Waiting.Label, Admins: s.Waiting.Admins, Review: rule, RequireReason: s.Waiting.RequireReason},
		Requester: person(s.View.Requester, s.Requester), For: s.beneficiary(),
		Review: &Review{ReviewRule: rule, ExpiresAt: s.View.Review.ExpiresAt},
	}
	if h := s.Waiting.Hooks; h != nil {
		r.Flow.NoHooks, r.Flow.OverrideApprove = h.None, h.OverrideApprove
	}
	if a := s.Waiting.Asking; a != nil {
		r.UpdatedAt, r.Engine.Next, r.Engine.Hook = a.Due, NextHook, a.Hook
	}
	if s.Waiting.Named != nil {
		r.Review.Named = *s.Waiting.Named
	}
	for i, a := range s.View.Review.ApprovedBy {
		var l Login // unknown in an older release
		if i < len(s.Waiting.ApprovedBy) {
			l = s.Waiting.ApprovedBy[i]
		}
		r.Review.ApprovedBy = append(r.Review.ApprovedBy, Approval{Person: person(a, l)})
	}
	return r
}

// Complete reports whether [Summary.ViewFor] knows all that it shows: not of what
// an older release stored, and not with approvals, which may count by groups that
// a summary doesn't hold.
func (s Summary) Complete() bool {
	return s.run != nil || s.ETag != "" && s.Waiting != nil && s.Waiting.Hooks != nil && s.View.Review != nil && len(s.View.Review.ApprovedBy) == 0
}

// Run is the run of a complete summary, as far as [Summary.ViewFor] needs it.
func (s Summary) Run() *Run {
	if s.run != nil {
		return s.run
	}
	return s.pending()
}

// ViewFor is the view of a list for p; r is [Summary.Run], with the people that
// are linked.
func (s Summary) ViewFor(r *Run, p Person, t *Today, now time.Time) api.Request {
	v := s.View
	v.ETag = s.ETag
	r.forCaller(&v, p, t, now)
	return v
}

// IsAdmin reports whether p is an admin of the run today.
func (s Summary) IsAdmin(p Person, t *Today) bool {
	r := Run{Flow: Flow{Name: s.View.Flow, Admins: s.admins}, Requester: person(s.View.Requester, s.Requester), For: s.beneficiary()}
	if s.Waiting != nil {
		r.Flow.Admins = s.Waiting.Admins
	}
	return r.IsAdmin(p, t)
}

// OwnedBy reports of a summary what [Run.OwnedBy] does of its run.
func (s Summary) OwnedBy(p Person) bool {
	return (&Run{Requester: person(s.View.Requester, s.Requester), For: s.beneficiary()}).OwnedBy(p)
}

// MayBeHeldBy reports whether the access may be p's own, in doubt too; see [Same].
func (s Summary) MayBeHeldBy(p Person) bool {
	if q := s.beneficiary(); q != nil {
		return Same(*q, p)
	}
	return true
}

// beneficiary is whom the run is for, nil for its requester.
func (s Summary) beneficiary() *Person {
	if s.View.For == nil {
		return nil
	}
	p := person(*s.View.For, s.For)
	return &p
}

func person(v api.Person, l Login) Person {
	return Person{ID: v.ID, Email: v.Email, Name: v.Name, Principal: l.Principal, Mapped: l.Mapped}
}
