package cli

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// printRuleChange prints what a request for a change of rules proposes, and what became of it.
func printRuleChange(line func(name, value string), v api.Request) {
	c := v.RuleChange
	if c == nil {
		return
	}
	over := rules.Version{Number: c.Base}.String()
	switch c.State {
	case api.RuleChangePushed:
		line("rules", fmt.Sprintf("pushed as version %d", c.Version))
	case api.RuleChangeRefused:
		line("! rules", "approved, and not pushed: "+c.Why)
	case api.RuleChangeApproved:
		if c.Waits == "" {
			line("rules", "are being pushed")
			break
		}
		line("! rules", c.Waits)
	case api.RuleChangeDropped:
		line("rules", "not approved, and unchanged")
	default:
		line("rules", "proposed over "+over)
		if c.Newest != c.Base && c.Error == "" {
			line("! rules", fmt.Sprintf("version %d was pushed since: approving this changes nothing", c.Newest))
		}
	}
	if c.Error != "" {
		line("! proposal", "can't be shown: "+c.Error)
		return
	}
	line("changes", strings.Join(c.Changes, "\n"))
	line("diff", strings.TrimSpace(c.Diff))
	if c.DiffCut {
		line("", "it is longer: `fasttrack flows diff --request "+v.ID+"` prints all of it")
	}
	for _, warning := range c.Warnings {
		line("warning", strings.Replace(warning, ": warning: ", ": ", 1))
	}
	for _, found := range c.Findings {
		line("finding", found)
	}
	line("backtest", strings.TrimSpace(c.Backtest))
	line("by", c.By+", whose machine computed findings and backtest; `fasttrack flows review "+v.ID+"` computes them again")
}
