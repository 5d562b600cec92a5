// Package command is the command line of localaws. Programs that embed localaws build
// their own command of its parts: [Options.AddFlags], [Serve] and [Report].
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// The exit codes of [Main].
const (
	exitFailed = 1
	exitUsage  = 2
)

// usageError is an error in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Main runs the command of this process until SIGINT or SIGTERM and returns the exit
// code: 0 after a signal, 1 when the template can't be served, 2 for an error in the
// command line.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// Run is [Main] with its arguments, and ctx in place of signals.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd := New()
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "localaws: %v\n", err)
	if _, usage := errors.AsType[usageError](err); usage {
		fmt.Fprintln(stderr, "Run 'localaws --help' for the flags.")
		return exitUsage
	}
	return exitFailed
}

// New returns the command.
func New() *cobra.Command {
	o := Options{Options: localaws.Options{TemplatePath: "template.yaml", BuildDir: ".aws-sam/build", Addr: "127.0.0.1:8080", StackName: localaws.StackName, Region: localaws.Region}}
	cmd := &cobra.Command{
		Use:   "localaws",
		Short: "Serve a SAM application on this machine",
		Long: "Serve the HTTP API, functions, state machines, tables, event buses and queues of a SAM template on this machine, on loopback, until Ctrl-C. " +
			"Functions run as the binaries that `sam build` makes for this machine's processor; they print to standard error. " +
			"What the template asks for and this machine doesn't serve is refused by name and line.",
		Example:           "  localaws --template template.yaml\n  localaws --build-dir build --addr 127.0.0.1:9000 --data ~/links\n  localaws --parameter Stage=test --attach resize=9001",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unexpected argument %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return usageError{err}
			}
			if err := o.Load(); err != nil {
				return err
			}
			o.Log = cmd.ErrOrStderr()
			stack, err := localaws.Start(cmd.Context(), o.Options)
			if missing, is := errors.AsType[*localaws.MissingBinaryError](err); is {
				return fmt.Errorf("%w: build it for this machine, or set --build-dir to the folder that holds %s/bootstrap", err, missing.LogicalID)
			}
			if err != nil {
				return err
			}
			return Serve(cmd.Context(), stack, cmd.OutOrStdout(), Report)
		},
	}
	o.AddFlags(cmd.Flags())
	cmd.Flags().StringVar(&o.StackName, "stack-name", o.StackName, "the `NAME` of the stack")
	cmd.Flags().StringVar(&o.Region, "region", o.Region, "the `REGION` of the stack")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	return cmd
}
