// Package hook is the Go SDK for writing hooks. A hook is a plain function that can
// approve or deny a request before it goes to people, guard who may approve it, and act
// on what happened.
//
// A hook returns an outcome, made by a verb: [Approve], [Deny], [Ignore], [Continue].
// Each hook's function returns an interface that only the allowed outcomes satisfy, so
// any other does not compile. A hook that fails, panics or runs out of time approves
// nothing: the request goes to people, who see why.
//
// A hook may be called more than once. If it changes something elsewhere, make that
// repeatable by Event.Run.ID and Event.Name.
package hook
