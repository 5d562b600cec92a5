package cli

import (
	"time"

	"github.com/spf13/cobra"
)

// addGroups adds the commands, grouped by who uses them.
func addGroups(root *cobra.Command) {
	acts := newActCommands()
	for _, g := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"people", "Request and decide:", append([]*cobra.Command{
			newRequestCommand(), newListCommand(), newShowCommand(), newExplainCommand(), newWatchCommand(),
		}, acts...)},
		{"authors", "Write flows and hooks:", []*cobra.Command{
			newFlowsCommand(), newHooksCommand(), newSimulateCommand(), newBacktestCommand(time.Now), newLocalCommand(),
		}},
		{"operators", "Operate a deployment:", []*cobra.Command{
			newDeploymentsCommand(), newReconcileCommand(), newReindexCommand(), newNotifyCommand(), newDrainCommand(time.Now),
		}},
		{"auditors", "Audit:", []*cobra.Command{newAuditCommand(), newEraseCommand(time.Now)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
}
