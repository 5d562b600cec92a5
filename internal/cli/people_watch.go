package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
)

func newWatchCommand(p Process) *cobra.Command {
	var a caller
	var every, timeout time.Duration
	var decided bool
	cmd := &cobra.Command{
		Use:   "watch ID",
		Short: "Follow a request until it ends",
		Long: "Print each entry of a request's history as it is added, until the request ends. After Ctrl-C the request goes on. " +
			"The exit code is 0 only if the request is approved.",
		Example:     "  fasttrack watch 01JD0000000000000000000000\n  fasttrack watch --decided 01JD0000000000000000000000 && deploy",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "the request goes on"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if every < 100*time.Millisecond {
				return usageError{fmt.Errorf("--every must be at least 100ms, got %s", every)}
			}
			if timeout < 0 {
				return usageError{fmt.Errorf("--timeout must not be negative, got %s", timeout)}
			}
			ctx, cancel := within(cmd.Context(), timeout)
			defer cancel()
			id, err := a.id(ctx, args[0])
			if err != nil {
				return err
			}
			shown := 0
			v, answer, err := a.until(ctx, id, every, false, func(v api.Request) {
				if !a.json {
					printHistory(cmd.OutOrStdout(), v.History[min(shown, len(v.History)):])
				}
				shown = len(v.History)
			}, func(v api.Request) bool {
				return v.Status.Final(v.DurationSeconds > 0) || decided && v.Status.Decided()
			})
			if err != nil {
				return err
			}
			if a.json {
				if err := printRaw(cmd.OutOrStdout(), answer); err != nil {
					return err
				}
			}
			return watched(cmd, a, v)
		},
	}
	cmd.Flags().DurationVar(&every, "every", 2*time.Second, "how often to read the request")
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "give up after this time, with exit code 124; 0 is no limit")
	cmd.Flags().BoolVar(&decided, "decided", false, "stop at the decision, not at the end of access")
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeID("mine")
	return cmd
}

func watched(cmd *cobra.Command, a caller, v api.Request) error {
	if !a.json {
		fmt.Fprintln(cmd.OutOrStdout())
		printOutcome(cmd.OutOrStdout(), v)
	}
	return outcome(cmd.Context(), v.Status)
}
