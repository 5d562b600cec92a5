package notify

import (
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
)

// rulesSituation returns what became of an approved change of rules, for a sentence that
// begins with the request.
func rulesSituation(e api.Event) string {
	if e.Rules.Version == 0 {
		return "was approved, and is not pushed"
	}
	return "was pushed, as version " + strconv.Itoa(e.Rules.Version)
}

// rulesLines writes why a change is not pushed.
func rulesLines(e api.Event, line func(format string, args ...any)) {
	if e.Rules.Version == 0 {
		line("Why not:  %s", below(e.Rules.Why))
	}
}

// rulesNext says what comes of it.
func rulesNext(e api.Event) string {
	if e.Rules.Version == 0 {
		return "It is never pushed. The rules stay as they are; propose the change again if it is still wanted."
	}
	return "Functions take it within 30 seconds. To go back: fasttrack flows rollback."
}
