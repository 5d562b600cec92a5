package explain

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/api"
)

// rules returns what became of an approved change of rules or why nothing has so far, "" for
// any other request.
func (x *explainer) rules() string {
	c := x.RuleChange
	if c == nil {
		return ""
	}
	switch c.State {
	case api.RuleChangePushed:
		return fmt.Sprintf("the rules were pushed as version %d", c.Version)
	case api.RuleChangeRefused:
		return "the rules are not pushed: " + c.Why
	case api.RuleChangeApproved:
		if c.Waits != "" {
			return "nothing has become of it: " + c.Waits
		}
		return "the rules are being pushed"
	}
	return ""
}
