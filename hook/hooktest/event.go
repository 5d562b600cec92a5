// Package hooktest builds events for tests of hooks. A hook is a function: a test calls it
// with an event and compares the outcome by reflect.DeepEqual, without AWS or a network.
package hooktest

import (
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// Option changes the event that [Event] builds.
type Option func(document map[string]any)

// Event builds an event. By default ada@example.com files a request of the flow "sample".
// It panics if JSON can't encode the value of an option.
func Event(options ...Option) *hook.Event {
	event, err := hook.NewEvent(Invocation(options...))
	if err != nil {
		panic(fmt.Sprintf("hooktest: %v", err))
	}
	return event
}

// Invocation builds the JSON document that a hook function is invoked with, for tests of
// a whole function by [hook.Flows.Respond]. It panics as [Event] does.
func Invocation(options ...Option) json.RawMessage {
	document := map[string]any{
		"version": hook.ContractVersion, "hook": "on_request",
		"event": map[string]any{"name": "request", "at": "2026-11-23T10:00:00Z", "channel": "api", "actor": person("ada@example.com", nil), "reason": ""},
		"run": map[string]any{
			"id": "01JDBX0000000000000000TEST", "status": "requested", "source": map[string]any{"channel": "api", "verified": false}, "flow": map[string]any{"name": "sample", "vars": map[string]any{}},
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

// within returns the object at a path of names.
func within(document map[string]any, names ...string) map[string]any {
	for _, name := range names {
		document = document[name].(map[string]any)
	}
	return document
}
