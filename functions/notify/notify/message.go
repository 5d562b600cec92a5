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

// happened says what an event did, for a sentence that begins with the request.
var happened = map[api.EventName]string{
	"forward": "waits for a decision", "approve": "was approved", "deny": "was denied", "expire": "expired", "cancel": "was canceled",
	"escalate": "is active: access was given", "deescalate": "has ended: access is gone", "revoke": "was revoked: access is gone",
	"fail": "failed: no access was given",
}

// maxSubject is in characters of ASCII, which is all that SNS takes
// (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
const maxSubject = 100

// Compose writes the message of an event: who, what, why, and what to do. There
// is none for an event that is nobody's to know of by itself: a request is told
// when it is routed to people, or decided; an act that does not count is told
// to who did it.
func Compose(e api.Event, portal string) (Message, bool) {
	did, told := happened[e.Entry.Event]
	fails := e.Type == api.EventTypeAccessFailing
	if fails {
		did, told = failing(e)
	}
	if !told {
		return Message{}, false
	}
	// A message can come late; it says no more than what still holds.
	movedOn := e.Request.Status != "" && e.Request.Status != e.Entry.Status
	switch {
	case fails:
	case e.Entry.Event == "forward" && movedOn:
		return Message{}, false
	case e.Entry.Event == "escalate" && movedOn:
		did = "was active: access was given, and has ended since"
	case outlasted(e):
		did = strings.Replace(did, "access is gone", "nobody can begin a session any more", 1)
	case e.Entry.Event == "approve" && e.Entry.Status == "pending":
		did = "was approved by " + nameOf(e.Entry.Actor) + ", and needs more approvals"
	}
	what := e.Request.Flow
	if label := target(e.Request.Fields); label != "" {
		what += ", " + text.Line(label)
	}
	m := Message{Subject: subject(fmt.Sprintf("%s for %s %s", what, requesterOf(e.Request), did))}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("The request of %s for %s %s.", requesterOf(e.Request), what, did)
	line("")
	if !e.Time.IsZero() {
		line("When:     %s", e.Time.UTC().Format(time.RFC3339))
	}
	switch {
	case fails:
		failingLines(e, line)
	case e.Entry.Event != "forward":
		line("By:       %s", nameOf(e.Entry.Actor))
		line("Why:      %s", below(e.Entry.Reason))
		if e.Entry.Override != nil {
			line("Override: an admin set aside what the hook %s says.", e.Entry.Override.Hook)
		}
		if e.Entry.HookReason != "" {
			line("          the hook %s adds: %s", e.Entry.HookReasonBy, below(e.Entry.HookReason))
		}
	}
	if e.Entry.Error != "" {
		line("Error:    %s", text.Line(e.Entry.Error))
	}
	if e.Request.Reason != "" {
		line("Asked:    %s", below(e.Request.Reason))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Request.Fields)) {
		line("          %s: %s", name, below(plain(e.Request.Fields[name])))
	}
	if e.Request.DurationSeconds > 0 {
		line("For:      %s", time.Duration(e.Request.DurationSeconds)*time.Second)
	}
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
	line("")
	switch {
	case fails && e.Request.LastError.Where == "grant":
		line("It is retried for a while; then the request fails, and what was given of it is taken back.")
	case fails:
		line("It is retried until it works. The flow's admins should look into it.")
	case e.Entry.Event == "forward":
		line("To decide: POST /requests/%s/approve or /deny.", e.Request.ID)
		if r := e.Request.Review; r != nil {
			line("Without a decision it expires at %s.", r.ExpiresAt.UTC().Format(time.RFC3339))
		}
	case e.Entry.Event == "escalate" && e.Request.Access != nil && !movedOn:
		line("Access ends at %s. To end it now: POST /requests/%s/revoke.", e.Request.Access.EndsAt.UTC().Format(time.RFC3339), e.Request.ID)
		if _, more, there := strings.Cut(e.Request.Access.Given, "read back. "); there {
			line("%s", text.Line(more))
		}
	case outlasted(e):
		line("A session that was begun before may last until %s.", e.Entry.SessionsUntil.UTC().Format(time.RFC3339))
	default:
		line("There is nothing to do.")
	}
	line("Request %s", e.Request.ID)
	if portal != "" {
		line("%s/requests/%s", strings.TrimSuffix(portal, "/"), e.Request.ID)
	}
	m.Text = b.String()
	return m, true
}

// outlasted reports whether a session may outlast the access that has ended.
func outlasted(e api.Event) bool {
	return !e.Entry.SessionsUntil.IsZero()
}

// target is the label of the target that was asked for.
func target(fields map[string]json.RawMessage) string {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var t struct{ ID, Label string }
		if raw := fields[name]; len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &t) == nil {
			if t.Label != "" {
				return t.Label
			}
			return t.ID
		}
	}
	return ""
}

// plain writes a field's value for reading.
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

// below writes the further lines of what somebody typed under its first, marked
// so that none looks like a line of the message.
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
