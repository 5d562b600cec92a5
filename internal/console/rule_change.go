package console

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// ruleChangeFields are the fields of a request for a change of rules: its page shows what
// they name in their place.
var ruleChangeFields = []string{"digest", "base", "sheet", "change"}

// ruleChange is a change of rules as its page shows it.
type ruleChange struct {
	*api.RuleChange
	// Lines are those of the difference.
	Lines []diffLine
}

// diffLine is a line of a difference.
type diffLine struct {
	// Kind is "add", "del", "at" or "".
	Kind, Text string
}

// ruleChangeOf returns what a request proposes; nil if it proposes nothing.
func ruleChangeOf(r *api.Request) *ruleChange {
	if r.RuleChange == nil {
		return nil
	}
	c := &ruleChange{RuleChange: r.RuleChange}
	n := 0
	for line := range strings.Lines(c.Diff) {
		kind := ""
		switch n++; {
		case n <= 2:
			continue // they name no files
		case strings.HasPrefix(line, "+"):
			kind = "add"
		case strings.HasPrefix(line, "-"):
			kind = "del"
		case strings.HasPrefix(line, "@@"):
			kind = "at"
		}
		c.Lines = append(c.Lines, diffLine{kind, strings.TrimSuffix(line, "\n")})
	}
	return c
}

// Says is what became of the change.
func (c *ruleChange) Says() string {
	switch c.State {
	case api.RuleChangePushed:
		return fmt.Sprintf("It was pushed as version %d.", c.Version)
	case api.RuleChangeRefused:
		return "It was approved, and is not pushed: " + c.Why
	case api.RuleChangeApproved:
		if c.Waits != "" {
			return "Nothing has become of it: " + c.Waits + "."
		}
		return "It is being pushed."
	case api.RuleChangeDropped:
		return "It was not approved, and changes nothing."
	}
	return fmt.Sprintf("Over %s. Once it is approved, it is pushed within seconds.", versionOf(c.Base))
}

// Warned says how many warnings the check has of the text alone.
func (c *ruleChange) Warned() string {
	if len(c.Warnings) == 0 {
		return "The check has no warnings."
	}
	return text.Count(len(c.Warnings), "warning") + " of the check"
}

// Found says how much the check found on the proposer's machine.
func (c *ruleChange) Found() string {
	if len(c.Findings) == 0 {
		return "The check found nothing more."
	}
	return text.Count(len(c.Findings), "more finding") + " of the check"
}

// Stale says why approving changes nothing; empty if it does.
func (c *ruleChange) Stale() string {
	if c.State != api.RuleChangeProposed || c.Base == c.Newest || c.Error != "" {
		return ""
	}
	return fmt.Sprintf("It was proposed over %s, and %s was pushed since. Approving it changes nothing: have it proposed again.", versionOf(c.Base), versionOf(c.Newest))
}

func versionOf(number int) string {
	if number == 0 {
		return "the deployed flows.yaml"
	}
	return fmt.Sprintf("version %d", number)
}
