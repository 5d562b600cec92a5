package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// listing has the flags of the command.
type listing struct {
	caller
	periodFlags
	view, flow, status, cursor         string
	requester, decidedBy, search, sort string
	inbox, reviewed, live, all, csv    bool
	limit                              int
	period                             period.Period
}

// views are the values of --view.
var views = []cobra.Completion{
	string(api.ViewMine), string(api.ViewInbox), string(api.ViewLive), string(api.ViewReviewed), string(api.ViewFlow), string(api.ViewUnreviewed), string(api.ViewAll),
}

func newListCommand(p Process) *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests, your inbox, or live access",
		Long: "List requests, newest first: yours (--view mine), those that you may decide (inbox), those that you decided (reviewed), " +
			"all of a flow (flow), for its admins and viewers, or every request that you may read (all). " +
			"--view unreviewed lists the emergencies that nobody has reviewed, also while their access lasts. " +
			"--view live lists the access that is open now, what ends soonest first: yours, and all of the flows that you may list.\n\n" +
			"--search finds a text in titles, reasons and ids, in either case: of one --flow, in the month of --to or the present one. " +
			"The list says how far it looked.\n\n" +
			"A terminal shows short ids, which every command takes, relative times, and as much of each text as fits. " +
			"A pipe gets everything, with times in RFC 3339. NO_COLOR turns colours off. " +
			"--csv prints a file for spreadsheets, of up to 5,000 requests unless --all is given.",
		Example: "  fasttrack list\n  fasttrack list --inbox\n  fasttrack list --live\n" +
			"  fasttrack list --view all --requester ada@example.com --from 30d\n" +
			"  fasttrack list --view all --flow aws-access --search invoice\n" +
			"  fasttrack list --view all --decided-by code --csv --all > activity.csv\n" +
			"  fasttrack list --view flow --flow aws-access --status active --all --json",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := l.check(cmd); err != nil {
				return err
			}
			if l.csv {
				return l.printCSV(cmd)
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
			if l.view == string(api.ViewLive) {
				setEnds(rows, pages, s)
			}
			defer l.printLooked(cmd, pages)
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
	cmd.Flags().StringVar(&l.view, "view", "mine", "mine, inbox, live, reviewed, flow or all")
	cmd.Flags().BoolVar(&l.inbox, "inbox", false, "same as --view inbox")
	cmd.Flags().BoolVar(&l.live, "live", false, "same as --view live")
	cmd.Flags().BoolVar(&l.reviewed, "reviewed", false, "same as --view reviewed")
	cmd.Flags().StringVar(&l.flow, "flow", "", "only requests of this flow; required by --view flow and --search")
	cmd.Flags().StringVar(&l.status, "status", "", "only requests with this status, such as pending")
	cmd.Flags().StringVar(&l.requester, "requester", "", "only requests of this person: an `ID` or e-mail address")
	cmd.Flags().StringVar(&l.decidedBy, "decided-by", "", "only requests that this person (an `ID` or e-mail address) decided or approved; code for hooks")
	cmd.Flags().StringVar(&l.search, "search", "", "only requests with this `TEXT` in title, reason or id; needs --flow")
	cmd.Flags().StringVar(&l.sort, "sort", "", "created (newest first) or, for --live, ends_at (default: ends_at for --live)")
	l.periodFlags.flags(cmd)
	cmd.Flags().StringVar(&l.cursor, "cursor", "", "continue after an earlier list")
	cmd.Flags().IntVar(&l.limit, "limit", 0, "how many requests, up to 100 (default 20)")
	cmd.Flags().BoolVar(&l.all, "all", false, "all requests, over all pages")
	cmd.Flags().BoolVar(&l.csv, "csv", false, "print as CSV")
	l.caller.flags(cmd, p)
	completeFlag(cmd, "view", cobra.FixedCompletions(views, cobra.ShellCompDirectiveNoFileComp))
	completeFlag(cmd, "sort", cobra.FixedCompletions([]cobra.Completion{string(api.SortCreated), string(api.SortEndsAt)}, cobra.ShellCompDirectiveNoFileComp))
	completeFlag(cmd, "flow", l.completeFlow())
	var statuses []cobra.Completion
	for _, s := range run.Statuses {
		statuses = append(statuses, string(s))
	}
	completeFlag(cmd, "status", cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// check refuses flags that contradict each other.
func (l *listing) check(cmd *cobra.Command) (err error) {
	given := 0
	for _, is := range []bool{cmd.Flags().Changed("view"), l.inbox, l.live, l.reviewed} {
		if is {
			given++
		}
	}
	if l.period, err = l.periodFlags.read(time.Now()); err != nil {
		return err
	}
	switch {
	case given > 1:
		return usageError{errors.New("give one of --view, --inbox, --live and --reviewed")}
	case l.csv && (l.json || cmd.Flags().Changed("limit")):
		return usageError{errors.New("give --csv without --json and --limit")}
	case l.all && cmd.Flags().Changed("limit"):
		return usageError{errors.New("give one of --all and --limit")}
	case l.inbox:
		l.view = "inbox"
	case l.live:
		l.view = "live"
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
	Looked     *api.Looked       `json:"looked,omitempty"`
	Missing    string            `json:"missing,omitempty"`
}

// input is the query of the list.
func (l *listing) input() api.ListInput {
	return api.ListInput{
		View: api.View(l.view), Flow: l.flow, Status: api.Status(l.status), Requester: l.requester, DecidedBy: l.decidedBy, Text: l.search,
		From: l.period.From, To: l.period.To, Sort: api.Sort(l.sort), Cursor: l.cursor, Limit: l.limit,
	}
}

// read reads a page, or all of them. For people, an empty page that has a next one is
// skipped.
func (l *listing) read(ctx context.Context) ([]page, error) {
	in := l.input()
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
	p.Requests, p.NextCursor, p.Looked, p.Missing = list.Requests, list.NextCursor, list.Looked, list.Missing
	return p, json.Unmarshal(response.Body, &p)
}

// printJSON prints the pages as one.
func (l *listing) printJSON(cmd *cobra.Command, pages []page) error {
	last := pages[len(pages)-1]
	all := page{Raw: []json.RawMessage{}, NextCursor: last.NextCursor, Looked: looked(pages), Missing: last.Missing}
	for _, p := range pages {
		all.Raw = append(all.Raw, p.Raw...)
	}
	return printJSON(cmd.OutOrStdout(), all)
}

// none returns the message of an empty list.
func (l *listing) none() string {
	what := map[string]string{"mine": "You have no requests", "inbox": "Nothing waits for you", "reviewed": "You have decided no requests", "live": "No access is live"}[l.view]
	if what == "" {
		what = "No requests"
	}
	if l.flow != "" {
		what += " of " + l.flow
	}
	if l.status != "" {
		what += " with status " + l.status
	}
	if l.requester != "" {
		what += " of " + l.requester
	}
	if l.decidedBy != "" {
		what += " decided by " + l.decidedBy
	}
	if l.search != "" {
		what += " with " + strconv.Quote(l.search)
	}
	return text.Line(what) + "."
}

// flows lists the flows that the caller may request.
func (a *caller) flows(ctx context.Context) ([]form, error) {
	flows, _, err := a.allFlows(ctx)
	forms := make([]form, 0, len(flows))
	for _, f := range flows {
		if f.MayRequest() || f.MayRequestFor() {
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
