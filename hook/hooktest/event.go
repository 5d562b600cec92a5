// Package hooktest builds events for tests of hooks. A hook is a function, so a
// test calls it with an event and looks at what it returns: no AWS, no network.
package hooktest

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// Option changes the event that [Event] builds.
type Option func(document map[string]any)

// Event builds an event: by default ada@example.com asks for the flow "sample".
// It panics where an option's value is none that JSON can say.
func Event(options ...Option) *hook.Event {
	ada := map[string]any{"type": "user", "id": "ada@example.com", "email": "ada@example.com", "name": "Ada"}
	document := map[string]any{
		"version": hook.ContractVersion, "hook": "on_request",
		"event": map[string]any{"name": "request", "at": "2026-11-23T10:00:00Z", "channel": "api", "actor": ada, "reason": ""},
		"run": map[string]any{
			"id": "01JDBX0000000000000000TEST", "status": "requested", "flow": map[string]any{"name": "sample", "vars": map[string]any{}},
			"requester": maps.Clone(ada), "actors": map[string]any{"request": ada}, "fields": map[string]any{}, "steps": map[string]any{},
		},
	}
	for _, o := range options {
		o(document)
	}
	raw, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("hooktest: %v", err))
	}
	event, err := hook.NewEvent(raw)
	if err != nil {
		panic(fmt.Sprintf("hooktest: %v", err))
	}
	return event
}

func part(document map[string]any, name string) map[string]any {
	return document[name].(map[string]any)
}

func in(document map[string]any, name, inner string) map[string]any {
	return part(part(document, name), inner)
}

// ByUser has a person cause the event.
func ByUser(email string, groups ...string) Option {
	return func(d map[string]any) {
		part(d, "event")["actor"] = map[string]any{"type": "user", "id": email, "email": email, "groups": groups}
	}
}

// ByHook has a hook cause the event.
func ByHook(name string) Option {
	return func(d map[string]any) {
		part(d, "event")["channel"] = "hook"
		part(d, "event")["actor"] = map[string]any{"type": "hook", "id": name}
	}
}

// Requester says who asked; the event is still the one it was.
func Requester(email string, groups ...string) Option {
	return func(d map[string]any) {
		part(d, "run")["requester"] = map[string]any{"id": email, "email": email, "groups": groups}
	}
}

// Flow names the flow.
func Flow(name string) Option {
	return func(d map[string]any) { in(d, "run", "flow")["name"] = name }
}

// Var sets a var of the flow.
func Var(name string, value any) Option {
	return func(d map[string]any) { part(in(d, "run", "flow"), "vars")[name] = value }
}

// Field sets a field of the request.
func Field(name string, value any) Option {
	return func(d map[string]any) { in(d, "run", "fields")[name] = value }
}

// Target sets a field that is a target.
func Target(name, id, label string, settings map[string]any) Option {
	return Field(name, map[string]any{"id": id, "label": label, "settings": settings})
}

// Context sets what the requester sent along.
func Context(value any) Option {
	return func(d map[string]any) { part(d, "run")["context"] = value }
}

// Step sets the output of an earlier hook.
func Step(hookName string, output any) Option {
	return func(d map[string]any) { in(d, "run", "steps")[hookName] = output }
}
