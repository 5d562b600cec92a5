package hookapi

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// CheckedResponse is how the engine reads the response of a hook function.
type CheckedResponse struct {
	// Transition is what it would have happen, "" for nothing.
	Transition run.EventName
	// Reason comes with it, and DurationSeconds where it shortens access.
	Reason          string
	DurationSeconds int
	// Checks are the evidence.
	Checks []run.Check
	// Subscribes reports whether it names its hooks: Subscriptions.
	Subscribes    bool
	Subscriptions []run.HookName
	// Puts are what it keeps, if the flow's store allows it.
	Puts []run.Put
	// Mistakes are what is wrong with it, and what it says of itself that
	// failed, in the words that the history would have.
	Mistakes []string
	// Unknown are the members of a newer minor version, which are ignored.
	Unknown []string
}

// CheckResponse reads the response of a function that was called for a hook, as the
// engine does. durationSeconds is the duration of the run, 0 for none.
func CheckResponse(hook run.HookName, flow string, raw json.RawMessage, durationSeconds int) CheckedResponse {
	a := Read(hook, flow, raw, durationSeconds)
	checked := CheckedResponse{Unknown: a.Unknown, Transition: a.Transition, Reason: a.Reason, DurationSeconds: a.DurationSeconds, Checks: a.Checks, Puts: a.Puts, Subscribes: a.Subscribes, Subscriptions: a.Subscriptions}
	for _, h := range slices.Sorted(maps.Keys(a.Errors)) {
		checked.Mistakes = append(checked.Mistakes, a.Errors[h])
	}
	return checked
}

// Sample returns an [Invocation] of a hook: ada requests an hour of the flow, and its
// history has what happens before that hook.
func Sample(hook run.HookName, flow Flow, fields map[string]json.RawMessage) Invocation {
	ada := run.Actor{Type: run.UserActor, ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	grace := run.Actor{Type: run.UserActor, ID: "grace@example.com", Email: "grace@example.com", Name: "Grace"}
	engine := run.Actor{Type: run.EngineActor}
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ask := Invocation{
		Version: Version, Hook: hook, TimeoutSeconds: 10, Accepts: accepted, Trial: true,
		Run: Run{
			ID: "01JDBX8Q3ZK5W7N9R2T4V6Y8A0", Status: run.Requested, Flow: flow, Fields: fields, Reason: "prod is down", Duration: 3600,
			Source:    &run.Source{Channel: run.ViaAPI},
			Requester: run.Person{ID: ada.ID, Email: ada.Email, Name: ada.Name, Groups: []string{"sre"}}, Actors: map[run.EventName]run.Actor{},
		},
	}
	if ask.Run.Fields == nil {
		ask.Run.Fields = map[string]json.RawMessage{}
	}
	happen := func(e run.EventName, by run.Actor, to run.Status) {
		ask.Run.Status = to
		ask.Run.Actors[e] = by
		ask.Run.History = append(ask.Run.History, Entry{Seq: len(ask.Run.History) + 1, Event: e, At: start, Actor: by, Reason: "a reason"})
	}
	happen(run.Request, ada, run.Requested)
	event := hook.Event()
	by, channel := ada, run.ViaAPI
	switch event {
	case run.Approve, run.Deny:
		ask.Run.Status, by = run.Pending, grace
	case run.Expire:
		ask.Run.Status, by, channel = run.Pending, engine, run.ViaEngine
	case run.Cancel:
		ask.Run.Status = run.Pending
	case run.Escalate, run.Deescalate, run.Revoke, run.Fail:
		happen(run.Approve, grace, run.Approved)
		by, channel = engine, run.ViaEngine
		if event != run.Escalate || hook == run.WhileActive {
			happen(run.Escalate, engine, run.Active)
			ask.Run.Access = &Access{StartsAt: start, EndsAt: start.Add(time.Hour)}
		}
		if event == run.Revoke {
			by, channel = grace, run.ViaAPI
		}
	}
	ask.Event = Event{Name: event, At: start, Channel: channel, Actor: Actor{Actor: by, Groups: []string{"sre"}}, Reason: "a reason"}
	if by.Type != run.UserActor {
		ask.Event.Actor.Groups = nil
	}
	return ask
}
