package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// answer returns the whole answer in one sentence.
func (x *explainer) answer() string {
	var parts []string
	switch x.Status {
	case run.Requested:
		parts = append(parts, "Still waits for the hooks of "+x.Flow+" to respond")
	case run.Pending:
		parts = append(parts, x.waiting())
	case run.Canceled:
		if x.Decision == nil || x.Decision.Event == run.Cancel {
			parts = append(parts, x.decided(), x.second())
		} else {
			parts = append(parts, x.canceled(), "it was "+lower(x.decided()), x.second())
		}
	case run.Ended, run.Revoked, run.Failed:
		parts = append(parts, x.end(), "it was "+lower(x.decided()), x.second())
	default:
		parts = append(parts, x.decided(), x.second())
		parts = append(parts, x.access(), x.rules())
	}
	if x.Shadow != nil {
		parts = append(parts, "in shadow mode "+x.tried())
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	for i, p := range parts[:len(parts)-1] {
		parts[i] = strings.TrimSuffix(p, ".")
	}
	return sentence(strings.Join(parts, "; "))
}

// waiting returns whom a request waits for, and why.
func (x *explainer) waiting() string {
	a := x.approvals
	if a == nil {
		return "Still waits for people to decide"
	}
	text := fmt.Sprintf("Still waits for %s to decide until %s", a.who(), moment(a.Until))
	if counted := a.counted(len(a.By)); counted != "" {
		text += ", with " + counted + parenthesized(and(a.By))
	}
	if why := x.routed(); why != "" {
		text += "; " + why
	}
	return text
}

// routed returns why people decide, in words that can follow "after", or "".
func (x *explainer) routed() string {
	to, there := x.first(func(e run.Entry) bool { return e.Event == run.Forward })
	if !there {
		return ""
	}
	if held, is := run.HeldByLimit(x.History); is {
		return "a limit of fast_track held the approval by on_request" + parenthesized(held.Reason)
	}
	ignored := func(e run.Entry) bool {
		return e.Event == run.Ignore && e.Status == run.Requested && e.Actor.Type == run.HookActor
	}
	if e, is := x.first(ignored); is {
		return fmt.Sprintf("%s ignored the decision of on_request%s", e.Actor.ID, parenthesized(cmp.Or(e.Reason, e.Error)))
	}
	if text, failed := strings.CutPrefix(to.Error, string(run.OnRequest)+": "); failed {
		// Errors of other hooks follow; they are in the steps.
		text, _, _ = strings.Cut(text, "; "+string(run.GetPermissions)+": ")
		text, _, _ = strings.Cut(text, "; "+string(run.GetNotifications)+": ")
		text, _, _ = strings.Cut(text, "; "+run.NotNotified)
		return strings.TrimSuffix(text, ".")
	}
	var failed []string
	for _, c := range to.Checks {
		if !c.Passed {
			failed = append(failed, "“"+c.Name+"”"+parenthesized(c.Detail))
		}
	}
	if len(failed) > 0 {
		return "on_request left it to people because of failed checks, " + and(failed)
	}
	return ""
}

// decided returns who decided, and why.
func (x *explainer) decided() string {
	d := x.Decision
	if d == nil {
		return string(x.Status)
	}
	after := ""
	if why := x.routed(); why != "" {
		after = " after " + why
	}
	switch {
	case d.Event == run.Expire:
		return x.expired() + after
	case d.By.Type == run.HookActor:
		text := outcome[d.Event]
		switch d.By.ID {
		case string(run.OnRequest):
			text += " at once"
		case string(run.OnExpire):
			after = " when nobody had decided in time" + after
		}
		text += " by " + x.name(d.By) + after
		if by := fmt.Sprintf("%s by %s of %s", outcome[d.Event], d.By.ID, x.Flow); d.Reason == by {
			return text + ", without a reason"
		}
		return text + said(d.Reason)
	case d.By == run.BreakGlassActor:
		return "Granted at once in an emergency: " + person(x.Requester) + " broke the glass" + quoted(x.Reason) + x.glass()
	case d.Event == run.Cancel:
		return "Canceled by " + x.name(d.By) + x.owner(d.By) + quoted(d.Reason) + after
	case d.Event == run.Approve && x.approvals != nil && len(x.approvals.By) > 1:
		text := "Approved by " + and(x.approvals.By) + quoted(d.Reason)
		if len(x.approvals.From) > 0 {
			return text + ", where " + x.approvals.needs() + " must" + after
		}
		return text + ", " + x.approvals.counted(len(x.approvals.By)) + after
	}
	return outcome[d.Event] + " by " + x.name(d.By) + quoted(d.Reason) + after
}

// second returns the reason that a hook added to a decision of somebody else, or "".
func (x *explainer) second() string {
	if x.Decision == nil {
		return ""
	}
	return adds(x.Decision.HookReasonBy, x.Decision.HookReason)
}

var outcome = map[run.EventName]string{run.Approve: "Approved", run.Deny: "Denied", run.Expire: "Expired", run.Cancel: "Canceled"}

// nobody is the engine's own reason for an expiry, which adds nothing.
const nobody = "Nobody decided in time."

// expired returns why nobody decided. A request can expire early, when its execution
// died or its record is full.
func (x *explainer) expired() string {
	a, d := x.approvals, x.Decision
	if a == nil || d.At.Before(a.Until) {
		return "Expired" + said(d.Reason)
	}
	within := a.Until.Sub(x.CreatedAt)
	text := fmt.Sprintf("Expired: nobody of %s decided within %s", a.who(), within)
	if len(a.By) > 0 {
		text = fmt.Sprintf("Expired: %s within %s%s, and nobody else of %s decided", a.counted(len(a.By)), within, parenthesized(and(a.By)), a.who())
	}
	if d.Reason != nobody {
		text += quoted(d.Reason)
	}
	return text
}

// access returns the state of the access of an approved request, or "".
func (x *explainer) access() string {
	a := x.Access
	switch {
	case a != nil && a.DeescalationFailing:
		return fmt.Sprintf("its access could not be ended yet%s; retried at %s", parenthesized(a.Error), moment(a.RetryAt))
	case x.LastError != nil && x.LastError.Where == "grant":
		return fmt.Sprintf("its access could not be granted yet%s; retried at %s", parenthesized(x.LastError.Text), moment(x.LastError.NextTryAt))
	case x.LastError != nil && x.LastError.Where == "take_back":
		return fmt.Sprintf("its access could not be ended yet%s; retried at %s", parenthesized(x.LastError.Text), moment(x.LastError.NextTryAt))
	case x.LastError != nil && x.LastError.Where == "confirm" && a != nil:
		return fmt.Sprintf("its access could not be granted anew%s, and lasts until %s", parenthesized(x.LastError.Text), moment(a.EndsAt))
	case x.Status == run.Active && a != nil:
		return "its access lasts until " + moment(a.EndsAt)
	case x.AwaitsStart():
		return "its access starts at " + moment(x.StartsAt)
	case x.Status == run.Approved && x.DurationSeconds > 0:
		return "its access is not granted yet"
	}
	return ""
}

// canceled returns who canceled an approved request before its start.
func (x *explainer) canceled() string {
	e, _ := x.first(func(e run.Entry) bool { return e.Event == run.Cancel })
	return "Canceled by " + x.name(e.Actor) + x.owner(e.Actor) + ", before its access started" + quoted(e.Reason)
}

// end returns how a request with access ended.
func (x *explainer) end() string {
	e, there := x.first(func(e run.Entry) bool {
		return e.Event == run.Deescalate || e.Event == run.Revoke || e.Event == run.Fail
	})
	if !there {
		return string(x.Status)
	}
	given := x.Access != nil && !x.Access.StartsAt.IsZero()
	text := ""
	switch {
	case e.Event == run.Fail:
		text = "Failed" + said(e.Reason)
	case e.Event == run.Revoke:
		text = "Revoked by " + x.name(e.Actor) + quoted(e.Reason)
	case !given:
		text = "Ended without access by " + x.name(e.Actor) + quoted(e.Reason)
	case e.Actor.Type == run.HookActor:
		text = "Ended by " + x.name(e.Actor) + quoted(e.Reason)
	default:
		text = "Ended" + said(e.Reason)
	}
	text = strings.TrimSuffix(text, ".")
	if second := adds(e.HookReasonBy, e.HookReason); second != "" {
		text += "; " + second
	}
	switch {
	case given && !x.Access.GoneAt.IsZero():
		text += fmt.Sprintf("; access lasted from %s to %s", moment(x.Access.StartsAt), moment(x.Access.GoneAt))
		if until := x.Access.SessionsUntil; !until.IsZero() {
			text += ", but a session may last until " + moment(until)
		}
	case e.Event == run.Revoke:
		text += " before access was granted"
	}
	return text
}

// tried returns the on_request outcome in shadow mode.
func (x *explainer) tried() string {
	s := x.Shadow
	switch {
	case s.Error != "":
		return s.Error
	case s.Event == run.Approve:
		return "on_request would have approved it" + said(s.Reason)
	case s.Event == run.Deny:
		return "on_request would have denied it" + said(s.Reason)
	}
	return "on_request would have left it to people"
}

// said returns a reason after a colon, quoted one inside a sentence, parenthesized a
// detail. Each returns "" for none.
func said(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// adds returns the reason that a hook added to an event of somebody else.
func adds(hook, reason string) string {
	if reason == "" {
		return ""
	}
	return hook + " adds" + quoted(reason)
}

func quoted(reason string) string {
	if reason == "" {
		return ""
	}
	return " (“" + reason + "”)"
}

func parenthesized(text string) string {
	if text == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(text, ".") + ")"
}

func sentence(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// moment returns a time for people, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
