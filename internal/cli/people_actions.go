package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/client"
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
			body := map[string]any{}
			if reason != "" {
				body["reason"] = reason
			}
			if override {
				body["override"] = true
			}
			if duration != "" {
				seconds, err := readDuration(duration)
				if err != nil {
					return err
				}
				body["duration_seconds"] = seconds
			}
			id, err := a.id(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			send := func() (int, json.RawMessage, error) {
				return a.call(cmd.Context(), http.MethodPost, "/requests/"+url.PathEscape(id)+"/"+act, body)
			}
			status, answer, err := send()
			if p := newPrompter(cmd, a.json); p != nil && reason == "" && wantsReason(err) {
				if body["reason"], err = p.reason(); err == nil {
					status, answer, err = send()
				}
			}
			if err != nil {
				return err
			}
			var v api.Request
			if err := a.read(cmd.OutOrStdout(), answer, &v); err != nil {
				return err
			}
			switch {
			case a.json:
			case status == http.StatusAccepted:
				fmt.Fprintf(cmd.OutOrStdout(), "%s  accepted, and not known yet what came of it; see `fasttrack show %s`\n", v.ID, v.ID)
			default:
				printOutcome(cmd.OutOrStdout(), v)
			}
			if status == http.StatusAccepted {
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

// wantsReason reports whether the lack of a reason alone was refused. Which flow
// wants one for what, the API knows best; nothing is stored before it has it.
func wantsReason(err error) bool {
	var p *client.Problem
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
