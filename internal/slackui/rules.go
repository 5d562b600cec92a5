package slackui

import (
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
)

// rulesApplied says what became of an approved change of rules.
func rulesApplied(o api.RulesOutcome) string {
	if o.Version == 0 {
		return "Approved, and not pushed"
	}
	return "Pushed as version " + strconv.Itoa(o.Version)
}

// rulesFollow says what comes of it, or why it is not pushed.
func rulesFollow(o api.RulesOutcome) string {
	if o.Version == 0 {
		return o.Why
	}
	return "Functions take it within 30 seconds."
}
