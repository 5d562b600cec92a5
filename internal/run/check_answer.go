package run

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// CheckedAnswer is what the engine makes of a hook function's answer.
type CheckedAnswer struct {
	// Transition is what it would have happen, "" for nothing.
	Transition EventName
	// Reason comes with it, and DurationSeconds where it shortens access.
	Reason          string
	DurationSeconds int
	// Checks are the evidence.
	Checks []Check
	// Subscribes tells whether it says which hooks it has: Subscriptions.
	Subscribes    bool
	Subscriptions []HookName
	// Mistakes are what is wrong with it, and what it says of itself that
	// failed, in the words that the history would have.
	Mistakes []string
	// Unknown are the members of a newer minor version, which are ignored.
	Unknown []string
}

// CheckAnswer reads what a function answered when it was asked for a hook, as
// the engine does. durationSeconds is what the run asks for, 0 for none.
func CheckAnswer(hook HookName, flow string, raw json.RawMessage, durationSeconds int) CheckedAnswer {
	a := readAnswer(hook, flow, raw, durationSeconds)
	checked := CheckedAnswer{Unknown: a.unknown, Transition: a.transition, Reason: a.reason, DurationSeconds: a.durationSeconds, Checks: a.checks, Subscribes: a.subscribes, Subscriptions: a.subscriptions}
	for _, h := range slices.Sorted(maps.Keys(a.errs)) {
		checked.Mistakes = append(checked.Mistakes, a.errs[h])
	}
	return checked
}

// SampleAsk is a document that a function may be asked with for a hook: ada asks
// for an hour of the flow, and what happened up to that hook is in its history.
func SampleAsk(hook HookName, flow AskFlow, fields map[string]json.RawMessage) Ask {
	ada := Actor{Type: UserActor, ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	grace := Actor{Type: UserActor, ID: "grace@example.com", Email: "grace@example.com", Name: "Grace"}
	engine := Actor{Type: EngineActor}
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ask := Ask{
		Version: ContractVersion, Hook: hook, TimeoutSeconds: 10, Accepts: accepted, Trial: true,
		Run: AskRun{
			ID: "01JDBX8Q3ZK5W7N9R2T4V6Y8A0", Status: Requested, Flow: flow, Fields: fields, Reason: "prod is down", Duration: 3600,
			Requester: Person{ID: ada.ID, Email: ada.Email, Name: ada.Name, Groups: []string{"sre"}}, Actors: map[EventName]Actor{},
		},
	}
	if ask.Run.Fields == nil {
		ask.Run.Fields = map[string]json.RawMessage{}
	}
	happen := func(e EventName, by Actor, to Status) {
		ask.Run.Status = to
		ask.Run.Actors[e] = by
		ask.Run.History = append(ask.Run.History, AskEntry{Seq: len(ask.Run.History) + 1, Event: e, At: start, Actor: by, Reason: "a reason"})
	}
	happen(Request, ada, Requested)
	event := hook.event()
	by, channel := ada, ViaAPI
	switch event {
	case Approve, Deny:
		ask.Run.Status, by = Pending, grace
	case Expire:
		ask.Run.Status, by, channel = Pending, engine, ViaEngine
	case Cancel:
		ask.Run.Status = Pending
	case Escalate, Deescalate, Revoke, Fail:
		happen(Approve, grace, Approved)
		by, channel = engine, ViaEngine
		if event != Escalate {
			happen(Escalate, engine, Active)
			ask.Run.Access = &AskAccess{StartsAt: start, EndsAt: start.Add(time.Hour)}
		}
		if event == Revoke {
			by, channel = grace, ViaAPI
		}
	}
	ask.Event = AskEvent{Name: event, At: start, Channel: channel, Actor: AskActor{Actor: by, Groups: []string{"sre"}}, Reason: "a reason"}
	if by.Type != UserActor {
		ask.Event.Actor.Groups = nil
	}
	return ask
}
