package request

import (
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// filter returns what a list lets through beside its view, status and times; nil for
// everything.
func (s service) filter(l listing) func(run.Summary) bool {
	var all []func(run.Summary) bool
	if l.Flow != "" {
		all = append(all, func(r run.Summary) bool { return r.View.Flow == l.Flow })
	}
	if l.Requester != "" {
		all = append(all, func(r run.Summary) bool { return names(l.Requester, r.View.Requester.ID, r.View.Requester.Email) })
	}
	if l.DecidedBy != "" {
		all = append(all, func(r run.Summary) bool { return decidedBy(r.View, l.DecidedBy) })
	}
	if l.Text != "" {
		text := strings.ToLower(l.Text)
		all = append(all, func(r run.Summary) bool { return s.says(r, text) })
	}
	if len(all) == 0 {
		return nil
	}
	return func(r run.Summary) bool {
		for _, accepts := range all {
			if !accepts(r) {
				return false
			}
		}
		return true
	}
}

// names reports whether a text is somebody's id or e-mail address.
func names(text, id, address string) bool {
	return text == id || email.Equal(text, id) || address != "" && email.Equal(text, address)
}

// decidedBy reports whether somebody decided a request, or approved it with others; or,
// for [api.DecidedByCode], whether a hook did.
func decidedBy(v api.Request, who string) bool {
	d := v.Decision
	switch {
	case d == nil:
		return false
	case d.By.Type == api.ActorHook || d.By.Type == api.ActorEngine:
		return d.By.Type == api.ActorHook && who == api.DecidedByCode
	case names(who, d.By.ID, d.By.Email):
		return true
	case d.Event != api.EventApprove || v.Review == nil:
		return false
	}
	for _, p := range v.Review.ApprovedBy {
		if names(who, p.ID, p.Email) {
			return true
		}
	}
	return false
}

// says reports whether the title, the reason or the id of a request has a text, which is
// in lower case.
func (s service) says(r run.Summary, text string) bool {
	v := r.View
	if strings.Contains(strings.ToLower(v.ID), text) || strings.Contains(strings.ToLower(v.Reason), text) {
		return true
	}
	s.Flows.Show(&v, r.Run())
	return strings.Contains(strings.ToLower(v.Title), text)
}
