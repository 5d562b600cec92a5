package hook

import (
	"encoding/json"
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
	// Context is what a machine sent along with its request: any JSON. Its
	// Lookup tells a missing one from an empty one.
	Context JSON

	recent *Recent
	actors map[string]User
	steps  map[string]json.RawMessage
	checks []Check
	output json.RawMessage
	failed error
	trial  bool
	reads  *reads
}

// User is a person, or a hook or the engine where Type says so.
type User struct {
	// Type is "user", "hook" or "engine".
	Type   string   `json:"type"`
	ID     string   `json:"id"`
	Email  string   `json:"email"`
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
	// Machine marks an identity that is no person's, such as CI's role. Of the
	// requester alone it is known.
	Machine bool `json:"machine"`
}

// Flow is the flow of the request.
type Flow struct {
	Name  string
	Label string
	// Version names the flow's block in flows.yaml as it stood when the request
	// was made; empty from an older engine.
	Version string
	// Vars are the flow's vars in flows.yaml.
	Vars Vars
}

// Run is the run of the request.
type Run struct {
	ID     string
	Status string
	// Reason is why the requester asks.
	Reason string
	// Duration is how long access is asked for, 0 for an approval alone.
	Duration time.Duration
	// StartsAt and EndsAt are from when to when access is given; zero before it
	// is, and for an approval alone.
	StartsAt, EndsAt time.Time
	// Withheld names sensitive fields that were given a value.
	Withheld []string
	// History is what happened so far, oldest first, at most 50 entries.
	History []Entry
	// OverrideOf is not nil where an admin sets aside whatever this hook says about
	// the event: the seq of the entry with which it ignored such an action last, 0
	// for none.
	OverrideOf *int
}

// Entry is one event of a run's history.
type Entry struct {
	Seq   int       `json:"seq"`
	Event string    `json:"event"`
	At    time.Time `json:"at"`
	Actor User      `json:"actor"`
	// Reason is what Actor said; HookReason is what the hook HookReasonBy said
	// about it.
	Reason       string `json:"reason"`
	HookReason   string `json:"hook_reason"`
	HookReasonBy string `json:"hook_reason_by"`
	Error        string `json:"error"`
}

// Recent counts the requester's own runs of the flow that were asked for before
// this one, within the window before it.
type Recent struct {
	Window                                 time.Duration
	Requested, Approved, Denied, Escalated int
	SameTarget                             SameTarget
}

// SameTarget counts those that were for the same target.
type SameTarget struct{ Approved, Denied int }

// ByHook tells whether a hook, not a person, caused this event.
func (e *Event) ByHook() bool { return e.Channel == "hook" }

// Trial reports whether the event is only tried: nothing follows from the
// response. A hook that changes something elsewhere must not do so then. It is
// true in `fasttrack simulate`, `fasttrack backtest` and `fasttrack hooks check`,
// and for OnRequest, with the reducers that run in its invocation, in a flow in
// shadow mode.
func (e *Event) Trial() bool { return e.trial }

// Actor is who last caused an event of that name, such as "request"; the zero
// User if nobody did.
func (e *Event) Actor(event string) User {
	if _, there := e.actors[event]; !there {
		e.reads.known("event", event, events)
	}
	return e.actors[event]
}

// Check records a piece of evidence in passing, and returns passed.
func (e *Event) Check(name string, passed bool, detail string) bool {
	e.checks = append(e.checks, Check{Name: name, Passed: passed, Detail: detail})
	return passed
}

// Output keeps v, as JSON of at most 8 KiB, for later hooks; see [Event.Step].
// An invocation keeps one: a reducer that runs after OnRequest keeps something
// only where OnRequest did not.
func (e *Event) Output(v any) {
	raw, err := encode(v)
	if err != nil {
		e.failed = err
		return
	}
	e.output = raw
}

// Step returns what an earlier step of the run left: what a hook, such as
// "on_request", kept by [Event.Output], or the output of the strategy that granted the
// access, as "escalate".
func (e *Event) Step(name string) JSON {
	if _, found := e.steps[name]; !found {
		e.reads.known("step", name, steps)
	}
	return JSON{e.steps[name]}
}

// Recent counts what the requester asked of this flow before; false if the flow
// doesn't ask for that, which is not the same as never.
func (e *Event) Recent() (Recent, bool) {
	if e.recent == nil {
		return Recent{}, false
	}
	return *e.recent, true
}
