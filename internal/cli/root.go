package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// errReported ends a command with exit code 1 when all is printed already.
var errReported = errors.New("already reported")

// newRootCommand builds the tree of commands for one run.
func newRootCommand(p Process) *cobra.Command {
	root := &cobra.Command{
		Use:   "fasttrack",
		Short: "Approve requests by code when it is safe, by people when it is not",
		Long: `Approve requests by code when it is safe, by people when it is not.

Exit codes of all commands: ` + "`fasttrack help exit-codes`.",
		Version: buildVersion().String(),
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// Run prints errors, once and without the usage: a list of flags does not
		// explain what is wrong with a file.
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out) // before cobra's completion command takes it
	root.SetErr(p.Err)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return follow(p, cmd) }
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(unknownFlag)
	addGroups(root, p)
	root.AddCommand(newVersionCommand(), newExitCodesTopic())
	root.SetHelpCommand(newHelpCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	adjustCompletion(root)
	keepExitCodes(root)
	return root
}

// keepExitCodes makes wrong arguments of a command, and of all below it, end it with
// [exitUsage]. This includes the commands that cobra adds.
func keepExitCodes(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		keepExitCodes(sub)
	}
	if cmd.RunE == nil && cmd.Run == nil && cmd.HasSubCommands() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if cmd.Args != nil {
		cmd.Args = usage(cmd.Args)
	}
}

// printJSON prints v indented, with a newline at its end.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	return nil
}
