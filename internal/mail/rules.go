package mail

import (
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
)

// rules is what became of an approved change of rules.
func rules(e api.Event) situation {
	if e.Rules.Version == 0 {
		return situation{"rules", "approved, and not pushed", "bad", []string{"It is never pushed, and the rules stay as they are. Propose the change again if it is still wanted."}}
	}
	return situation{"rules", "pushed as version " + strconv.Itoa(e.Rules.Version), "good", []string{"Functions take it within 30 seconds. To go back: fasttrack flows rollback."}}
}
