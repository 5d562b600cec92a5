// Package asl runs Amazon States Language as AWS Step Functions does, so that
// the state machine that is tried on this machine is the one that is deployed.
// It knows the JSONPath query language, refuses at load what it does not
// implement, and takes its time from a clock that tests can advance.
package asl
