package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

func newLocalCommand(p Process) *cobra.Command {
	var flows string
	o := command.Options{IdentitiesPath: p.Getenv("FASTTRACK_IDENTITIES")}
	o.TemplatePath, o.BuildDir, o.Data = "template.yaml", "build", p.Getenv("FASTTRACK_DATA")
	o.Addr = cmp.Or(p.Getenv("FASTTRACK_ADDR"), "127.0.0.1:8080")
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Serve the whole system on this machine",
		Long: "Serve the API, the Lambda functions, the state machine, the table and the event bus of the template on this machine. " +
			"Nothing leaves it, and no AWS account is needed. `make run` builds the binaries and runs this command.\n\n" +
			"In a folder of your own (`fasttrack init`) it serves the engine with your template, flows and functions. " +
			"What you save is served at once; after a mistake the version before goes on being served. " +
			"Hooks in Go need Go, those in Python and Node.js their interpreter.",
		Example: "  fasttrack local\n  fasttrack local --addr 127.0.0.1:9000\n  fasttrack local --data ~/fasttrack\n  fasttrack local --attach python-hooks=9001\n  fasttrack local --parameter AuditDigest=true\n  fasttrack local --parameter AuthMode=IAM --identities people.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return usageError{err}
			}
			if isTeam(cmd) {
				if err := o.Load(); err != nil {
					return err
				}
				o.Log = logOf(cmd)
				return serveTeam(cmd, flows, o.Options)
			}
			file, err := flow.Load(flows)
			if errors.Is(err, fs.ErrNotExist) && !cmd.Flags().Changed("flows") {
				return fmt.Errorf("%s is missing: it says what people may request; `fasttrack init DIR` makes a folder that has one", flows)
			}
			if err != nil {
				return err
			}
			if stage, named := o.Parameters[local.StageParameter]; named {
				if _, err := file.At(stage); err != nil {
					return usageError{fmt.Errorf("--parameter %s: %w", local.StageParameter, err)}
				}
			}
			if err := checkLocalHooks(cmd.Context(), file, flows, o.BuildDir); err != nil {
				return err
			}
			if err := o.Load(); err != nil {
				return err
			}
			o.Log = logOf(cmd)
			stack, err := local.Start(cmd.Context(), flows, o.Options)
			if err != nil {
				return err
			}
			return command.Serve(cmd.Context(), stack, cmd.OutOrStdout(), func(out io.Writer, stack *localaws.Stack) { local.Report(out, stack, o.Data) })
		},
	}
	o.AddFlags(cmd.Flags())
	cmd.Flags().StringVar(&flows, "flows", "flows.yaml", "the `FILE` of flows to serve; it is checked first")
	for name, variable := range map[string]string{"addr": "FASTTRACK_ADDR", "data": "FASTTRACK_DATA", "identities": "FASTTRACK_IDENTITIES"} {
		cmd.Flags().Lookup(name).Usage += " (" + variable + ")"
	}
	return cmd
}

// isTeam reports whether the working directory is a team's folder, unless a flag names
// what to serve.
func isTeam(cmd *cobra.Command) bool {
	return !cmd.Flags().Changed("template") && !cmd.Flags().Changed("build-dir") && folder.Is(".")
}

// logOf returns where functions print.
func logOf(cmd *cobra.Command) io.Writer {
	if file := fileOf(cmd.ErrOrStderr()); file != nil {
		return file // processes inherit a file
	}
	return cmd.ErrOrStderr()
}
