// Package strategy is the Go SDK for writing strategy functions: Lambda functions
// that grant a person access to a target, and remove it. It speaks version 2 of
// the strategy contract, which docs/strategies.md describes.
//
// An author writes three functions:
//
//	strategy.Serve(give, take, has)
//
// Give makes the access and returns [Created], or [Found] if the person had it
// already. Take removes it. Has reports whether it exists. Each may run more than
// once for the same access, and must then find nothing left to do.
//
// An error means "not now": the engine retries. [Refused] means "never": the
// engine stops and shows the reason. [Later] says when to retry.
//
// Package strategytest checks such a function, and so does
// `fasttrack strategies check` for a function in any language.
package strategy
