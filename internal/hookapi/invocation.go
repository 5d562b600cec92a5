package hookapi

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Resume stands in place of a hook at the start of a recovery that calls none.
// Its response is ignored.
const Resume = "resume"

// maxHistory is how many of the newest entries a hook receives.
const maxHistory = 50

// Invocation is what a hook function receives.
type Invocation struct {
	Version string       `json:"version"`
	Hook    run.HookName `json:"hook"`
	// TimeoutSeconds limits each hook run in the invocation.
	TimeoutSeconds int `json:"timeout_seconds"`
	// Accepts are the response members that this code understands.
	Accepts []string `json:"accepts,omitempty"`
	// Trial says that the response decides nothing.
	Trial bool `json:"trial,omitempty"`
	// Flow is what the run's flow declares; nil for a run of a release that did
	// not keep that.
	Flow  *Declared `json:"flow,omitempty"`
	Event Event     `json:"event"`
	Run   Run       `json:"run"`
}

// Declared is what a flow declares: a hook that reads another name fails.
type Declared struct {
	Name         string   `json:"name"`
	Fields       []string `json:"fields"`
	VarsDeclared []string `json:"vars_declared"`
	Version      string   `json:"version,omitempty"`
	// Store are the values that the flow's hooks may keep; nil for none.
	Store *run.StoreRule `json:"store,omitempty"`
}

// accepted are the members of a response, beside version; see [Response].
var accepted = []string{
	"transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors", "flows", "puts",
}

// Declare returns what the flow declares, nil if unknown. version is the flow's.
func Declare(f run.Flow, version string) *Declared {
	if f.Fields == nil {
		return nil
	}
	vars := map[string]json.RawMessage{}
	_ = json.Unmarshal(f.Vars, &vars) // without vars it declares none
	return &Declared{Name: f.Name, Fields: f.Fields, VarsDeclared: append([]string{}, slices.Sorted(maps.Keys(vars))...), Version: version, Store: f.Store}
}

// Event is the event that the hook is about.
type Event struct {
	Name    run.EventName `json:"name"`
	At      time.Time     `json:"at"`
	Channel run.Channel   `json:"channel"`
	Actor   Actor         `json:"actor"`
	Reason  string        `json:"reason"`
}

// Actor is an actor with the groups of a person.
type Actor struct {
	run.Actor
	Groups []string `json:"groups,omitempty"`
}

// Run is what a hook receives of the run: no sensitive field.
type Run struct {
	ID        string     `json:"id"`
	Status    run.Status `json:"status"`
	Flow      Flow       `json:"flow"`
	Requester run.Person `json:"requester"`
	// For is whom the access is for; nil where it is the requester.
	For *run.Person `json:"for,omitempty"`
	// Extends is what the run extends; nil where it extends nothing. ExtendedBy is the run
	// that has taken its access over, "" for none.
	Extends    *run.Extends `json:"extends,omitempty"`
	ExtendedBy string       `json:"extended_by,omitempty"`
	Reason     string       `json:"reason"`
	// Source is where the request came from.
	Source   *run.Source `json:"source,omitempty"`
	Duration int         `json:"duration_seconds,omitempty"`
	// UntilRevoked reports that access lasts until it is revoked: Duration is then how often
	// its holder confirms it.
	UntilRevoked bool `json:"until_revoked,omitempty"`
	// StartsAt is when access is to start, if the requester chose a time.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// Access is set once access was granted.
	Access       *Access                     `json:"access,omitempty"`
	Context      json.RawMessage             `json:"context,omitempty"`
	Recent       *run.Recent                 `json:"recent,omitempty"`
	RecentCounts *run.RecentCounts           `json:"recent_counts,omitempty"`
	Actors       map[run.EventName]run.Actor `json:"actors"`
	Fields       map[string]json.RawMessage  `json:"fields"`
	// Sensitive names the fields that were given a value and are withheld.
	Sensitive []string                   `json:"sensitive,omitempty"`
	History   []Entry                    `json:"history"`
	Steps     map[string]json.RawMessage `json:"steps,omitempty"`
	// OverrideOf is there where an admin sets the hook's verdict aside: the seq of
	// the entry with which it ignored such an action last, 0 for none.
	OverrideOf *int `json:"override_of,omitempty"`
	// StrategyOutput is the output of the strategy that granted the access.
	StrategyOutput json.RawMessage `json:"strategy_output,omitempty"`
	// Store are the values that hooks kept; nil in a flow that keeps none, and where they
	// don't fit.
	Store *Store `json:"store,omitempty"`
}

// Access is what a hook receives of the run's access.
type Access struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// Flow is what a hook receives of the flow.
type Flow struct {
	Name  string          `json:"name"`
	Label string          `json:"label,omitempty"`
	Vars  json.RawMessage `json:"vars,omitempty"`
}

// Entry is what a hook receives of an event in the history.
type Entry struct {
	Seq    int           `json:"seq"`
	Event  run.EventName `json:"event"`
	At     time.Time     `json:"at"`
	Actor  run.Actor     `json:"actor"`
	Reason string        `json:"reason,omitempty"`
	// HookReason is what the hook HookReasonBy said about it.
	HookReason   string       `json:"hook_reason,omitempty"`
	HookReasonBy run.HookName `json:"hook_reason_by,omitempty"`
	Error        string       `json:"error,omitempty"`
}

// NewInvocation returns what the next hook receives.
func NewInvocation(r *run.Run, context json.RawMessage) Invocation {
	hook := r.Engine.Hook
	if r.Flow.NoHooks {
		hook = NoHook
	}
	a := Invocation{
		Version: Version, Hook: hook, TimeoutSeconds: r.Flow.HookTimeoutSeconds, Accepts: accepted,
		Trial: r.Flow.Shadow && r.Engine.Hook == run.OnRequest, Flow: Declare(r.Flow, flowVersion(r)),
		Event: eventOf(r),
		Run: Run{
			ID: r.ID, Status: r.Status,
			Flow:      Flow{Name: r.Flow.Name, Label: r.Flow.Label, Vars: r.Flow.Vars},
			Requester: r.Requester.Shown(), For: shown(r.For), Extends: r.Extends, ExtendedBy: r.ExtendedBy, Reason: r.Reason, Source: r.Source(), Duration: r.DurationSeconds, UntilRevoked: r.Endless(), StartsAt: r.StartsAt, Context: context, Recent: r.Recent, RecentCounts: r.RecentCounts,
			Actors: map[run.EventName]run.Actor{}, Fields: r.Fields, Sensitive: r.WithheldFields(),
			History: []Entry{}, Steps: r.Steps,
		},
	}
	if r.Access != nil && !r.Access.StartsAt.IsZero() {
		a.Run.Access = &Access{StartsAt: r.Access.StartsAt, EndsAt: r.Access.EndsAt}
	}
	if c := r.Engine.Case; c != nil && run.OverrideOf(*c) != nil && c.Override.Hook == string(r.Engine.Hook) {
		a.Run.OverrideOf = &c.Override.Of
	}
	if a.Run.Fields == nil {
		a.Run.Fields = map[string]json.RawMessage{}
	}
	for i, e := range r.History {
		if e.Event != run.Ignore && e.Event != run.Forward {
			a.Run.Actors[e.Event] = e.Actor
		}
		if i >= len(r.History)-maxHistory {
			a.Run.History = append(a.Run.History, Entry{
				Seq: e.Seq, Event: e.Event, At: e.At, Actor: e.Actor, Reason: e.Reason, HookReason: e.HookReason, HookReasonBy: run.HookName(e.HookReasonBy), Error: e.Error,
			})
		}
	}
	return a
}

func shown(p *run.Person) *run.Person {
	if p == nil {
		return nil
	}
	q := p.Shown()
	return &q
}

// flowVersion returns the version of the flow that the run was filed under, "" if
// unknown.
func flowVersion(r *run.Run) string {
	if len(r.History) == 0 {
		return ""
	}
	return r.History[0].FlowVersion
}

// eventOf returns the case whose hooks are being called or, for hooks about what has
// happened, the newest entry of that event.
func eventOf(r *run.Run) Event {
	name := r.Engine.Hook.Event()
	if c := r.Engine.Case; c != nil && c.Event == name {
		e := Event{Name: c.Event, At: c.At, Channel: c.Channel, Actor: Actor{Actor: c.Actor}, Reason: c.Reason}
		if c.Person != nil {
			e.Actor.Groups = c.Person.Groups
		}
		return e
	}
	for i := len(r.History) - 1; i >= 0; i-- {
		h := r.History[i]
		if h.Event != name {
			continue
		}
		e := Event{Name: name, At: h.At, Channel: h.Channel, Actor: Actor{Actor: h.Actor}, Reason: h.Reason}
		if h.Actor.Type == run.UserActor && run.Same(r.Requester, run.Person{ID: h.Actor.ID, Email: h.Actor.Email}) {
			e.Actor.Groups = r.Requester.Groups
		}
		return e
	}
	return Event{Name: name, At: r.UpdatedAt, Channel: run.ViaEngine, Actor: Actor{Actor: run.Actor{Type: run.EngineActor}}}
}

// NoHook stands for a hook in an invocation that runs none: in a flow without hooks,
// whose first state invokes the function all the same, and to list the flows that a
// function has hooks for. [run.HookNames] doesn't have it.
const NoHook run.HookName = "none"
