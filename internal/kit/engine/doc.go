// Package engine provides the engine's functions to a team's deployment: their binaries
// for Lambda, from the release or built from its source, and on this machine the command
// line itself, which holds them all.
package engine
