// Package run is the stored record: its status, the events of its life in
// the forward-only order they may happen in, the hash chain that seals them, the
// people in it, and who of them may do what.
//
// It is pure: no AWS, no clock, no network. Beside the standard library it imports
// strictjson, package api for the members that it shows, hook/email to compare
// addresses, and internal/text. The rooms build on each other in this order, and no
// import runs back:
//
//	strictjson  JSON from outside, read without leniency
//	run         the record (this package)
//	hookapi     what hooks receive and may respond
//	engine      Decide: what follows for a run from what happened
//	stepfn      the state machine: its documents, errors and limits
package run
