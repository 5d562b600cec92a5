package slackui

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// state says what became of a request, who decided and why; nil while nobody has.
func state(r api.Request) []slack.RichTextElement {
	var all []slack.RichTextElement
	if some := approvals(r); some != "" && r.Status == api.StatusPending {
		all = append(all, section(spoken(some, maxFact)))
	}
	if d := r.Decision; d != nil && d.Event != api.EventExpire {
		all = append(all, section(bold(decided(r), maxWhat), glue(" on "+At(d.At))))
		if d.Reason != "" {
			all = append(all, quote(d.Reason, maxDecided))
		}
		if d.HookReason != "" {
			all = append(all, section(glue("The hook "), spoken(d.HookReasonBy, maxName), glue(" adds: "), spoken(d.HookReason, maxFact)))
		}
	}
	if now := access(r); now != "" {
		all = append(all, section(spoken(now, maxFact)))
	}
	if r.Status == api.StatusRevoked {
		if why := revokedFor(r); why != "" {
			all = append(all, quote(why, maxDecided))
		}
	}
	return all
}

// access says how access stands. It shows nothing that a strategy returned.
func access(r api.Request) string {
	a := r.Access
	switch {
	case r.LastError != nil && r.LastError.Where == "take_back":
		return "Access could not be removed yet; fasttrack retries. " + r.LastError.Text
	case r.LastError != nil && r.LastError.Where == "grant":
		return "Access could not be granted yet; fasttrack retries. " + r.LastError.Text
	case r.LastError != nil && r.LastError.Where == "confirm" && a != nil:
		return notRenewed(r)
	case r.AwaitsStart():
		return "Access starts on " + At(r.StartsAt) + "."
	case r.Status == api.StatusApproved && r.DurationSeconds > 0:
		return "Access is being granted."
	case r.Status == api.StatusActive && a != nil && !a.EndsAt.IsZero():
		if r.LastError != nil && r.LastError.Where == string(run.WhileActive) {
			return "Access until " + At(a.EndsAt) + ". The last second look failed: " + r.LastError.Text
		}
		return "Access until " + At(a.EndsAt) + "."
	case r.Status == api.StatusEnded, r.Status == api.StatusRevoked:
		return gone(r)
	case r.Status == api.StatusFailed:
		return "No access was granted."
	}
	return ""
}

// gone says how access ended, and what outlasts it.
func gone(r api.Request) string {
	s := "Access ended"
	if by, known := actorOf(r, api.EventRevoke); known && r.Status == api.StatusRevoked {
		s = "Access was revoked by " + by
	}
	a := r.Access
	if a == nil {
		return s + "."
	}
	if !a.GoneAt.IsZero() {
		s += " on " + At(a.GoneAt)
	}
	if s += "."; !a.SessionsUntil.IsZero() {
		s += " A session that began before may last until " + At(a.SessionsUntil) + "."
	}
	return s
}

// revokedFor returns the reason of a revocation; "" if it is unknown.
func revokedFor(r api.Request) string {
	for _, e := range slices.Backward(r.History) {
		if e.Event == api.EventRevoke {
			return e.Reason
		}
	}
	return ""
}
