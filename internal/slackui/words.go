package slackui

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// What names what was requested: the flow and its target.
func What(r api.Request) string {
	flow, title := cmp.Or(r.FlowLabel, r.Flow), r.Title
	if title == "" {
		title = target(r.Fields)
	}
	if title == "" || title == flow {
		return flow
	}
	return flow + ", " + title
}

// target returns the label of the first field that is a target; "" if none is.
func target(fields map[string]json.RawMessage) string {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if label, is := targetLabel(fields[name]); is {
			return label
		}
	}
	return ""
}

func targetLabel(raw json.RawMessage) (string, bool) {
	var t struct{ ID, Label string }
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &t) != nil {
		return "", false
	}
	return cmp.Or(t.Label, t.ID), true
}

// Who names a person: the e-mail address, which identifies, before the name.
func Who(p api.Person) string { return cmp.Or(p.Email, p.Name, p.ID) }

// Actor names who did something.
func Actor(a api.Actor) string {
	switch a.Type {
	case api.ActorEngine:
		return "fasttrack"
	case api.ActorHook:
		return "the hook " + a.ID
	}
	return cmp.Or(a.Email, a.Name, a.ID)
}

// At writes a time for people, who may be anywhere.
func At(t time.Time) string { return t.UTC().Format("2 Jan 15:04 MST") }

// For writes a duration as people say it: "1h30m".
func For(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Headline says how a request stands, and by whom.
func Headline(r api.Request) string {
	if unreviewed(r) {
		return "Must be reviewed"
	}
	switch r.Status {
	case api.StatusRequested:
		return "Being checked"
	case api.StatusPending:
		return "Waits for a decision"
	case api.StatusExpired:
		return "Expired without a decision"
	case api.StatusRevoked:
		if by, known := actorOf(r, api.EventRevoke); known {
			return "Revoked by " + by
		}
		return "Revoked"
	case api.StatusEnded:
		return "Access ended"
	case api.StatusFailed:
		return "Failed: no access was granted"
	}
	return decided(r)
}

// decided says who decided a request; "" before a decision.
func decided(r api.Request) string {
	if r.Decision == nil {
		return string(r.Status)
	}
	by := Actor(r.Decision.By)
	switch {
	case r.Emergency():
		return "Granted at once, by nobody's decision"
	case r.Decision.Event == api.EventApprove && r.Decision.By.Type == api.ActorHook:
		return "Fast-tracked by " + by
	case r.Decision.Event == api.EventApprove:
		return "Approved by " + by
	case r.Decision.Event == api.EventDeny:
		return "Denied by " + by
	case r.Decision.Event == api.EventCancel:
		return "Canceled by " + by
	}
	return "Expired without a decision"
}

// actorOf returns who caused the last event of that name, if the history is known.
func actorOf(r api.Request, e api.EventName) (string, bool) {
	for _, entry := range slices.Backward(r.History) {
		if entry.Event == e {
			return Actor(entry.Actor), true
		}
	}
	return "", false
}

// title is the first line of everything about a request.
func title(r api.Request) string {
	return marked(r, fmt.Sprintf("%s: %s for %s", Headline(r), What(r), Who(r.Holder())))
}

// marked puts before a line what makes a request one that people look at twice: an
// emergency, which nobody decided, or an extension of access that is there.
func marked(r api.Request, line string) string {
	switch {
	case r.Emergency():
		return "Emergency · " + line
	case r.Extends != nil:
		return "Extension · " + line
	}
	return line
}

// ofExtension says what an extension extends; "" for any other request.
func ofExtension(r api.Request) string {
	x := r.Extends
	if x == nil {
		return ""
	}
	return "Extends access since " + At(x.StartedAt) + ", from " + At(x.EndsAt) + " to " + At(x.EndsAt.Add(duration(r)))
}

// approvals says how many have approved of how many; "" where one is enough.
func approvals(r api.Request) string {
	if r.Review == nil {
		return ""
	}
	need := 0
	for _, a := range r.Review.Approvals {
		need += a.Count
	}
	if need < 2 {
		return ""
	}
	names := make([]string, len(r.Review.ApprovedBy))
	for i, p := range r.Review.ApprovedBy {
		names[i] = Who(p)
	}
	s := fmt.Sprintf("%d of %d approvals", len(names), need)
	if len(names) > 0 {
		s += ": " + strings.Join(names, ", ")
	}
	return s
}
