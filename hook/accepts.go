package hook

import (
	"fmt"
	"slices"
	"strings"
)

// first are the response members of version 1.0 of the contract, the only ones that an
// engine knows if it does not say what it accepts.
var first = []string{
	"transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors",
}

// knownVersion reports whether this package supports a version of the contract: "1", or
// "1.N" of a newer engine, whose additions it ignores.
func knownVersion(version string) bool {
	minor, is := strings.CutPrefix(version, ContractVersion)
	if !is || minor == "" {
		return is
	}
	minor, is = strings.CutPrefix(minor, ".")
	return is && minor != "" && strings.Trim(minor, "0123456789") == ""
}

// fit drops members that the engine does not accept. A member that decides, limits or
// reports a failure can't be dropped without changing the outcome, so that is an error.
func (r *response) fit(accepts []string) error {
	if accepts == nil {
		accepts = first
	}
	for _, m := range []struct {
		name    string
		set     bool
		decides bool
		drop    func()
	}{
		{"transition", r.Transition != "", true, nil},
		{"reason", r.Reason != "", false, func() { r.Reason = "" }},
		{"message", r.Message != "", false, func() { r.Message = "" }},
		{"duration_seconds", r.DurationSeconds != 0, true, nil},
		{"checks", len(r.Checks) > 0, false, func() { r.Checks = nil }},
		{"permissions", r.Permissions != nil, true, nil},
		{"notifications", r.Notifications != nil, true, nil},
		{"output", len(r.Output) > 0, true, nil},
		{"puts", len(r.Puts) > 0, true, nil},
		{"subscriptions", r.Subscriptions != nil, false, func() { r.Subscriptions = nil }},
		{"errors", len(r.Errors) > 0, true, nil},
		{"flows", r.Flows != nil, false, func() { r.Flows = nil }},
	} {
		switch {
		case !m.set || slices.Contains(accepts, m.name):
		case m.decides:
			return fmt.Errorf("this engine does not accept %s, without which the response would mean something else", m.name)
		default:
			m.drop()
		}
	}
	return nil
}
