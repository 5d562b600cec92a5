package mail

import (
	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// situation is what has become of a request.
type situation struct {
	Event, State, Tone string
	Next               []string
}

// situationOf returns what a notice is about. A mail can come late, so it claims only
// what still holds.
func situationOf(n deliver.Notice) (situation, bool) {
	switch {
	case n.Kind == deliver.Progress:
		return situation{}, false
	case n.Kind == deliver.Ask:
		return asked(n.Request)
	case asksToConfirm(n):
		return confirmDue(n)
	case n.Event.Entry.BreakGlass && n.Event.Entry.Event == api.EventApprove, n.Event.Entry.Event == api.EventRemind, n.Event.Entry.Event == api.EventReview:
		return emergency(n)
	case n.Event.Type == api.EventTypeAccessFailing:
		return failing(n.Request)
	case n.Event.AboutRules():
		return rules(n.Event), true
	}
	s, known := happened(n)
	s.Event = string(n.Event.Entry.Event)
	return s, known
}

// asked is for approvers, as long as the request waits.
func asked(r api.Request) (situation, bool) {
	if r.Status != api.StatusPending {
		return situation{}, false
	}
	s := situation{Event: string(api.EventForward), State: "waits for your decision", Tone: "wait"}
	if r.Review != nil {
		s.Next = []string{"Without a decision it expires at " + clock(r.Review.ExpiresAt) + "."}
	}
	return s, true
}

// failing is for admins: granting or ending access is retried.
func failing(r api.Request) (situation, bool) {
	switch {
	case r.LastError == nil:
		return situation{}, false
	case r.LastError.Where == "confirm" && r.LastError.NextTryAt.IsZero():
		return situation{"failing", "access could not be granted anew", "bad", []string{"Nothing has changed: it ends when it was to. Its holder may confirm it again before that."}}, true
	case r.LastError.Where == "confirm":
		return situation{"failing", "access could not be granted anew yet", "bad", []string{"fasttrack retries for a while. Until its end, access stays as it is."}}, true
	case r.LastError.Where == "take_back":
		return situation{"failing", "access could not be removed yet", "bad", []string{"fasttrack retries until it works. The flow's admins should find the cause."}}, true
	}
	return situation{"failing", "access could not be granted yet", "bad", []string{"fasttrack retries for a while. Then the request fails, and what was granted of it is removed."}}, true
}

// happened is what the event of a history entry did.
func happened(n deliver.Notice) (situation, bool) {
	r, e := n.Request, n.Event.Entry
	by := actorOf(e.Actor)
	nothing := "Nothing to do."
	if n.Kind == deliver.Decided {
		nothing = "It needs no decision any more."
	}
	switch e.Event {
	case api.EventApprove:
		switch {
		case e.Status == api.StatusPending:
			return situation{State: "approved by " + by + ", needs more approvals", Tone: "wait", Next: []string{"It waits for the other approvals."}}, true
		case r.AwaitsStart() && n.Kind == deliver.Outcome:
			return situation{State: "approved, access starts later", Tone: "good", Next: []string{
				"Access starts at " + clock(r.StartsAt) + "; another mail says when it is there.", "Until then the request can be canceled. At the start it is checked again who may request it.",
			}}, true
		case r.DurationSeconds > 0 && r.Status == api.StatusApproved && n.Kind == deliver.Outcome:
			return situation{State: "approved", Tone: "good", Next: []string{"Access is being granted; another mail says when it is there."}}, true
		}
		return situation{State: "approved", Tone: "good", Next: []string{nothing}}, true
	case api.EventDeny:
		return situation{State: "denied", Tone: "bad", Next: []string{nothing}}, true
	case api.EventExpire:
		return situation{State: "expired", Tone: "", Next: []string{"Nobody decided in time. It can be requested again."}}, true
	case api.EventCancel:
		return situation{State: "canceled", Tone: "", Next: []string{nothing}}, true
	case api.EventEscalate:
		return granted(n), true
	case api.EventDeescalate, api.EventRevoke:
		return ended(e), true
	case api.EventFail:
		return situation{State: "failed, no access was granted", Tone: "bad", Next: []string{"Nothing to do."}}, true
	}
	return situation{}, false
}

// granted is about access that has begun, and may have ended since.
func granted(n deliver.Notice) situation {
	r := n.Request
	if r.Status != api.StatusActive || r.Access == nil {
		return situation{State: "access was granted, and has ended since", Next: []string{"Nothing to do."}}
	}
	s := situation{State: "access is granted", Tone: "good", Next: []string{"Access ends at " + clock(r.Access.EndsAt) + "."}}
	if r.UntilRevoked {
		s.Next = []string{"Access lasts until it is revoked. It ends at " + clock(r.Access.EndsAt) + " unless you confirm by then that you still need it; another mail reminds you."}
	}
	if n.Extend {
		s.Next = append(s.Next, "To keep it for longer, extend it before it ends: on the request's page, or with fasttrack extend "+r.ID+".")
	}
	if n.Link != "" {
		s.Next = append(s.Next, "How to use it, and what ends it early, is on the request's page.")
	}
	return s
}

// ended is about access that is over.
func ended(e api.Entry) situation {
	s := situation{State: "access has ended", Next: []string{"Nothing to do."}}
	switch {
	case e.Event == api.EventRevoke && run.ByLook(e):
		s.State = "access was revoked by a second look"
	case e.Event == api.EventRevoke:
		s.State = "access was revoked"
	case e.ExtendedBy != "":
		s.State = "access goes on in request " + e.ExtendedBy + ", which extends it"
	}
	if !e.SessionsUntil.IsZero() {
		s.Next = []string{"A session that began before may last until " + clock(e.SessionsUntil) + "."}
	}
	return s
}
