// Package hook is what hooks are written with: plain functions that approve or
// deny a request before any person is bothered, guard who may approve, and hear
// of what happened.
//
// A hook returns an outcome, made by a verb: [Approve], [Deny], [Ignore],
// [Continue]. What a hook may not return does not compile, since each hook's
// function returns an interface that only the allowed outcomes satisfy. A hook
// that fails, panics or runs out of time approves nothing: the request goes to
// people, who see why.
//
// Hooks are called at least once: one that changes something elsewhere makes
// that repeatable by Event.Run.ID and Event.Name.
package hook
