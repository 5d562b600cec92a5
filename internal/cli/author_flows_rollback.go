package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// rollbackTries is how often a version that was named is pushed while others push too.
const rollbackTries = 5

func newFlowsRollbackCommand(p Process) *cobra.Command {
	var r pushedRules
	var note string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rollback [VERSION]",
		Short: "Go back to an earlier version of flows.yaml, at once",
		Long: `Push the text of an earlier version again, as the newest version: by default of the
one before the newest or, if the newest is not taken, of the one that functions serve.
Version 0 is the flows.yaml that is deployed with the functions. They take it within 30
seconds. The history keeps all versions.

A VERSION that is given is pushed over whatever is pushed meanwhile, such as a change
that was just approved. It needs nobody's approval, and the same rights as flows push.`,
		Example: "  fasttrack flows rollback\n  fasttrack flows rollback 3 --note 'incident 42'\n  fasttrack flows rollback 0",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if err := rules.CheckNote(note); err != nil {
				return usageError{fmt.Errorf("--note: %w", err)}
			}
			wanted := -1
			if len(args) > 0 {
				n, err := strconv.Atoi(args[0])
				if err != nil || n < 0 {
					return usageError{fmt.Errorf("VERSION must be a number from 0 on, got %q", args[0])}
				}
				wanted = n
			}
			to, err := r.open(ctx, p)
			if err != nil {
				return err
			}
			newest, there, err := to.newest(ctx)
			switch {
			case err != nil:
				return err
			case !there:
				return errNothingPushed
			}
			named := wanted >= 0
			switch {
			case named:
			case to.spoiled(ctx):
				wanted = newest.Number
			default:
				wanted = newest.Number - 1
				if served, refused, err := to.served(ctx); err == nil && refused != "" {
					wanted = served.Number
				}
			}
			next := rules.Version{Note: note, Release: release.Version(), Back: wanted}
			var raw []byte
			if wanted == 0 {
				next.Back = -1
			} else {
				v, text, err := to.text(ctx, wanted)
				if err != nil {
					return err
				}
				raw = text
				if _, err := to.parse(raw, v); err != nil {
					return ofStage(ofVersion(wanted, err))
				}
			}
			if next.By, err = signed.CallerARN(ctx, to.cfg); err != nil {
				return err
			}
			expect := newest.Number
			if named {
				expect = -1 // over whatever is pushed meanwhile
			}
			pushed, err := to.pusher(p).Push(ctx, next, raw, expect)
			for n := 1; n < rollbackTries && named && errors.Is(err, rules.ErrChanged); n++ {
				pushed, err = to.pusher(p).Push(ctx, next, raw, expect)
			}
			if err != nil {
				return ofPush(err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), pushed)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Version %d was pushed: %s again. Functions take it within %s.\n", pushed.Number, rules.Version{Number: wanted}, rules.Every)
			return err
		},
	}
	r.flags(cmd, p)
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` that the history of versions shows")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}
