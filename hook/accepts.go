package hook

import (
	"fmt"
	"slices"
	"strings"
)

// first are the response members of version 1.0 of the contract. An engine that
// does not say what it accepts knows these alone.
var first = []string{
	"transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors",
}

// knownVersion reports whether this package speaks a version of the contract:
// "1", or "1.N" of a newer engine, whose additions it ignores.
func knownVersion(version string) bool {
	minor, is := strings.CutPrefix(version, ContractVersion)
	if !is || minor == "" {
		return is
	}
	minor, is = strings.CutPrefix(minor, ".")
	return is && minor != "" && strings.Trim(minor, "0123456789") == ""
}

// fit leaves out of the response what the engine does not accept. What only
// informs is dropped; leaving out what decides, limits or reports a failure would
// change what the hook said, so that is an error.
func (a *answer) fit(accepts []string) error {
	if accepts == nil {
		accepts = first
	}
	for _, m := range []struct {
		name    string
		set     bool
		decides bool
		drop    func()
	}{
		{"transition", a.Transition != "", true, nil},
		{"reason", a.Reason != "", false, func() { a.Reason = "" }},
		{"message", a.Message != "", false, func() { a.Message = "" }},
		{"duration_seconds", a.DurationSeconds != 0, true, nil},
		{"checks", len(a.Checks) > 0, false, func() { a.Checks = nil }},
		{"permissions", a.Permissions != nil, true, nil},
		{"notifications", a.Notifications != nil, true, nil},
		{"output", len(a.Output) > 0, true, nil},
		{"subscriptions", a.Subscriptions != nil, false, func() { a.Subscriptions = nil }},
		{"errors", len(a.Errors) > 0, true, nil},
		{"flows", a.Flows != nil, false, func() { a.Flows = nil }},
	} {
		switch {
		case !m.set || slices.Contains(accepts, m.name):
		case m.decides:
			return fmt.Errorf("this engine does not accept %s, without which the response would say something else", m.name)
		default:
			m.drop()
		}
	}
	return nil
}
