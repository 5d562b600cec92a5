// Package hookapi is the engine's side of the hook contract: what a hook function
// receives ([Invocation]), what it may respond ([Read], [Response]), the limits on
// that, and sample documents for the checker.
//
// It builds on packages run and strictjson; the engine builds on it. Package hook
// is the other side, for authors of hooks.
package hookapi
