package notify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// nameOf returns what people call an actor.
func nameOf(a api.Actor) string {
	switch a.Type {
	case api.ActorEngine:
		return "fasttrack"
	case api.ActorHook:
		return "the hook " + a.ID
	}
	return text.Line(cmp.Or(a.Email, a.Name, a.ID))
}

func requesterOf(r api.Request) string {
	return text.Line(cmp.Or(r.Requester.Email, r.Requester.Name, r.Requester.ID))
}

// Message is what people read.
type Message struct{ Subject, Text string }

// maxSubject is in characters of ASCII, which is all that SNS takes
// (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
const maxSubject = 100

// Compose writes the message of an event: who, what, why, and what to do. It
// returns false for an event without a message of its own: a request gets one when
// it is routed to people and when it is decided. An ignored action gets none,
// because its API call returns the result.
func Compose(e api.Event, portal string) (Message, bool) {
	did, notifies := situation(e)
	if !notifies {
		return Message{}, false
	}
	what := e.Request.Flow
	if label := target(e.Request.Fields); label != "" {
		what += ", " + text.Line(label)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	mark, request := markOf(e.Request)
	line("The %s of %s for %s %s.", request, requesterOf(e.Request), what, did)
	line("")
	happening(e, line)
	requested(e, line)
	evidence(e, line)
	line("")
	next(e, line)
	line("Request %s", e.Request.ID)
	if portal != "" {
		line("%s", page(portal, e.Request.ID))
	}
	return Message{Subject: subject(fmt.Sprintf("%s%s for %s %s", mark, what, requesterOf(e.Request), did)), Text: b.String()}, true
}

// markOf returns what the subject about a request begins with, and what its message calls it:
// an emergency and an extension are not mistaken for any other.
func markOf(r api.Request) (mark, request string) {
	switch {
	case r.Emergency():
		return "Emergency: ", "emergency request"
	case r.Extends != nil:
		return "Extension: ", "extension"
	}
	return "", "request"
}

// page is the URL of a request's page.
func page(portal, id string) string { return strings.TrimSuffix(portal, "/") + "/requests/" + id }

// removed says that access has ended, unless sessions outlast it.
const removed = "access is removed"

// happened says what an event did, for a sentence that begins with the request.
var happened = map[api.EventName]string{
	"forward": "waits for a decision", "approve": "was approved", "deny": "was denied", "expire": "expired", "cancel": "was canceled",
	"escalate": "is active: access is granted", "deescalate": "has ended: " + removed, "revoke": "was revoked: " + removed,
	"confirm": "was confirmed: access goes on",
	"fail":    "failed: no access was granted", "review": "was reviewed", "remind": "must be reviewed: it was an emergency",
}

// situation returns what happened to the request, for a sentence that begins with
// it, and whether people are notified of that. A message can come late; it claims
// only what still holds.
func situation(e api.Event) (did string, notifies bool) {
	if e.Type == api.EventTypeAccessFailing {
		return failing(e)
	}
	if e.AboutRules() {
		return rulesSituation(e), true
	}
	did, notifies = happened[e.Entry.Event]
	switch {
	case !notifies:
	case e.Entry.BreakGlass && e.Entry.Event == "approve":
		did = "was granted at once: the requester broke the glass"
	case e.Entry.Event == "remind" && e.Entry.Status == "active":
		if a := e.Request.Access; a == nil || movedOn(e) || !a.EndsAt.Equal(e.Entry.EndsAt) {
			return "", false
		}
		did = "must be confirmed by its holder, or access ends at " + e.Entry.EndsAt.UTC().Format(time.RFC3339)
	case e.Entry.Event == "remind" && (e.Request.BreakGlass == nil || e.Request.BreakGlass.State != "unreviewed"):
		return "", false
	case e.Entry.Event == "review":
		did = "was reviewed: " + string(e.Entry.Verdict)
	case e.Entry.Event == "forward" && movedOn(e):
		return "", false
	case e.Entry.Event == "escalate" && movedOn(e):
		did = "was active: access was granted, and has ended since"
	case e.Entry.Event == "approve" && e.Request.AwaitsStart():
		did += ": access starts at " + e.Request.StartsAt.UTC().Format(time.RFC3339)
	case e.Entry.Event == "deescalate" && e.Entry.ExtendedBy != "":
		did = "goes on: access was extended, in request " + e.Entry.ExtendedBy
	case e.Entry.Event == "revoke" && run.ByLook(e.Entry) && !outlasted(e):
		did = "was revoked by a second look: " + removed
	case outlasted(e):
		did = strings.Replace(did, removed, "no new session can begin", 1)
	case e.Entry.Event == "approve" && e.Entry.Status == "pending":
		did = "was approved by " + nameOf(e.Entry.Actor) + ", and needs more approvals"
	}
	return did, notifies
}

// movedOn reports whether the request has another status now than after the event.
func movedOn(e api.Event) bool {
	return e.Request.Status != "" && e.Request.Status != e.Entry.Status
}

// happening writes when the event happened, by whom and why.
func happening(e api.Event, line func(format string, args ...any)) {
	if !e.Time.IsZero() {
		line("When:     %s", e.Time.UTC().Format(time.RFC3339))
	}
	switch {
	case e.Type == api.EventTypeAccessFailing:
		failingLines(e, line)
	case e.AboutRules():
		rulesLines(e, line)
	case e.Entry.Event != "forward":
		line("By:       %s", nameOf(e.Entry.Actor))
		line("Why:      %s", below(e.Entry.Reason))
		if e.Entry.Override != nil {
			line("Override: an admin overrode the hook %s.", e.Entry.Override.Hook)
		}
		if e.Entry.HookReason != "" {
			line("          the hook %s adds: %s", e.Entry.HookReasonBy, below(e.Entry.HookReason))
		}
	}
	if e.Entry.Error != "" {
		line("Error:    %s", text.Line(e.Entry.Error))
	}
}

// requested writes what the requester entered.
func requested(e api.Event, line func(format string, args ...any)) {
	if p := e.Request.For; p != nil {
		line("Person:   %s, for whom it was requested", text.Line(cmp.Or(p.Email, p.ID)))
	}
	if e.Request.Reason != "" {
		line("Reason:   %s", below(e.Request.Reason))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Request.Fields)) {
		line("          %s: %s", name, below(plain(e.Request.Fields[name])))
	}
	if e.Request.DurationSeconds > 0 {
		line("For:      %s", time.Duration(e.Request.DurationSeconds)*time.Second)
	}
	if x := e.Request.Extends; x != nil {
		line("Extends:  request %s: access since %s, which ends at %s without it", x.ID, x.StartedAt.UTC().Format(time.RFC3339), x.EndsAt.UTC().Format(time.RFC3339))
	}
	if e.Request.Emergency() {
		line("Emergency: granted at once, nobody decided it; %s", review(*e.Request.BreakGlass))
	}
	if !e.Request.StartsAt.IsZero() {
		line("Starts:   %s", e.Request.StartsAt.UTC().Format(time.RFC3339))
	}
}

// review says what has become of the review of an emergency.
func review(b api.BreakGlass) string {
	switch {
	case b.Review != nil:
		return "reviewed by " + nameOf(b.Review.By) + ": " + string(b.Review.Verdict)
	case b.ReviewBy.IsZero():
		return "somebody else must review it once access has ended"
	}
	return "somebody else must review it until " + b.ReviewBy.UTC().Format(time.RFC3339)
}

// evidence writes the checks and errors of hooks.
func evidence(e api.Event, line func(format string, args ...any)) {
	for _, c := range e.Entry.Checks {
		verdict := "no"
		if c.Passed {
			verdict = "yes"
		}
		line("Check:    %s: %s %s", text.Line(c.Name), verdict, below(c.Detail))
	}
	if r := e.Request.Review; r != nil && e.Entry.Event == "forward" {
		for _, failed := range r.Errors {
			line("Note:     %s failed: %s", failed.Hook, text.Line(failed.Error))
		}
	}
}

// next writes what people can do, and what happens otherwise.
func next(e api.Event, line func(format string, args ...any)) {
	fails := e.Type == api.EventTypeAccessFailing
	switch {
	case fails && e.Request.LastError.Where == "grant":
		line("fasttrack retries for a while. Then the request fails, and what was granted of it is removed.")
	case fails && e.Request.LastError.Where == "confirm" && e.Request.LastError.NextTryAt.IsZero():
		line("Nothing has changed: it ends when it was to. Its holder may confirm it again before that.")
	case fails && e.Request.LastError.Where == "confirm":
		line("fasttrack retries for a while. Until its end, access stays as it is.")
	case fails:
		line("fasttrack retries until it works. The flow's admins should find the cause.")
	case e.AboutRules():
		line("%s", rulesNext(e))
	case e.Entry.Event == "forward":
		line("To decide: POST /requests/%s/approve or /deny.", e.Request.ID)
		if r := e.Request.Review; r != nil {
			line("Without a decision it expires at %s.", r.ExpiresAt.UTC().Format(time.RFC3339))
		}
	case e.Entry.Event == "escalate" && e.Request.Access != nil && !movedOn(e):
		line("Access ends at %s. To end it now: POST /requests/%s/revoke.", e.Request.Access.EndsAt.UTC().Format(time.RFC3339), e.Request.ID)
		if _, more, there := strings.Cut(e.Request.Access.Given, "read back. "); there {
			line("%s", text.Line(more))
		}
	case e.Entry.Event == "remind":
		line("To review it: POST /requests/%s/review.", e.Request.ID)
	case e.Entry.Event == "approve" && e.Entry.BreakGlass && !e.Request.Status.Final(e.Request.DurationSeconds > 0):
		line("If this is no emergency, end it: POST /requests/%s/revoke.", e.Request.ID)
	case outlasted(e):
		line("A session that began before may last until %s.", e.Entry.SessionsUntil.UTC().Format(time.RFC3339))
	default:
		line("Nothing to do.")
	}
}

// outlasted reports whether a session may outlast the access that has ended.
func outlasted(e api.Event) bool {
	return !e.Entry.SessionsUntil.IsZero()
}

// target returns the label of the requested target.
func target(fields map[string]json.RawMessage) string {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var t struct{ ID, Label string }
		if raw := fields[name]; len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &t) == nil {
			return cmp.Or(t.Label, t.ID)
		}
	}
	return ""
}

// plain returns a field's value for people to read.
func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	if label := target(map[string]json.RawMessage{"": value}); label != "" {
		return label
	}
	return string(value)
}

// below indents and marks the further lines of a text that somebody typed, so that
// none looks like a line of the message.
func below(s string) string { return text.Indent(s, "          | ") }

func subject(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	if len(s) > maxSubject {
		s = s[:maxSubject-3] + "..."
	}
	return s
}
