package mail

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Content is what a message says about a request, in any form.
type Content struct {
	// Title names the request: "Production read-only for ada@example.com".
	Title string
	// State is what the request is in, and Tone its colour: "wait", "good", "bad" or "".
	State, Tone string
	Rows        []Row
	Checks      []Check
	// Next are sentences about what happens, or what to do.
	Next []string
	// Button is the text of the link, Link its address. Without a Link, Commands are
	// commands for the same.
	Button, Link string
	Commands     []string
	Foot         []string
	event        string
}

// Row is a line of a table. Quoted is a text that somebody typed.
type Row struct {
	Label, Value string
	Quoted       bool
}

// Check is a piece of evidence.
type Check struct {
	Name, Detail string
	Passed       bool
}

// Describe returns what a notice says now. It returns false if it needs not be said
// any more.
func Describe(n deliver.Notice) (Content, bool) {
	s, notifies := situationOf(n)
	if !notifies {
		return Content{}, false
	}
	r := n.Request
	c := Content{
		Title: title(r), State: s.State, Tone: s.Tone, Next: s.Next, Button: "Open the request", Link: n.Link,
		Foot: []string{"Request " + r.ID}, event: s.Event,
	}
	switch {
	case n.Kind == deliver.Ask:
		c.Button = "Look and decide"
	case asksToConfirm(n):
		c.Button = "Confirm it"
		if c.Link != "" {
			c.Link += "#confirm"
		}
	case n.Kind == deliver.Alert && n.Event.Entry.Event == api.EventRemind:
		c.Button = "Review it"
	}
	if n.Link == "" {
		c.Commands = commands(n)
	}
	if n.Why != "" {
		c.Foot = append(c.Foot, "You get this mail because "+line(n.Why)+".")
	}
	c.Rows, c.Checks = facts(n), checksOf(n)
	return c, true
}

// title names a request for a subject and a headline. The requester's reason is never in
// it.
func title(r api.Request) string {
	return mark(r) + line(cmp.Or(r.Title, target(r.Fields), r.FlowLabel, r.Flow)) + " for " + personOf(r.Holder())
}

// mark is what a title begins with where a request is one to look at twice.
func mark(r api.Request) string {
	switch {
	case r.Emergency():
		return "Emergency: "
	case r.Extends != nil:
		return "Extension: "
	}
	return ""
}

func personOf(p api.Person) string { return line(cmp.Or(p.Email, p.Name, p.ID)) }

// actorOf returns what people call an actor.
func actorOf(a api.Actor) string {
	switch a.Type {
	case api.ActorEngine:
		return "fasttrack"
	case api.ActorHook:
		return "the rule " + line(a.ID)
	}
	return line(cmp.Or(a.Email, a.Name, a.ID))
}

// facts are the rows of the table.
func facts(n deliver.Notice) []Row {
	r, e := n.Request, n.Event.Entry
	rows := []Row{{Label: "Requested by", Value: personOf(r.Requester)}, {Label: "Flow", Value: line(cmp.Or(r.FlowLabel, r.Flow))}}
	add := func(label, value string, quoted bool) {
		if value != "" {
			rows = append(rows, Row{label, value, quoted})
		}
	}
	add("From", line(r.Source.Text()), true)
	if r.For != nil {
		add("Requested for", personOf(*r.For), false)
	}
	if r.Reason != "" {
		add("Reason", text.Clean(r.Reason), true)
	}
	for _, f := range r.FieldsShown {
		add(line(cmp.Or(f.Label, f.Name)), text.Clean(f.Shown), true)
	}
	if r.UntilRevoked {
		add("For", "until it is revoked, confirmed every "+duration(r.DurationSeconds), false)
	} else if r.DurationSeconds > 0 {
		add("For", duration(r.DurationSeconds), false)
	}
	if r.Emergency() {
		add("Emergency", glass(*r.BreakGlass), false)
	}
	if x := r.Extends; x != nil {
		add("Extends", "access since "+clock(x.StartedAt)+", which ends at "+clock(x.EndsAt)+" without it (request "+x.ID+")", false)
	}
	if !r.StartsAt.IsZero() {
		add("Starts", clock(r.StartsAt), false)
	}
	if n.Kind != deliver.Ask && n.Kind != deliver.Confirm && e.Event != "" && e.Event != api.EventForward {
		add("By", actorOf(e.Actor), false)
		add("Why", text.Clean(e.Reason), true)
		if e.HookReason != "" {
			add("The rule "+line(e.HookReasonBy)+" adds", text.Clean(e.HookReason), true)
		}
	}
	if o := n.Event.Rules; n.Kind == deliver.Rules && o != nil && o.Version == 0 {
		add("Why not", text.Clean(o.Why), false)
	}
	if n.Kind == deliver.Failing && r.LastError != nil {
		add("Error", line(r.LastError.Text), false)
		if !r.LastError.NextTryAt.IsZero() {
			add("Next retry", clock(r.LastError.NextTryAt), false)
		}
	}
	return rows
}

// checksOf is the evidence: what hooks found for an ask, or for the decision.
func checksOf(n deliver.Notice) []Check {
	found := n.Event.Entry.Checks
	if len(found) == 0 && n.Request.Review != nil && n.Kind == deliver.Ask {
		found = n.Request.Review.Checks
	}
	var all []Check
	for _, c := range found {
		all = append(all, Check{Name: line(c.Name), Detail: line(c.Detail), Passed: c.Passed})
	}
	if r := n.Request.Review; r != nil && n.Kind == deliver.Ask {
		for _, failed := range r.Errors {
			all = append(all, Check{Name: line(failed.Hook) + " failed", Detail: line(failed.Error)})
		}
	}
	return all
}

// commands are the commands of who has no page to open.
func commands(n deliver.Notice) []string {
	id := n.Request.ID
	switch {
	case n.Kind == deliver.Outcome && n.Event.Entry.Event == api.EventEscalate && n.Request.Status == api.StatusActive:
		return []string{"fasttrack show " + id, "fasttrack revoke " + id}
	case asksToConfirm(n):
		return []string{"fasttrack show " + id, "fasttrack confirm " + id, "fasttrack revoke " + id}
	case n.Kind == deliver.Alert && n.Event.Entry.Event == api.EventRemind:
		return []string{"fasttrack show " + id, "fasttrack review " + id + " --verdict justified", "fasttrack review " + id + " --verdict unjustified --note WHY"}
	case n.Kind == deliver.Alert:
		return []string{"fasttrack show " + id, "fasttrack revoke " + id}
	case n.Kind != deliver.Ask:
		return []string{"fasttrack show " + id}
	}
	return []string{"fasttrack show " + id, "fasttrack approve " + id, "fasttrack deny " + id + " --reason WHY"}
}

// target returns the label of the requested target.
func target(fields map[string]json.RawMessage) string {
	for _, raw := range fields {
		var t struct{ ID, Label string }
		if len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &t) == nil {
			return cmp.Or(t.Label, t.ID)
		}
	}
	return ""
}

// clock returns a time for people of every time zone.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// duration returns "1h30m" for 5400.
func duration(seconds int) string {
	s := (time.Duration(seconds) * time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
