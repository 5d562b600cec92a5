package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// errReported ends a command with exit status 1 when it has already printed
// what is wrong.
var errReported = errors.New("reported already")

// newRootCommand builds the whole command tree anew, so that no flag of one run
// is left for the next in the same process.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "fasttrack",
		Short: "Approve by code what is safe, by people what is not",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// Errors are printed by main, once, and without the usage: what is
		// wrong with a file isn't explained by a list of flags.
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
	})
	root.AddCommand(newActCommands()...)
	root.AddCommand(newRequestCommand(), newListCommand(), newShowCommand(), newExplainCommand(), newWatchCommand(), newFlowsCommand(), newHooksCommand(), newAuditCommand(), newEraseCommand(time.Now), newSimulateCommand(), newBacktestCommand(time.Now), newLocalCommand(), newReconcileCommand(), newDrainCommand(time.Now), newVersionCommand())
	return root
}

// printJSON writes v indented, with a newline at its end.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	return nil
}
