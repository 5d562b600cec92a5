package hook

import (
	"encoding/json"
	"time"
)

// Event is what a hook is called for: something that happens to a request. Each hook has
// a copy of its own.
type Event struct {
	// Hook is the hook that is called, such as "on_request".
	Hook string
	// Name is what happens: "request", "approve", "deny", …
	Name string
	// At is when it happened: before it takes effect, when the action was taken or the hook
	// was first called; after that, when it took effect.
	At time.Time
	// Channel is where the event came from: "api", "cli", "slack", "web", "hook" or
	// "engine".
	Channel string
	// Reason is the reason of this event; Run.Reason is the requester's.
	Reason string
	// User caused this event. Requester filed the request. Holder gets the access: the
	// requester, unless they requested for somebody else.
	User, Requester, Holder User
	Flow                    Flow
	Run                     Run
	// Fields are the values of the request.
	Fields Fields
	// Context is JSON that a machine sent with its request. Its Lookup distinguishes
	// an absent context from an empty one.
	Context JSON

	recent *Recent
	counts *recentCounts
	actors map[string]User
	steps  map[string]json.RawMessage
	checks []Check
	output json.RawMessage
	failed error
	trial  bool
	reads  *reads
	store  *store
}

// User is a person, a hook or the engine.
type User struct {
	// Type is "user", "hook" or "engine".
	Type   string   `json:"type"`
	ID     string   `json:"id"`
	Email  string   `json:"email"`
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
	// Machine is true for an identity that is not a person, such as CI's role. Set only
	// for the requester.
	Machine bool `json:"machine"`
}

// Flow is the flow of the request.
type Flow struct {
	Name  string
	Label string
	// Version is the version of the flow's block in flows.yaml that the request was
	// filed under; empty from an older engine.
	Version string
	// Vars are the flow's vars in flows.yaml.
	Vars Vars
}

// Run is the record of the request.
type Run struct {
	ID     string
	Status string
	// Reason is the requester's.
	Reason string
	// Source is where the request came from; zero from an older engine.
	Source Source
	// Duration is how long access is requested for, 0 in a flow that grants none.
	Duration time.Duration
	// UntilRevoked reports that access is requested until it is revoked. Duration is then
	// how often its holder confirms it: at least 7 days.
	UntilRevoked bool
	// ScheduledStart is when access is to start, if the requester chose a time; zero for
	// once the request is approved.
	ScheduledStart time.Time
	// StartsAt and EndsAt are set once access was granted.
	StartsAt, EndsAt time.Time
	// Extends is what the request extends: the access of another. Nil if it extends none.
	Extends *Extends
	// ExtendedBy is the request in which the access goes on, which has taken it over. Empty
	// if none has.
	ExtendedBy string
	// Withheld names the sensitive fields that have a value.
	Withheld []string
	// History is what happened so far, oldest first, at most 50 entries.
	History []Entry
	// OverrideOf is set if an admin overrides this hook: its outcome is recorded and has
	// no effect. It is the seq of the entry with which the hook last ignored such an
	// action, 0 for none.
	OverrideOf *int
}

// Extends is what a request extends: the access of another request, which it takes over
// once it is granted.
type Extends struct {
	// ID is the request whose access it extends.
	ID string
	// Number counts the extensions of the access: the first is 1.
	Number int
	// StartedAt is when the access began, in the first request that was extended. EndsAt is
	// when it ends without the extension: Run.Duration counts from then.
	StartedAt, EndsAt time.Time
	// Total is how long the access lasts without the extension.
	Total time.Duration
}

// Source is where a request came from.
type Source struct {
	// Channel is "api", "cli", "slack" or "web".
	Channel string `json:"channel"`
	// Place is where in the channel: the id of a Slack channel, the address of a page or
	// of a job of CI, the name of a host. Empty if unknown.
	Place string `json:"place"`
	// Verified reports that both are proven, by Slack. Otherwise they are the caller's
	// own words: a hook must not approve by them.
	Verified bool `json:"verified"`
}

// Entry is one event of a run's history.
type Entry struct {
	Seq   int       `json:"seq"`
	Event string    `json:"event"`
	At    time.Time `json:"at"`
	Actor User      `json:"actor"`
	// Reason is Actor's; HookReason is that of the hook HookReasonBy.
	Reason       string `json:"reason"`
	HookReason   string `json:"hook_reason"`
	HookReasonBy string `json:"hook_reason_by"`
	Error        string `json:"error"`
}

// Recent counts the requester's earlier requests of the flow, within the window before
// this one.
type Recent struct {
	Window                                 time.Duration
	Requested, Approved, Denied, Escalated int
	SameTarget                             SameTarget
}

// SameTarget counts those for the same target.
type SameTarget struct{ Approved, Denied int }

// ByHook reports whether a hook, not a person, caused this event.
func (e *Event) ByHook() bool { return e.Channel == "hook" }

// Trial reports whether the outcome has no effect. A hook that changes something
// elsewhere must not do so then. Trial is true in `fasttrack simulate`, `fasttrack
// backtest` and `fasttrack hooks check`. In a flow in shadow mode it is true for
// OnRequest and the reducers that run in its invocation.
func (e *Event) Trial() bool { return e.trial }

// Actor returns who last caused an event of that name, such as "request"; the zero User
// if nobody did.
func (e *Event) Actor(event string) User {
	if _, found := e.actors[event]; !found {
		e.reads.known("event", event, events)
	}
	return e.actors[event]
}

// Check records evidence and returns passed.
func (e *Event) Check(name string, passed bool, detail string) bool {
	e.checks = append(e.checks, Check{Name: name, Passed: passed, Detail: detail})
	return passed
}

// Output keeps v for later hooks, as JSON of at most 8 KiB; see [Event.Step]. An
// invocation keeps one output: a reducer that runs after an OnRequest with an output
// fails if it keeps another.
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

// Recent returns how often the requester has filed requests of this flow. It returns
// false if the flow has no recent: in flows.yaml, which is not the same as never.
func (e *Event) Recent() (Recent, bool) {
	if e.recent == nil {
		return Recent{}, false
	}
	return *e.recent, true
}
