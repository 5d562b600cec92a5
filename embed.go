// Package fasttrack holds the files of this release that the command line carries: with
// them it makes a team's deployment (package internal/kit).
package fasttrack

import "embed"

// Template is the SAM template of the reference application: the engine, and the hooks
// and strategy of the samples.
//
//go:embed template.yaml
var Template []byte

// Lane is the definition of the state machine in which a request begins.
//
//go:embed statemachine.asl.json
var Lane []byte

// Lifecycle is the definition of the state machine that waits and has access granted.
//
//go:embed lifecycle.asl.json
var Lifecycle []byte

// Definitions are the definitions of the engine's state machines, by the names of their
// files.
func Definitions() map[string][]byte {
	return map[string][]byte{"statemachine.asl.json": Lane, "lifecycle.asl.json": Lifecycle}
}

// Changelog says what each release changes.
//
//go:embed CHANGELOG.md
var Changelog []byte

// Strategies has the template of each strategy function that comes with fasttrack, as
// strategies/NAME/template.yaml.
//
//go:embed strategies/*/template.yaml
var Strategies embed.FS
