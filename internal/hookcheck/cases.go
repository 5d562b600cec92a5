package hookcheck

import (
	"encoding/json"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// testCase is one event to try a function with.
type testCase struct {
	name   string
	ask    hookapi.Invocation
	hook   run.HookName
	newer  bool // a member is added that no function knows
	first  bool // it is of an engine of version 1.0
	refuse bool // the function should fail
	// without reports that the event lacks the store of the flow, which the function may
	// fail for.
	without bool
	// kept is what the store of the event has.
	kept run.Shelves
}

// The cases that are compared.
// aMachine is a requester that is no person.
var aMachine = run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}

const (
	plainRequest = "on_request"
	onceMore     = "on_request, once more"
)

// cases returns an event for each hook, and on_request in all its shapes.
func (f Flow) cases() []testCase {
	var cases []testCase
	for _, h := range run.HookNames() {
		cases = append(cases, testCase{name: string(h), ask: f.sample(h), hook: h})
	}
	machine := f.sample(run.OnRequest)
	machine.Run.Requester = aMachine
	machine.Event.Actor = hookapi.Actor{Actor: run.Actor{Type: run.UserActor, ID: machine.Run.Requester.ID}}
	sent := f.sample(run.OnRequest)
	sent.Run.Context = json.RawMessage(`{"diff.txt": "+++ b/README.md\n", "list": [1, null, {"a": "ü"}]}`)
	bare := f.sample(run.OnRequest)
	bare.Run.Fields, bare.Run.Reason, bare.Run.Duration = map[string]json.RawMessage{}, "", 0
	byHook := f.sample(run.OnApprove)
	byHook.Event.Channel, byHook.Event.Actor = run.ViaHook, hookapi.Actor{Actor: run.Actor{Type: run.HookActor, ID: "on_request"}}
	first := f.sample(run.OnRequest)
	first.Accepts, first.Flow, first.Run.Store = nil, nil, nil
	older := f.sample(run.OnRequest)
	older.Version = "0"
	if f.keeps() {
		bare := f.sample(run.OnRequest)
		bare.Run.Store = nil
		cases = append(cases, testCase{name: "on_request, without its store", ask: bare, hook: run.OnRequest, without: true})
	}
	if f.confirmEvery > 0 {
		endless := f.sample(run.OnRequest)
		endless.Run.UntilRevoked, endless.Run.Duration = true, f.confirmEvery
		cases = append(cases, testCase{name: "on_request, until it is revoked", ask: endless, hook: run.OnRequest})
	}
	return append(cases,
		testCase{name: "on_request, of a machine", ask: machine, hook: run.OnRequest},
		testCase{name: "on_request, with a context", ask: sent, hook: run.OnRequest},
		testCase{name: "on_request, without fields, reason and duration", ask: bare, hook: run.OnRequest},
		testCase{name: "on_request, with an unknown member", ask: f.sample(run.OnRequest), hook: run.OnRequest, newer: true},
		testCase{name: onceMore, ask: f.sample(run.OnRequest), hook: run.OnRequest},
		testCase{name: "on_request, of an engine of version 1.0", ask: first, hook: run.OnRequest, first: true, without: f.keeps()},
		testCase{name: "on_approve, by a hook", ask: byHook, hook: run.OnApprove},
		testCase{name: "an unknown version of the contract", ask: older, hook: run.OnRequest, refuse: true},
	)
}

// document returns the event as the function gets it.
func (c testCase) document() ([]byte, error) {
	raw, err := json.Marshal(c.ask)
	if err != nil || !c.newer {
		return raw, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	members["a_member_of_tomorrow"] = json.RawMessage(`[1]`)
	return json.Marshal(members)
}

// sample returns an event of a hook for the flow.
func (f Flow) sample(h run.HookName) hookapi.Invocation {
	ask := hookapi.Sample(h, f.About, f.Fields)
	ask.Flow = f.declared
	if f.declared != nil {
		ask.Run.Store = hookapi.NewStore(f.declared.Store, run.Shelves{}, ask.Event.At)
	}
	if f.Person == "" {
		return ask
	}
	ada := ask.Run.Requester.ID
	somebody := run.Actor{Type: run.UserActor, ID: f.Person, Email: f.Person}
	if ask.Event.Actor.ID == ada {
		ask.Event.Actor = hookapi.Actor{Actor: somebody}
	}
	ask.Run.Requester = run.Person{ID: f.Person, Email: f.Person}
	for e, by := range ask.Run.Actors {
		if by.ID == ada {
			ask.Run.Actors[e] = somebody
		}
	}
	for i, e := range ask.Run.History {
		if e.Actor.ID == ada {
			ask.Run.History[i].Actor = somebody
		}
	}
	return ask
}
