// Package run is the domain of fasttrack, kept apart so that what decides over
// access can be read and tested without anything else: a run, the events that
// may happen to it, the forward-only order they may happen in, and the hash
// chain that records them.
//
// It is pure. [Decide] takes a run, what was heard and the time, and returns
// the next run; it knows no AWS, no clock and no network, and imports the
// standard library alone.
package run
