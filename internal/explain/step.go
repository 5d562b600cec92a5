package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// steps are the entries of the history, and what is known beside it.
func (x *explainer) steps() []Step {
	steps := make([]Step, 0, len(x.History)+2)
	approved := 0
	for i, e := range x.History {
		if e.Event == run.Approve && e.Actor.Type == run.UserActor {
			approved++
		}
		s := x.step(e.At, e.Event)
		actor := e.Actor
		s.Actor, s.Checks, s.Error, s.HooksVersion = &actor, e.Checks, x.failure(e), e.HooksVersion
		s.Text = strings.TrimSpace(x.says(e, i, approved))
		if o := e.Override; o != nil {
			s.Text += "; this overrode " + string(o.Hook)
			if o.Verdict != "" {
				s.Text += ", which said " + o.Verdict
			}
		}
		if second := adds(e.HookReasonBy, e.HookReason); second != "" {
			s.Text += "; " + second
		}
		if e.ActReason != "" {
			s.Text += "; " + x.name(*e.ActBy) + " says" + quoted(e.ActReason)
		}
		steps = append(steps, s)
	}
	if v := x.Shadow; v != nil {
		s := x.step(v.At, Tried)
		s.Actor, s.Checks, s.Error = &run.Actor{Type: run.HookActor, ID: string(run.OnRequest)}, v.Checks, v.Error
		s.Text = "in shadow mode " + x.tried()
		at := slices.IndexFunc(steps, func(s Step) bool { return s.Event != run.Request && !s.At.Before(v.At) })
		if at < 0 {
			at = len(steps)
		}
		steps = slices.Insert(steps, at, s)
	}
	if a := x.Access; a != nil && a.DeescalationFailing {
		s := x.step(x.UpdatedAt, Failing)
		s.Error = a.Error
		s.Text = "access could not be taken back so far; it is tried again at " + moment(a.RetryAt)
		steps = append(steps, s)
	} else if e := x.LastError; e != nil {
		s := x.step(e.At, Failing)
		s.Error = e.Text
		if did, access := map[string]string{"grant": "given", "take_back": "taken back"}[e.Where]; access {
			s.Text = fmt.Sprintf("access could not be %s yet; it is retried at %s", did, moment(e.NextTryAt))
		} else {
			s.Text = e.Text
		}
		steps = append(steps, s)
	}
	return steps
}

func (x *explainer) step(at time.Time, e run.EventName) Step {
	return Step{At: at, AfterMS: at.Sub(x.CreatedAt).Milliseconds(), Event: e}
}

// says says the ith entry for people; approved is how many people have approved
// until then.
func (x *explainer) says(e run.Entry, i, approved int) string {
	who := x.name(e.Actor)
	switch e.Event {
	case run.Request:
		return who + " asks" + said(e.Reason)
	case run.Forward:
		return x.forwards(e, i)
	case run.Ignore:
		return x.ignores(e)
	case run.Approve:
		text := who + " approves"
		if e.DurationSeconds > 0 {
			text += " for " + (time.Duration(e.DurationSeconds) * time.Second).String()
		}
		if e.Actor.Type == run.UserActor {
			text += parenthesized(x.approvals.counted(approved))
		}
		return text + said(e.Reason)
	case run.Deny:
		if e.ActBy != nil {
			return who + " makes a denial of " + x.acted(e) + said(e.Reason)
		}
		return who + " denies" + said(e.Reason)
	case run.Cancel:
		return who + " cancels" + said(e.Reason)
	case run.Expire:
		return "it expires" + said(e.Reason)
	case run.Escalate:
		text := "access is given"
		if a := x.Access; a != nil && !a.StartsAt.IsZero() {
			text += " from " + moment(a.StartsAt) + " to " + moment(a.EndsAt) + parenthesized(a.Given)
		}
		return text + said(e.Reason)
	case run.Deescalate:
		if e.Actor.Type == run.HookActor {
			return who + " ends access" + said(e.Reason) + x.gone()
		}
		return "access ends" + said(e.Reason) + x.gone()
	case run.Revoke:
		return who + " revokes access" + said(e.Reason) + x.gone()
	case run.Erased:
		return "an operator erases personal data"
	case run.Fail:
		return "it fails" + said(e.Reason)
	}
	return string(e.Event) + said(e.Reason)
}

// forwards says who is asked and told.
func (x *explainer) forwards(e run.Entry, i int) string {
	text := strings.TrimSuffix(e.Reason, ".")
	first := !slices.ContainsFunc(x.History[:i], func(e run.Entry) bool { return e.Event == run.Forward })
	if first && x.approvals != nil {
		text = x.approvals.who() + " can decide until " + moment(x.approvals.Until)
		if counted := x.approvals.counted(0); counted != "" {
			text += parenthesized(counted)
		}
	}
	if why, toAdmins := strings.CutPrefix(e.Reason, run.AdminsDecide); toAdmins {
		if !first {
			text = "one of the flow's admins is enough from now on"
		}
		text += parenthesized(strings.TrimSuffix(why, "."))
	}
	if len(e.To) > 0 {
		text += "; told: " + strings.Join(e.To, ", ")
	}
	return text
}

// acted names the act that an entry deals with and is not of its actor; one that
// was recorded before histories had names is somebody's.
func (x *explainer) acted(e run.Entry) string {
	if e.ActBy == nil {
		return "somebody's act"
	}
	return x.name(*e.ActBy) + "'s " + cmp.Or(string(e.ActEvent), "act")
}

// ignores says what did not count, and why.
func (x *explainer) ignores(e run.Entry) string {
	reason := e.Reason
	if reason == e.Error {
		reason = "" // it is told as the error
	}
	switch hook := e.Actor.Type == run.HookActor; {
	case e.Act != "" && hook:
		return x.name(e.Actor) + " does not let " + x.acted(e) + " count" + said(reason)
	case e.Act != "":
		return x.acted(e) + " does not count" + quoted(reason)
	case hook && e.Error != "" && e.Status == run.Requested:
		return x.name(e.Actor) + " fails, so what on_request decided does not count" + said(reason)
	case hook && e.Error != "":
		return x.name(e.Actor) + " fails, and nothing follows from it" + said(reason)
	case hook && e.Status == run.Requested:
		return x.name(e.Actor) + " does not let count what on_request decided" + said(reason)
	case hook:
		return x.name(e.Actor) + " does not let it count" + said(reason)
	}
	return "a limit of fast_track holds what on_request approved" + said(reason)
}

// failure is what went wrong on the way to an entry. Where people are asked,
// each hook's error stands after its name, with which it begins itself.
func (x *explainer) failure(e run.Entry) string {
	text := e.Error
	if e.Event == run.Forward && x.Review != nil {
		for _, failed := range x.Review.Errors {
			text = strings.ReplaceAll(text, string(failed.Hook)+": "+failed.Error, failed.Error)
		}
	}
	return text
}

// gone says when access was read back to be gone.
func (x *explainer) gone() string {
	if x.Access == nil || x.Access.GoneAt.IsZero() {
		return ""
	}
	return " (gone at " + moment(x.Access.GoneAt) + said(strings.TrimSuffix(x.Access.Gone, ".")) + ")"
}
