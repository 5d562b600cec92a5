package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newExitCodesTopic is a page of help, not a command.
func newExitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("Every command ends with one of these exit codes:\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "\n  %3d  %s", e.code, e.when)
	}
	b.WriteString("\n\nrequest, watch and approve end with 0 only for an approved request, so that\n`fasttrack watch --decided ID && ./deploy` deploys only then.")
	topic := &cobra.Command{Use: "exit-codes", Short: "The exit codes of every command", Long: b.String()}
	topic.SetHelpTemplate("{{.Long}}\n")
	return topic
}

// newHelpCommand is like cobra's own, but an unknown command is wrong usage.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command or topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				if about == nil {
					about = cmd.Root()
				}
				return seeHelp(about, unknownCommand(about, args[len(args)-max(len(rest), 1)]))
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			if about, _, err := cmd.Root().Find(args); err == nil {
				for _, sub := range about.Commands() {
					if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
						names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
