package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// steps returns the entries of the history, and the states that are not in it.
func (x *explainer) steps() []Step {
	steps := make([]Step, 0, len(x.History)+2)
	approved := 0
	for i, e := range x.History {
		if e.Event == run.Approve && e.Actor.Type == run.UserActor {
			approved++
		}
		if e.Event == run.Withdraw {
			approved--
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
		if len(e.Stored) > 0 {
			s.Text += "; hooks stored " + strings.Join(e.Stored, ", ")
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
	if a := x.Access; a != nil && a.Looks != nil {
		s := x.step(a.Looks.LastAt, Looked)
		s.Text = fmt.Sprintf("access was looked at again %s, last at this time", text.Count(a.Looks.Count, "time"))
		if a.Looks.Failed > 0 {
			s.Text += fmt.Sprintf("; %d of them failed, and changed nothing", a.Looks.Failed)
		}
		at := slices.IndexFunc(steps, func(s Step) bool { return s.At.After(a.Looks.LastAt) })
		if at < 0 {
			at = len(steps)
		}
		steps = slices.Insert(steps, at, s)
	}
	if a := x.Access; a != nil && a.DeescalationFailing {
		s := x.step(x.UpdatedAt, Failing)
		s.Error = a.Error
		s.Text = "access could not be ended yet; retried at " + moment(a.RetryAt)
		steps = append(steps, s)
	} else if e := x.LastError; e != nil {
		s := x.step(e.At, Failing)
		s.Error = e.Text
		if did, access := map[string]string{"grant": "granted", "take_back": "ended"}[e.Where]; access {
			s.Text = fmt.Sprintf("access could not be %s yet; retried at %s", did, moment(e.NextTryAt))
		} else if e.Where == "confirm" {
			s.Text = "access could not be granted anew"
		} else {
			s.Text = e.Text
		}
		steps = append(steps, s)
	}
	if c := x.RuleChange; c != nil && (c.State == api.RuleChangePushed || c.State == api.RuleChangeRefused) {
		s := x.step(c.At, Rules)
		s.Text = x.rules()
		steps = append(steps, s)
	}
	return steps
}

func (x *explainer) step(at time.Time, e run.EventName) Step {
	return Step{At: at, AfterMS: at.Sub(x.CreatedAt).Milliseconds(), Event: e}
}

// says returns the text of the ith entry; approved is how many people had approved by
// then.
func (x *explainer) says(e run.Entry, i, approved int) string {
	who := x.name(e.Actor)
	switch e.Event {
	case run.Request:
		if e.For != nil {
			who += " files the request for " + person(*e.For)
		} else {
			who += " files the request"
		}
		if e.BreakGlass {
			who += " and breaks the glass"
		}
		if x := e.Extends; x != nil {
			who += fmt.Sprintf(", to extend the access of request %s, which ends at %s", x.ID, moment(x.EndsAt))
		}
		if !e.StartsAt.IsZero() {
			who += ", to start at " + moment(e.StartsAt)
		}
		return who + said(e.Reason)
	case run.Forward:
		return x.forwards(e, i)
	case run.Ignore:
		return x.ignores(e)
	case run.Reviews:
		return who + " reviews the emergency as " + string(e.Verdict) + said(e.Reason)
	case run.Confirm:
		return who + " confirms the access, which is granted anew until " + moment(e.EndsAt) + said(e.Reason)
	case run.Remind:
		if e.Status == run.Active {
			return "a confirm is due" + said(e.Reason)
		}
		return "the review is due" + said(e.Reason)
	case run.Approve:
		if e.BreakGlass {
			return "it is an emergency" + said(e.Reason)
		}
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
			return who + " turns " + x.acted(e) + " into a denial" + said(e.Reason)
		}
		return who + " denies" + said(e.Reason)
	case run.Withdraw:
		return who + " withdraws the approval" + said(e.Reason)
	case run.Cancel:
		return who + " cancels" + said(e.Reason)
	case run.Expire:
		return "it expires" + said(e.Reason)
	case run.Escalate:
		text := "access is granted"
		if a := x.Access; a != nil && !a.ConfirmedAt.IsZero() {
			text += " from " + moment(a.StartsAt) + parenthesized(a.Given)
		} else if a != nil && !a.StartsAt.IsZero() {
			text += " from " + moment(a.StartsAt) + " to " + moment(a.EndsAt) + parenthesized(a.Given)
		}
		return text + said(e.Reason)
	case run.Deescalate:
		if e.Actor.Type == run.HookActor {
			return who + " ends access" + said(e.Reason) + x.gone()
		}
		if e.ExtendedBy != "" {
			return "it ends, and access goes on in request " + e.ExtendedBy
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

// forwards returns who can decide, and who is notified.
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
		text += "; notified: " + strings.Join(e.To, ", ")
	}
	return text
}

// acted names the action that an entry is about, if it is not its actor's. Older
// histories have no names.
func (x *explainer) acted(e run.Entry) string {
	if e.ActBy == nil {
		return "somebody's action"
	}
	return x.name(*e.ActBy) + "'s " + cmp.Or(string(e.ActEvent), "action")
}

// ignores returns what was ignored, and why.
func (x *explainer) ignores(e run.Entry) string {
	reason := e.Reason
	if reason == e.Error {
		reason = "" // it is the step's error
	}
	switch hook := e.Actor.Type == run.HookActor; {
	case e.Act != "" && hook:
		return x.name(e.Actor) + " ignores " + x.acted(e) + said(reason)
	case e.Act != "":
		return x.acted(e) + " is ignored" + quoted(reason)
	case hook && e.Error != "" && e.Status == run.Requested:
		return x.name(e.Actor) + " fails, so the decision of on_request is ignored" + said(reason)
	case hook && e.Error != "":
		return x.name(e.Actor) + " fails, without effect" + said(reason)
	case hook && e.Status == run.Requested:
		return x.name(e.Actor) + " ignores the decision of on_request" + said(reason)
	case hook:
		return x.name(e.Actor) + " ignores it" + said(reason)
	case run.ByLook(e):
		return "a second look at the access fails, without effect" + said(reason)
	}
	return "a limit of fast_track holds the approval by on_request" + said(reason)
}

// failure returns the error of an entry. In an entry that forwards to people, the
// names of hooks are removed from before errors that begin with them.
func (x *explainer) failure(e run.Entry) string {
	text := e.Error
	if e.Event == run.Forward && x.Review != nil {
		for _, failed := range x.Review.Errors {
			text = strings.ReplaceAll(text, string(failed.Hook)+": "+failed.Error, failed.Error)
		}
	}
	return text
}

// gone returns when the end of access was verified.
func (x *explainer) gone() string {
	if x.Access == nil || x.Access.GoneAt.IsZero() {
		return ""
	}
	return " (verified at " + moment(x.Access.GoneAt) + said(strings.TrimSuffix(x.Access.Gone, ".")) + ")"
}
