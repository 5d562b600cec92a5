// Package fasttrack holds the files of this release that the command line carries: with
// them it makes a team's deployment (package internal/kit).
package fasttrack

import _ "embed"

// Template is the SAM template of the reference application: the engine, and the hooks
// and strategy of the samples.
//
//go:embed template.yaml
var Template []byte

// StateMachine is the definition of the engine's state machine.
//
//go:embed statemachine.asl.json
var StateMachine []byte

// Changelog says what each release changes.
//
//go:embed CHANGELOG.md
var Changelog []byte
