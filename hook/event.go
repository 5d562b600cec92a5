package hook

import (
	"encoding/json"
	"fmt"
	"time"
)

// Event is what a hook is asked about: something that happens to a request. Each
// hook has a copy of its own.
type Event struct {
	// Hook is the hook that is asked, such as "on_request".
	Hook string
	// Name is what happens: "request", "approve", "deny", …
	Name string
	At   time.Time
	// Channel is the way by which it came: "api", "cli", "slack", "web",
	// "hook" or "engine".
	Channel string
	// Reason is the reason that came with this event; Run.Reason is the
	// requester's.
	Reason string
	// User is who caused this event, Requester who asked.
	User, Requester User
	Flow            Flow
	Run             Run
	// Fields are the values of the request.
	Fields Fields
	// Context is what the requester sent along.
	Context Context

	actors map[string]User
	steps  map[string]json.RawMessage
	checks []Check
	output json.RawMessage
	failed error
}

// User is a person, or a hook or the engine where Type says so.
type User struct {
	// Type is "user", "hook" or "engine".
	Type   string   `json:"type"`
	ID     string   `json:"id"`
	Email  string   `json:"email"`
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
}

// Flow is the flow of the request.
type Flow struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Vars are the flow's vars in flows.yaml.
	Vars Vars `json:"vars"`
}

// Run is the run of the request.
type Run struct {
	ID     string
	Status string
	// Reason is why the requester asks.
	Reason string
	// Duration is how long access is asked for, 0 for an approval alone.
	Duration time.Duration
	// Withheld names sensitive fields that were given a value.
	Withheld []string
	// History is what happened so far, oldest first, at most 50 entries.
	History []Entry
}

// Entry is one event of a run's history.
type Entry struct {
	Seq    int       `json:"seq"`
	Event  string    `json:"event"`
	At     time.Time `json:"at"`
	Actor  User      `json:"actor"`
	Reason string    `json:"reason"`
	Error  string    `json:"error"`
}

// ByHook tells whether a hook, not a person, caused this event.
func (e *Event) ByHook() bool { return e.Channel == "hook" }

// Actor is who last caused an event of that name, such as "request"; the zero
// User if nobody did.
func (e *Event) Actor(event string) User { return e.actors[event] }

// Check records a piece of evidence in passing, and returns passed.
func (e *Event) Check(name string, passed bool, detail string) bool {
	e.checks = append(e.checks, Check{Name: name, Passed: passed, Detail: detail})
	return passed
}

// Output keeps v, as JSON of at most 8 KiB, for later hooks; see [Event.Step].
func (e *Event) Output(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		e.failed = fmt.Errorf("output: %w", err)
		return
	}
	if len(raw) > maxOutput {
		e.failed = fmt.Errorf("output: %d bytes, more than %d", len(raw), maxOutput)
		return
	}
	e.output = raw
}

// Step reads the output of an earlier hook into v; false if there is none, or it
// doesn't fit.
func (e *Event) Step(hook string, v any) bool {
	raw, there := e.steps[hook]
	return there && json.Unmarshal(raw, v) == nil
}

// Context is what a machine sent along with its request: any JSON. A missing
// context does not read as an empty one.
type Context struct{ raw json.RawMessage }

// Lookup gives a member of the context as text: a string as it is, anything
// else as JSON. false means that it is not there, or that there is no context.
func (c Context) Lookup(member string) (string, bool) {
	var members map[string]json.RawMessage
	if len(c.raw) == 0 || json.Unmarshal(c.raw, &members) != nil {
		return "", false
	}
	raw, there := members[member]
	if !there {
		return "", false
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s, true
	}
	return string(raw), true
}

// Decode reads the whole context into v; false if there is none, or it doesn't
// fit.
func (c Context) Decode(v any) bool { return len(c.raw) > 0 && json.Unmarshal(c.raw, v) == nil }
