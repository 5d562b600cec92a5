package cli

import "github.com/spf13/cobra"

// addGroups adds the commands, grouped by who uses them.
func addGroups(root *cobra.Command, p Process) {
	acts := newActionCommands(p)
	for _, g := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"people", "Request and decide:", append([]*cobra.Command{
			newMeCommand(p), newRequestCommand(p), newListCommand(p), newShowCommand(p), newExplainCommand(p), newWatchCommand(p), newEventsCommand(p), newConsoleCommand(p), newSlackCommand(p),
		}, acts...)},
		{"authors", "Write flows, hooks and strategies:", []*cobra.Command{
			newFlowsCommand(p), newStatsCommand(p), newHooksCommand(p), newStrategiesCommand(p), newSimulateCommand(p), newBacktestCommand(p), newLocalCommand(p),
		}},
		{"team", "Own a deployment:", []*cobra.Command{newInitCommand(p), newTestCommand(p), newBuildCommand(p), newDeployCommand(p), newUpgradeCommand(p)}},
		{"operators", "Operate a deployment:", []*cobra.Command{
			newDeploymentsCommand(p), newReconcileCommand(p), newReindexCommand(p), newNotifyCommand(p), newDrainCommand(p),
		}},
		{"auditors", "Audit:", []*cobra.Command{newAuditCommand(p), newEraseCommand(p)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
}
