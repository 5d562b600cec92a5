package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// newConfirmCommand returns the command that confirms access which lasts until it is revoked.
func newConfirmCommand(p Process) *cobra.Command {
	var a caller
	var note string
	cmd := &cobra.Command{
		Use:   "confirm ID",
		Short: "Confirm that you still need access",
		Long: "Confirm that you still need access of yours that lasts until it is revoked. It ends if you don't: `fasttrack show ID` says when, and from when it may be confirmed. " +
			"The access is granted anew, and only then its end moves; if that fails, nothing changes.",
		Example:     "  fasttrack confirm 01JD0000000000000000000000 --note 'still on call'",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "`fasttrack show ID` says whether the action was taken"},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := a.id(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			v, response, err := call(cmd.Context(), &a, func(c *api.Client, capture api.CallOption) (*api.Request, error) {
				r, _, err := c.Confirm(cmd.Context(), id, api.ConfirmInput{Note: note}, capture)
				return r, err
			})
			if err != nil {
				return err
			}
			return a.printAct(cmd.OutOrStdout(), response, v.ID, func() { printOutcome(cmd.OutOrStdout(), *v) })
		},
	}
	cmd.Flags().StringVarP(&note, "note", "r", "", "why it is still needed; everyone who may see the request sees it")
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeID(string(api.ViewLive))
	return cmd
}

// lastsText says how long access is requested for, "" for none.
func lastsText(v api.Request) string {
	switch {
	case v.DurationSeconds == 0:
		return ""
	case v.UntilRevoked:
		return "until it is revoked, confirmed every " + run.SpellDays(v.DurationSeconds)
	}
	return (time.Duration(v.DurationSeconds) * time.Second).String()
}

// confirmText says what the caller may do about access that lasts until it is revoked, ""
// for nothing.
func confirmText(v api.Request) string {
	if v.You == nil || v.You.Confirm == nil {
		return ""
	}
	if c := v.You.Confirm; !c.May {
		return c.Why
	}
	return "it ends unless you confirm it: fasttrack confirm " + v.ID
}

// durationsOf are the durations of a flow, as --duration takes them.
func durationsOf(f api.Flow) []string {
	var all []string
	for _, seconds := range f.DurationsSeconds {
		all = append(all, flow.FormatDuration(seconds))
	}
	if f.UntilRevoked {
		all = append(all, flow.UntilRevoked)
	}
	return all
}
