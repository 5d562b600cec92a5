package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// list is a page of runs.
type list struct {
	Runs       []run.View `json:"runs"`
	NextCursor string     `json:"next_cursor"`
}

func newListCommand() *cobra.Command {
	var a api
	var view, flowName, status, cursor string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests: yours, those that wait for you, or a flow's",
		Long: "List requests, newest first: yours (--view mine), those that you may decide now (inbox), or all of a flow (flow), " +
			"for its admins and viewers.",
		Example: "  fasttrack list\n  fasttrack list --view inbox\n  fasttrack list --view flow --flow aws-access --status active --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"view": {view}}
			for name, value := range map[string]string{"flow": flowName, "status": status, "cursor": cursor} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if limit > 0 {
				query.Set("limit", strconv.Itoa(limit))
			}
			var l list
			_, answer, err := a.call(cmd.Context(), http.MethodGet, "/requests?"+query.Encode(), nil)
			if err != nil {
				return err
			}
			if err := a.read(cmd.OutOrStdout(), answer, &l); err != nil || a.json {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tFLOW\tSTATUS\tREQUESTER\tMADE\tREASON")
			for _, r := range l.Runs {
				status := string(r.Status)
				if r.LastError != nil {
					status += " (failing)"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Flow, status, personName(r.Requester.Email, r.Requester.ID), moment(r.CreatedAt), text.Line(r.Reason))
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if l.NextCursor != "" {
				fmt.Fprintf(cmd.ErrOrStderr(), "There are more: --cursor %s\n", l.NextCursor)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&view, "view", "mine", "mine, inbox or flow")
	cmd.Flags().StringVar(&flowName, "flow", "", "of this flow alone; --view flow needs it")
	cmd.Flags().StringVar(&status, "status", "", "of this status alone, such as pending")
	cmd.Flags().StringVar(&cursor, "cursor", "", "go on where an earlier list ended")
	cmd.Flags().IntVar(&limit, "limit", 0, "how many at most")
	a.flags(cmd)
	completeFlag(cmd, "view", cobra.FixedCompletions([]cobra.Completion{"mine", "inbox", "flow"}, cobra.ShellCompDirectiveNoFileComp))
	var statuses []cobra.Completion
	for _, s := range run.Statuses {
		statuses = append(statuses, string(s))
	}
	completeFlag(cmd, "status", cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// flows lists those that the caller may ask for.
func (a *api) flows(ctx context.Context) ([]askableFlow, json.RawMessage, error) {
	var got struct{ Flows []askableFlow }
	_, answer, err := a.call(ctx, http.MethodGet, "/flows", nil)
	if err == nil {
		err = json.Unmarshal(answer, &got)
	}
	return got.Flows, answer, err
}
