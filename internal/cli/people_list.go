package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// listing has the flags of the command.
type listing struct {
	caller
	view, flow, status, cursor string
	inbox, reviewed, all       bool
	limit                      int
}

func newListCommand(p Process) *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your requests, your inbox, or a flow's requests",
		Long: "List requests, newest first: yours (--view mine), those that you may decide (inbox), those that you decided (reviewed), " +
			"or all of a flow (flow), for its admins and viewers.\n\n" +
			"A terminal shows short ids, which every command takes, relative times, and as much of each text as fits. " +
			"A pipe gets everything, with times in RFC 3339. NO_COLOR turns colours off.",
		Example: "  fasttrack list\n  fasttrack list --inbox\n  fasttrack list --view flow --flow aws-access --status active --all --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := l.check(cmd); err != nil {
				return err
			}
			pages, err := l.read(cmd.Context())
			if err != nil {
				return err
			}
			if l.json {
				return l.printJSON(cmd, pages)
			}
			var rows []row
			s := newScreen(cmd.OutOrStdout())
			for _, p := range pages {
				rows = append(rows, rowsOf(p.Requests, s)...)
			}
			if len(rows) == 0 {
				to := cmd.ErrOrStderr() // a program counts lines
				if s.terminal {
					to = s
				}
				fmt.Fprintln(to, l.none())
				return nil
			}
			if err := printRows(s, rows, l.view == "mine"); err != nil {
				return err
			}
			if s.terminal {
				l.shownIDs().add(idsOf(rows))
			}
			if next := pages[len(pages)-1].NextCursor; next != "" {
				fmt.Fprintf(cmd.ErrOrStderr(), "More requests: give --cursor %s, or --all\n", next)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&l.view, "view", "mine", "mine, inbox, reviewed or flow")
	cmd.Flags().BoolVar(&l.inbox, "inbox", false, "same as --view inbox")
	cmd.Flags().BoolVar(&l.reviewed, "reviewed", false, "same as --view reviewed")
	cmd.Flags().StringVar(&l.flow, "flow", "", "only requests of this flow; required by --view flow")
	cmd.Flags().StringVar(&l.status, "status", "", "only requests with this status, such as pending")
	cmd.Flags().StringVar(&l.cursor, "cursor", "", "continue after an earlier list")
	cmd.Flags().IntVar(&l.limit, "limit", 0, "how many requests, up to 100 (default 20)")
	cmd.Flags().BoolVar(&l.all, "all", false, "all requests, over all pages")
	l.caller.flags(cmd, p)
	completeFlag(cmd, "view", cobra.FixedCompletions([]cobra.Completion{"mine", "inbox", "reviewed", "flow"}, cobra.ShellCompDirectiveNoFileComp))
	completeFlag(cmd, "flow", l.completeFlow())
	var statuses []cobra.Completion
	for _, s := range run.Statuses {
		statuses = append(statuses, string(s))
	}
	completeFlag(cmd, "status", cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// check refuses flags that contradict each other.
func (l *listing) check(cmd *cobra.Command) error {
	switch view := cmd.Flags().Changed("view"); {
	case l.inbox && l.reviewed, view && (l.inbox || l.reviewed):
		return usageError{errors.New("give one of --view, --inbox and --reviewed")}
	case l.all && cmd.Flags().Changed("limit"):
		return usageError{errors.New("give one of --all and --limit")}
	case l.inbox:
		l.view = "inbox"
	case l.reviewed:
		l.view = "reviewed"
	}
	return nil
}

// page is a page of a list, with each request as it came too.
type page struct {
	Requests   []api.Request     `json:"-"`
	Raw        []json.RawMessage `json:"runs"`
	NextCursor string            `json:"next_cursor,omitempty"`
}

// read reads a page, or all of them. For people, an empty page that has a next one is
// skipped.
func (l *listing) read(ctx context.Context) ([]page, error) {
	in := api.ListInput{View: api.View(l.view), Flow: l.flow, Status: api.Status(l.status), Cursor: l.cursor, Limit: l.limit}
	if l.all {
		in.Limit = 100
	}
	var pages []page
	for {
		p, err := l.caller.page(ctx, in)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
		if p.NextCursor == "" || !l.all && (l.json || len(p.Requests) > 0) {
			return pages, nil
		}
		in.Cursor = p.NextCursor
	}
}

// page reads one page.
func (a *caller) page(ctx context.Context, in api.ListInput) (p page, err error) {
	list, response, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.RequestList, error) { return c.List(ctx, in, capture) })
	if err != nil {
		return p, err
	}
	p.Requests, p.NextCursor = list.Requests, list.NextCursor
	return p, json.Unmarshal(response.Body, &p)
}

// printJSON prints the pages as one.
func (l *listing) printJSON(cmd *cobra.Command, pages []page) error {
	all := page{Raw: []json.RawMessage{}, NextCursor: pages[len(pages)-1].NextCursor}
	for _, p := range pages {
		all.Raw = append(all.Raw, p.Raw...)
	}
	return printJSON(cmd.OutOrStdout(), all)
}

// none returns the message of an empty list.
func (l *listing) none() string {
	what := map[string]string{"mine": "You have no requests", "inbox": "Nothing waits for you", "reviewed": "You have decided no requests"}[l.view]
	if what == "" {
		what = "No requests"
	}
	if l.flow != "" {
		what += " of " + l.flow
	}
	if l.status != "" {
		what += " with status " + l.status
	}
	return what + "."
}

// flows lists the flows that the caller may request.
func (a *caller) flows(ctx context.Context) ([]form, error) {
	flows, _, err := a.allFlows(ctx)
	forms := make([]form, 0, len(flows))
	for _, f := range flows {
		if f.MayRequest() {
			forms = append(forms, form{f})
		}
	}
	return forms, err
}

// allFlows lists the flows that the caller may request, decide or list, with the
// response as received.
func (a *caller) allFlows(ctx context.Context) ([]api.Flow, json.RawMessage, error) {
	flows, response, err := call(ctx, a, func(c *api.Client, capture api.CallOption) ([]api.Flow, error) { return c.Flows(ctx, capture) })
	return flows, response.Body, err
}
