package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// newReviewCommand returns the command that reviews an emergency.
func newReviewCommand(p Process) *cobra.Command {
	var a caller
	var verdict, note string
	cmd := &cobra.Command{
		Use:   "review ID",
		Short: "Review an emergency afterwards",
		Long: "Review access that somebody else had at once, in an emergency. It is possible once the access has ended, " +
			"for whoever may decide requests of the flow. `fasttrack list --view unreviewed` lists what waits for it.",
		Example: "  fasttrack review 01JD0000000000000000000000 --verdict justified --note 'the incident is INC-7'\n" +
			"  fasttrack review 01JD0000000000000000000000 --verdict unjustified --note 'a ticket would have done'",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "`fasttrack show ID` says whether the action was taken"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch api.ReviewVerdict(verdict) {
			case api.Justified, api.Unjustified:
			default:
				return usageError{fmt.Errorf("--verdict must be justified or unjustified, got %q", verdict)}
			}
			id, err := a.id(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			v, response, err := call(cmd.Context(), &a, func(c *api.Client, capture api.CallOption) (*api.Request, error) {
				r, _, err := c.Review(cmd.Context(), id, api.ReviewInput{Verdict: api.ReviewVerdict(verdict), Note: note}, capture)
				return r, err
			})
			if err != nil {
				return err
			}
			return a.printAct(cmd.OutOrStdout(), response, v.ID, func() { fmt.Fprintf(cmd.OutOrStdout(), "%s  reviewed: %s\n", v.ID, verdict) })
		},
	}
	cmd.Flags().StringVar(&verdict, "verdict", "", "justified or unjustified")
	cmd.Flags().StringVarP(&note, "note", "r", "", "why; unjustified needs it, and everyone who may see the request sees it")
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeID(string(api.ViewUnreviewed))
	completeFlag(cmd, "verdict", cobra.FixedCompletions([]cobra.Completion{string(api.Justified), string(api.Unjustified)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// glassText says that a request is an emergency, and what has become of its review; "" for
// any other.
func glassText(b *api.BreakGlass, moment func(time.Time) string) string {
	if b == nil {
		return ""
	}
	switch b.State {
	case api.GlassReviewed:
		said := "granted at once; reviewed by " + b.Review.By.ID + ": " + string(b.Review.Verdict)
		if b.Review.Note != "" {
			said += ", " + text.Line(b.Review.Note)
		}
		return said
	case api.GlassUnreviewed:
		return "granted at once; must be reviewed until " + moment(b.ReviewBy)
	case api.GlassUnused:
		return "nothing was granted"
	}
	return "granted at once; must be reviewed once the access has ended"
}
