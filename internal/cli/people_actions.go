package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
)

// newActCommand is approve, deny, cancel or revoke.
func newActCommand(p Process, act, short, long string) *cobra.Command {
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
			if a.json {
				if err := printRaw(cmd.OutOrStdout(), response.Body); err != nil {
					return err
				}
			}
			switch {
			case a.json:
			case response.Status == http.StatusAccepted:
				fmt.Fprintf(cmd.OutOrStdout(), "%s  accepted, and not known yet what came of it; see `fasttrack show %s`\n", v.ID, v.ID)
			default:
				printOutcome(cmd.OutOrStdout(), *v)
			}
			if response.Status == http.StatusAccepted {
				return exitError(exitUndecided)
			}
			if act == "approve" {
				return outcome(cmd.Context(), v.Status)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&reason, "reason", "r", "", "why; everyone who sees the request sees it")
	if act != "cancel" {
		cmd.Flags().BoolVar(&override, "override", false, "as an admin, set aside what the flow's hook says about this; needs --reason")
	}
	if act == "approve" {
		cmd.Flags().StringVarP(&duration, "duration", "d", "", "shorten access to this, such as 30m")
	}
	a.flags(cmd, p)
	view := "inbox"
	if act == "cancel" || act == "revoke" {
		view = "mine"
	}
	cmd.ValidArgsFunction = a.completeID(view)
	return cmd
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
		case "revoke":
			r, _, err = c.Revoke(ctx, id, api.RevokeInput{Reason: in.reason, Override: in.override}, capture)
		default:
			r, _, err = c.Cancel(ctx, id, api.CancelInput{Reason: in.reason}, capture)
		}
		return r, err
	})
}

// wantsReason reports whether the lack of a reason alone was refused. Which flow
// wants one for what, the API knows best; nothing is stored before it has it.
func wantsReason(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status == http.StatusBadRequest && len(p.Errors) == 1 && p.Errors[0].Field == "reason"
}

// newActCommands are the four things that people do about a request.
func newActCommands(p Process) []*cobra.Command {
	return []*cobra.Command{
		newActCommand(p, "approve", "Approve a request", "Approve a request that waits for you. Where more than one must approve, it may still wait for others: then the exit code is 10."),
		newActCommand(p, "deny", "Deny a request", "Deny a request that waits for you. Some flows want a reason."),
		newActCommand(p, "cancel", "Take back a request of yours", "Take back a request of yours that nobody has decided."),
		newActCommand(p, "revoke", "End access now", "End access now: of a request of yours, or one that you may decide.\n\nA session that was begun with IAM Identity Center may last longer: the answer says until when."),
	}
}
