package notify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Event is what the bus says; docs/events.md describes it. Members that no
// message needs are left out.
type Event struct {
	ID   string    `json:"id"`
	Type string    `json:"type"`
	Time time.Time `json:"time"`
	Run  struct {
		ID              string                     `json:"id"`
		Flow            string                     `json:"flow"`
		Status          string                     `json:"status"`
		Requester       person                     `json:"requester"`
		Fields          map[string]json.RawMessage `json:"fields"`
		Reason          string                     `json:"reason"`
		DurationSeconds int                        `json:"duration_seconds"`
		Review          *struct {
			ExpiresAt time.Time `json:"expires_at"`
			Errors    []struct {
				Hook  string `json:"hook"`
				Error string `json:"error"`
			} `json:"errors"`
		} `json:"review"`
		Access *struct {
			EndsAt time.Time `json:"ends_at"`
			Given  string    `json:"given"`
		} `json:"access"`
		LastError *struct {
			Where     string    `json:"where"`
			Text      string    `json:"text"`
			NextTryAt time.Time `json:"next_try_at"`
		} `json:"last_error"`
	} `json:"run"`
	Entry struct {
		Event  string `json:"event"`
		Status string `json:"status"`
		Actor  person `json:"actor"`
		Reason string `json:"reason"`
		// HookReason is what the hook HookReasonBy said about the event of Actor.
		HookReason   string `json:"hook_reason"`
		HookReasonBy string `json:"hook_reason_by"`
		// Override says which hook's verdict an admin set aside.
		Override *struct {
			Hook string `json:"hook"`
		} `json:"override"`
		Error string `json:"error"`
		// SessionsUntil is until when a session may outlast the access that ended.
		SessionsUntil time.Time `json:"sessions_until"`
		To            []string  `json:"to"`
		Checks        []struct {
			Name   string `json:"name"`
			Passed bool   `json:"passed"`
			Detail string `json:"detail"`
		} `json:"checks"`
	} `json:"entry"`
	// To is who is to be notified of an event without an entry.
	To []string `json:"to"`
}

type person struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

func (p person) String() string {
	switch {
	case p.Type == "engine":
		return "fasttrack"
	case p.Type == "hook":
		return "the hook " + p.ID
	case p.Email != "":
		return text.Line(p.Email)
	case p.Name != "":
		return text.Line(p.Name)
	}
	return text.Line(p.ID)
}

// Message is what people read.
type Message struct{ Subject, Text string }

// happened says what an event did, for a sentence that begins with the request.
var happened = map[string]string{
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
func Compose(e Event, portal string) (Message, bool) {
	did, told := happened[e.Entry.Event]
	fails := e.Type == accessFailing
	if fails {
		did, told = e.failing()
	}
	if !told {
		return Message{}, false
	}
	// A message can come late; it says no more than what still holds.
	movedOn := e.Run.Status != "" && e.Run.Status != e.Entry.Status
	switch {
	case fails:
	case e.Entry.Event == "forward" && movedOn:
		return Message{}, false
	case e.Entry.Event == "escalate" && movedOn:
		did = "was active: access was given, and has ended since"
	case e.outlasted():
		did = strings.Replace(did, "access is gone", "nobody can begin a session any more", 1)
	case e.Entry.Event == "approve" && e.Entry.Status == "pending":
		did = "was approved by " + e.Entry.Actor.String() + ", and needs more approvals"
	}
	what := e.Run.Flow
	if label := target(e.Run.Fields); label != "" {
		what += ", " + text.Line(label)
	}
	m := Message{Subject: subject(fmt.Sprintf("%s for %s %s", what, e.Run.Requester, did))}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("The request of %s for %s %s.", e.Run.Requester, what, did)
	line("")
	if !e.Time.IsZero() {
		line("When:     %s", e.Time.UTC().Format(time.RFC3339))
	}
	switch {
	case fails:
		e.failingLines(line)
	case e.Entry.Event != "forward":
		line("By:       %s", e.Entry.Actor)
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
	if e.Run.Reason != "" {
		line("Asked:    %s", below(e.Run.Reason))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Run.Fields)) {
		line("          %s: %s", name, below(plain(e.Run.Fields[name])))
	}
	if e.Run.DurationSeconds > 0 {
		line("For:      %s", time.Duration(e.Run.DurationSeconds)*time.Second)
	}
	for _, c := range e.Entry.Checks {
		verdict := "no"
		if c.Passed {
			verdict = "yes"
		}
		line("Check:    %s: %s %s", text.Line(c.Name), verdict, below(c.Detail))
	}
	if r := e.Run.Review; r != nil && e.Entry.Event == "forward" {
		for _, failed := range r.Errors {
			line("Note:     %s failed: %s", failed.Hook, text.Line(failed.Error))
		}
	}
	line("")
	switch {
	case fails && e.Run.LastError.Where == "grant":
		line("It is retried for a while; then the request fails, and what was given of it is taken back.")
	case fails:
		line("It is retried until it works. The flow's admins should look into it.")
	case e.Entry.Event == "forward":
		line("To decide: POST /requests/%s/approve or /deny.", e.Run.ID)
		if r := e.Run.Review; r != nil {
			line("Without a decision it expires at %s.", r.ExpiresAt.UTC().Format(time.RFC3339))
		}
	case e.Entry.Event == "escalate" && e.Run.Access != nil && !movedOn:
		line("Access ends at %s. To end it now: POST /requests/%s/revoke.", e.Run.Access.EndsAt.UTC().Format(time.RFC3339), e.Run.ID)
		if _, more, there := strings.Cut(e.Run.Access.Given, "read back. "); there {
			line("%s", text.Line(more))
		}
	case e.outlasted():
		line("A session that was begun before may last until %s.", e.Entry.SessionsUntil.UTC().Format(time.RFC3339))
	default:
		line("There is nothing to do.")
	}
	line("Request %s", e.Run.ID)
	if portal != "" {
		line("%s/requests/%s", strings.TrimSuffix(portal, "/"), e.Run.ID)
	}
	m.Text = b.String()
	return m, true
}

// outlasted reports whether a session may outlast the access that has ended.
func (e Event) outlasted() bool {
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
