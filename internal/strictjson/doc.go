// Package strictjson reads JSON from outside without the leniency of
// encoding/json: no duplicate members, no members that differ only in case, no
// unknown members, no unbounded nesting, and errors that name the place.
//
// It imports nothing of this project.
package strictjson
