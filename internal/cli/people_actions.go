package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
)

// newActionCommand returns the command approve, deny, withdraw, cancel or revoke.
func newActionCommand(p Process, act, short, long string) *cobra.Command {
	var a caller
	var reason, duration string
	var override bool
	cmd := &cobra.Command{
		Use:         act + " ID",
		Short:       short,
		Long:        long,
		Example:     "  fasttrack " + act + " 01JD0000000000000000000000 --reason 'looked at it'",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "`fasttrack show ID` says whether the action was taken"},
		RunE: func(cmd *cobra.Command, args []string) error {
			in := action{name: act, reason: reason, override: override}
			if duration != "" {
				seconds, err := readDuration(duration)
				if err != nil {
					return err
				}
				in.durationSeconds = seconds
			}
			id, err := a.id(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			v, response, err := in.send(cmd.Context(), &a, id)
			if p := newPrompter(cmd, a.json); p != nil && reason == "" && wantsReason(err) {
				if in.reason, err = p.reason(); err == nil {
					v, response, err = in.send(cmd.Context(), &a, id)
				}
			}
			if err != nil {
				return err
			}
			if err := a.printAct(cmd.OutOrStdout(), response, v.ID, func() { printOutcome(cmd.OutOrStdout(), *v) }); err != nil {
				return err
			}
			if act == "approve" {
				return outcome(cmd.Context(), v.Status)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&reason, "reason", "r", "", "why; everyone who may see the request sees it")
	if act != "cancel" && act != "withdraw" {
		cmd.Flags().BoolVar(&override, "override", false, "as an admin, override the flow's hook; needs --reason")
	}
	if act == "approve" {
		cmd.Flags().StringVarP(&duration, "duration", "d", "", "shorten access, such as to 30m")
	}
	a.flags(cmd, p)
	view := "inbox"
	if act == "cancel" || act == "revoke" {
		view = "mine"
	}
	cmd.ValidArgsFunction = a.completeID(view)
	return cmd
}

// printAct prints the response to an action about a request: as JSON, as accepted while its
// result is unknown, which is an exit code of its own, or by a function.
func (a *caller) printAct(w io.Writer, response api.Response, id string, print func()) error {
	accepted := response.Status == http.StatusAccepted
	switch {
	case a.json:
		if err := printRaw(w, response.Body); err != nil {
			return err
		}
	case accepted:
		fmt.Fprintf(w, "%s  accepted; it takes effect shortly, see `fasttrack show %s`\n", id, id)
	default:
		print()
	}
	if accepted {
		return exitError(exitUndecided)
	}
	return nil
}

// action is what a person does to a request.
type action struct {
	name, reason    string
	durationSeconds int
	override        bool
}

func (in action) send(ctx context.Context, a *caller, id string) (*api.Request, api.Response, error) {
	return call(ctx, a, func(c *api.Client, capture api.CallOption) (r *api.Request, err error) {
		switch in.name {
		case "approve":
			r, _, err = c.Approve(ctx, id, api.ApproveInput{Reason: in.reason, DurationSeconds: in.durationSeconds, Override: in.override}, capture)
		case "deny":
			r, _, err = c.Deny(ctx, id, api.DenyInput{Reason: in.reason, Override: in.override}, capture)
		case "withdraw":
			r, _, err = c.Withdraw(ctx, id, api.WithdrawInput{Reason: in.reason}, capture)
		case "revoke":
			r, _, err = c.Revoke(ctx, id, api.RevokeInput{Reason: in.reason, Override: in.override}, capture)
		default:
			r, _, err = c.Cancel(ctx, id, api.CancelInput{Reason: in.reason}, capture)
		}
		return r, err
	})
}

// wantsReason reports whether only a missing reason was refused. The API knows which
// flow requires one for what, and stores nothing without it.
func wantsReason(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status == http.StatusBadRequest && len(p.Errors) == 1 && p.Errors[0].Field == "reason"
}

// newActionCommands returns the commands for what people do to a request.
func newActionCommands(p Process) []*cobra.Command {
	return []*cobra.Command{
		newActionCommand(p, "approve", "Approve a request", "Approve a request that waits for you. If it needs more approvals, it waits for others, and the exit code is 10."),
		newActionCommand(p, "deny", "Deny a request", "Deny a request that waits for you. Some flows require a reason."),
		newActionCommand(p, "withdraw", "Withdraw your approval", "Withdraw your approval of a request that needs more approvals. Once enough people have approved, it is too late; revoke ends the access."),
		newReviewCommand(p),
		newActionCommand(p, "cancel", "Cancel your own request", "Cancel a request of your own that is not decided yet."),
		newExtendCommand(p),
		newConfirmCommand(p),
		newActionCommand(p, "revoke", "End access now", "End access now, of your own request or of one that you may decide.\n\nA session of IAM Identity Center may last longer; the output says until when."),
	}
}
