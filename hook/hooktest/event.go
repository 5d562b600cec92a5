// Package hooktest builds events for tests of hooks. A hook is a function, so a
// test calls it with an event and compares what it returns with the outcome that
// it wants, by reflect.DeepEqual: no AWS, no network.
package hooktest

import (
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// Option changes the event that [Event] builds.
type Option func(document map[string]any)

// Event builds an event: by default ada@example.com asks for the flow "sample".
// It panics where an option's value is none that JSON can say.
func Event(options ...Option) *hook.Event {
	event, err := hook.NewEvent(Asked(options...))
	if err != nil {
		panic(fmt.Sprintf("hooktest: %v", err))
	}
	return event
}

// Asked builds the document that a hook function is asked with, for tests that
// call a whole one by [hook.Flows.Answer]. It panics as [Event] does.
func Asked(options ...Option) json.RawMessage {
	document := map[string]any{
		"version": hook.ContractVersion, "hook": "on_request",
		"event": map[string]any{"name": "request", "at": "2026-11-23T10:00:00Z", "channel": "api", "actor": person("ada@example.com", nil), "reason": ""},
		"run": map[string]any{
			"id": "01JDBX0000000000000000TEST", "status": "requested", "flow": map[string]any{"name": "sample", "vars": map[string]any{}},
			"requester": person("ada@example.com", nil), "reason": "", "fields": map[string]any{}, "history": []any{}, "steps": map[string]any{},
			"actors": map[string]any{"request": person("ada@example.com", nil)},
		},
	}
	for _, o := range options {
		o(document)
	}
	raw, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("hooktest: %v", err))
	}
	return raw
}

func person(email string, groups []string) map[string]any {
	p := map[string]any{"type": "user", "id": email, "email": email}
	if len(groups) > 0 {
		p["groups"] = groups
	}
	return p
}

// within finds the object that lies in objects of those names.
func within(document map[string]any, names ...string) map[string]any {
	for _, name := range names {
		document = document[name].(map[string]any)
	}
	return document
}
